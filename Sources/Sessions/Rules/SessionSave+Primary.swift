// The first copy: accepted by its node's compare and swap, or moved to another node.
extension SessionSave {
    mutating func writePrimary(_ view: ClusterView) -> Step<Outcome> {
        let primary: Int
        if let node = view.primary(of: self.id) {
            guard view.available.contains(node), !self.failed.contains(node) else {
                return self.relocate(from: node, view)
            }
            primary = node
        } else if view.shape.hasNodeIDs {
            let random = self.generator.next()
            guard let node = view.nodeForNewSession(random: random, excluding: self.failed) else {
                return self.reach(isForBackup: false, view) ?? self.finish(.unreachable)
            }
            self.id = self.id.replacing(node: view.shape.ids[node])
            self.copies = SessionCopies()
            primary = node
        } else {
            return self.finish(.unreachable)
        }
        self.attemptCount += 1
        guard self.attemptCount <= Self.attemptCountMax else { return self.finish(.contended) }
        let key = self.keys.session(self.id)
        let epoch = view.epochs[primary]
        let condition: StoredItem.Condition
        if let place = self.copies.primary, place.node == primary {
            guard place.epoch == epoch, let cas = place.cas else {
                self.state = .readingPrimary(node: primary, epoch: epoch)
                return .ask([StoreRequest(primary, .load(key: key))])
            }
            if self.isPrimaryCurrent, self.changes.isEmpty { return self.writeBackup(view) }
            condition = .unchanged(cas: cas)
        } else {
            condition = .absent
        }
        guard let item = self.item(key, condition) else {
            return self.finish(.refused("it cannot be encoded within the format's limits"))
        }
        self.state = .writingPrimary(node: primary, epoch: epoch)
        return .ask([StoreRequest(primary, .store(item))])
    }

    mutating func primaryWritten(
        _ answer: StoreAnswer, _ node: Int, _ epoch: UInt64, _ view: ClusterView
    ) -> Step<Outcome> {
        switch answer {
        case .stored(let cas):
            self.copies.primary = CopyPlace(node: node, epoch: epoch, cas: cas)
            self.notePrimaryStored()
            return self.writeBackup(view)
        case .conflict: return self.readPrimary(node, view)
        case .missing, .found, .deleted:
            // It was there and is no more: thrown out, expired, the node was emptied, or another
            // application server has moved the session.
            self.copies.primary = nil
            let nodes = view.available.subtracting(self.failed)
            let search = SessionSearch(for: self.id, keys: self.keys, nodes: nodes, in: view)
            if search.questions.isEmpty { return self.leave(node, view) }
            self.state = .searching(search)
            return .ask(search.questions.map(\.request))
        case .refused(let reason): return self.finish(.refused(reason))
        case .lost:
            // It may have been stored: when the node answers again, its version tells.
            return self.readAgainOrLeave(node, view) { save, view in save.readPrimary(node, view) }
        case .timedOut, .unavailable: return self.leave(node, view)
        }
    }

    /// Follows the session to where it is now; when it is nowhere newer, it is stored anew.
    mutating func searched(
        _ answers: [StoreAnswer], _ search: SessionSearch, _ view: ClusterView
    ) -> Step<Outcome> {
        var candidates = SessionCandidates(base: self.id.base, context: self.base.context)
        _ = search.take(answers, into: &candidates)
        guard let winner = candidates.winner(asked: self.id) else {
            return self.writePrimary(view)
        }
        if winner.content.isEnded { return self.finish(.ended) }
        if winner.content.version >= self.base.version, winner.id.node != self.id.node {
            self.id = self.id.replacing(node: winner.id.node)
            self.copies = candidates.copies(of: self.id, in: view)
            self.rebase(onto: winner.content)
        } else {
            self.copies = candidates.copies(of: self.id, in: view)
            if winner.content.version > self.base.version { self.rebase(onto: winner.content) }
        }
        return self.writePrimary(view)
    }

    mutating func readPrimary(_ node: Int, _ view: ClusterView) -> Step<Outcome> {
        self.state = .readingPrimary(node: node, epoch: view.epochs[node])
        return .ask([StoreRequest(node, .load(key: self.keys.session(self.id)))])
    }

    mutating func primaryRead(
        _ answer: StoreAnswer, _ node: Int, _ epoch: UInt64, _ view: ClusterView
    ) -> Step<Outcome> {
        switch answer {
        case .found(_, let cas, let value):
            let place = CopyPlace(node: node, epoch: epoch, cas: cas)
            guard let there = try? SessionDecoder.decode(value ?? [], base: self.id.base) else {
                self.copies.primary = place
                return self.writePrimary(view)
            }
            return self.settlePrimary(there, place, view)
        case .missing:
            self.copies.primary = nil
            return self.writePrimary(view)
        case .lost:
            return self.readAgainOrLeave(node, view) { save, view in save.readPrimary(node, view) }
        case .stored, .conflict, .deleted, .refused, .timedOut, .unavailable:
            return self.leave(node, view)
        }
    }

    /// Decides what a first copy that is already there means.
    private mutating func settlePrimary(
        _ there: SessionContent, _ place: CopyPlace, _ view: ClusterView
    ) -> Step<Outcome> {
        if there.isEnded { return self.finish(.ended) }
        self.copies.primary = place
        if there.version == self.attempt.version {
            // Our own write of a moment ago, or the version that is being restored.
            self.notePrimaryStored()
            self.isPrimaryCurrent = true
            return self.writeBackup(view)
        }
        self.compareLines(with: there)
        if there.version > self.base.version {
            if there.version.counter == self.base.version.counter { self.isDiverged = true }
            self.rebase(onto: there)
            self.isPrimaryCurrent = true
        } else if there.version < self.base.version,
            there.version.counter == self.base.version.counter
        {
            self.isDiverged = true
        }
        return self.writePrimary(view)
    }

    // MARK: Nodes that do not answer

    /// After a broken connection the node is asked once more: it may be there again at once.
    mutating func readAgainOrLeave(
        _ node: Int, _ view: ClusterView,
        _ readAgain: (inout SessionSave, ClusterView) -> Step<Outcome>
    ) -> Step<Outcome> {
        guard !self.lostOnce.contains(node), view.available.contains(node) else {
            return self.leave(node, view)
        }
        self.lostOnce.insert(node)
        return readAgain(&self, view)
    }

    private mutating func leave(_ node: Int, _ view: ClusterView) -> Step<Outcome> {
        self.failed.insert(node)
        return self.relocate(from: node, view)
    }

    /// Moves the session to another node: only the suffix of the id changes.
    private mutating func relocate(from node: Int, _ view: ClusterView) -> Step<Outcome> {
        guard view.shape.hasNodeIDs,
            let target = view.relocation(from: node, excluding: self.failed)
        else { return self.reach(isForBackup: false, view) ?? self.finish(.unreachable) }
        if self.formerID == nil { self.formerID = self.id }
        self.id = self.id.replacing(node: view.shape.ids[target])
        self.copies = SessionCopies()
        self.isPrimaryCurrent = false
        return self.writePrimary(view)
    }
}
