// The second copy: it follows the first, and never goes back.
extension SessionSave {
    mutating func writeBackup(_ view: ClusterView) -> Step<Outcome> {
        guard let primary = self.copies.primary?.node,
            let backup = view.backup(after: primary, excluding: self.failed)
        else {
            if self.copies.primary != nil, let step = self.reach(isForBackup: true, view) {
                return step
            }
            self.copies.backup = nil
            return self.inspectFormer(view)
        }
        self.attemptCount += 1
        guard self.attemptCount <= Self.attemptCountMax else { return self.finish(.contended) }
        let key = self.keys.backup(self.id)
        let epoch = view.epochs[backup]
        let condition: StoredItem.Condition
        if self.isNewSession {
            // Nobody else knows the id yet.
            condition = .any
        } else if let place = self.copies.backup, place.node == backup, place.epoch == epoch,
            let cas = place.cas
        {
            condition = .unchanged(cas: cas)
        } else {
            self.state = .readingBackup(node: backup, epoch: epoch)
            return .ask([StoreRequest(backup, .load(key: key))])
        }
        return self.storeBackup(condition, backup, epoch)
    }

    private mutating func storeBackup(
        _ condition: StoredItem.Condition, _ node: Int, _ epoch: UInt64
    ) -> Step<Outcome> {
        guard let item = self.item(self.keys.backup(self.id), condition) else {
            return self.finish(.refused("it cannot be encoded within the format's limits"))
        }
        self.state = .writingBackup(node: node, epoch: epoch)
        return .ask([StoreRequest(node, .store(item))])
    }

    mutating func backupWritten(
        _ answer: StoreAnswer, _ node: Int, _ epoch: UInt64, _ view: ClusterView
    ) -> Step<Outcome> {
        switch answer {
        case .stored(let cas):
            self.copies.backup = CopyPlace(node: node, epoch: epoch, cas: cas)
            return self.inspectFormer(view)
        case .conflict, .missing, .found, .deleted:
            self.copies.backup = nil
            return self.readOrStoreBackup(view)
        case .lost:
            guard !self.lostOnce.contains(node), view.available.contains(node) else {
                return self.leaveBackup(node, view)
            }
            self.lostOnce.insert(node)
            self.copies.backup = nil
            return self.writeBackup(view)
        case .timedOut, .unavailable, .refused: return self.leaveBackup(node, view)
        }
    }

    private mutating func readOrStoreBackup(_ view: ClusterView) -> Step<Outcome> {
        guard let primary = self.copies.primary?.node,
            let backup = view.backup(after: primary, excluding: self.failed)
        else { return self.writeBackup(view) }
        self.attemptCount += 1
        guard self.attemptCount <= Self.attemptCountMax else { return self.finish(.contended) }
        self.state = .readingBackup(node: backup, epoch: view.epochs[backup])
        return .ask([StoreRequest(backup, .load(key: self.keys.backup(self.id)))])
    }

    mutating func backupRead(
        _ answer: StoreAnswer, _ node: Int, _ epoch: UInt64, _ view: ClusterView
    ) -> Step<Outcome> {
        switch answer {
        case .missing: return self.storeBackup(.absent, node, epoch)
        case .found(_, let cas, let value):
            guard let there = try? SessionDecoder.decode(value ?? [], base: self.id.base) else {
                return self.storeBackup(.unchanged(cas: cas), node, epoch)
            }
            if there.isEnded { return self.finish(.ended) }
            if there.version.counter > self.attempt.version.counter {
                // Somebody wrote after us and was faster here; or the first copy's node came back
                // with old contents. The first copy tells which.
                guard let primary = self.copies.primary?.node else {
                    return self.writeBackup(view)
                }
                self.copies.backup = CopyPlace(node: node, epoch: epoch, cas: cas)
                self.state = .comparingPrimary(
                    newer: there, node: primary, epoch: view.epochs[primary])
                return .ask([StoreRequest(primary, .load(key: self.keys.session(self.id)))])
            }
            if there.version == self.attempt.version {
                self.copies.backup = CopyPlace(node: node, epoch: epoch, cas: cas)
                return self.inspectFormer(view)
            }
            if there.version.counter == self.attempt.version.counter { self.isDiverged = true }
            return self.storeBackup(.unchanged(cas: cas), node, epoch)
        case .lost, .timedOut, .unavailable, .stored, .conflict, .deleted, .refused:
            return self.leaveBackup(node, view)
        }
    }

    /// Settles a second copy that is ahead of what was written.
    mutating func primaryCompared(
        _ answer: StoreAnswer, _ newer: SessionContent, _ node: Int, _ epoch: UInt64,
        _ view: ClusterView
    ) -> Step<Outcome> {
        if case .found(_, let cas, let value) = answer,
            let there = try? SessionDecoder.decode(value ?? [], base: self.id.base)
        {
            if there.isEnded { return self.finish(.ended) }
            self.copies.primary = CopyPlace(node: node, epoch: epoch, cas: cas)
            if there.version.counter >= newer.version.counter {
                // The first copy has moved on as well: that writer built on ours and keeps both.
                // Its version goes with the CAS number that was read: ours would be laid over it
                // unseen by the next save.
                self.base = there
                self.attempt = there
                return self.inspectFormer(view)
            }
        } else {
            self.copies.primary = nil
        }
        // The first copy was old: what was laid over it is laid over the newer one.
        self.isDiverged = true
        self.isPrimaryCurrent = false
        if !self.changes.isEmpty { self.mergeCount += 1 }
        self.base = newer
        self.prepareAttempt()
        return self.writePrimary(view)
    }

    private mutating func leaveBackup(_ node: Int, _ view: ClusterView) -> Step<Outcome> {
        self.failed.insert(node)
        self.copies.backup = nil
        return self.writeBackup(view)
    }
}
