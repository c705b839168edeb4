// After a move: the copies under the former id go, unless somebody has gone on with them.
extension SessionSave {
    /// An expiry date long past: an item stored with it is gone at once, so that a store at a CAS
    /// number removes only what was seen.
    static let expiredDate: UInt32 = 2_592_001

    mutating func inspectFormer(_ view: ClusterView) -> Step<Outcome> {
        guard let former = self.formerID, former.node != self.id.node,
            let old = view.primary(of: former)
        else { return self.finishStored() }
        self.attemptCount += 1
        guard self.attemptCount <= Self.attemptCountMax else { return self.finishStored() }
        var places: [FormerPlace] = []
        for node in 0..<view.nodeCount
        where view.available.contains(node) && !self.failed.contains(node) {
            let key = node == old ? self.keys.session(former) : self.keys.backup(former)
            places.append(FormerPlace(node: node, key: key, epoch: view.epochs[node]))
        }
        guard !places.isEmpty else { return self.finishStored() }
        self.state = .inspectingFormer(places)
        return .ask(places.map { StoreRequest($0.node, .load(key: $0.key)) })
    }

    mutating func formerInspected(
        _ answers: [StoreAnswer], _ places: [FormerPlace], _ view: ClusterView
    ) -> Step<Outcome> {
        var removals: [StoreRequest] = []
        var newest: SessionContent?
        for (place, answer) in zip(places, answers) {
            guard case .found(_, let cas, let value) = answer else { continue }
            if let there = try? SessionDecoder.decode(value ?? [], base: self.id.base) {
                if there.isEnded { return self.finish(.ended) }
                if there.version > (newest ?? self.attempt).version { newest = there }
            }
            guard view.epochs[place.node] == place.epoch else { continue }
            let nothing = StoredItem(
                key: place.key, value: [], flags: 0, expiry: Self.expiredDate,
                condition: .unchanged(cas: cas))
            removals.append(StoreRequest(place.node, .store(nothing)))
        }
        if let newest {
            if newest.version.counter == self.attempt.version.counter { self.isDiverged = true }
            self.rebase(onto: newest)
            self.isPrimaryCurrent = false
            return self.writePrimary(view)
        }
        guard !removals.isEmpty else { return self.finishStored() }
        self.state = .removingFormer
        return .ask(removals)
    }
}
