/// Ends a session for good: every place where a copy of it can be, whatever its id names, gets the
/// mark of its end, which wins over every version.
///
/// Nothing is deleted, as a writer that still holds the session would store it again where it finds
/// nothing; where it finds the mark, it stops. Marks live as long as any copy could.
package struct SessionEnd: Sendable {
    /// Whether all places that can hold a living copy have the mark now. Otherwise it has to be
    /// done again when the missing node is back.
    package struct Outcome: Equatable, Sendable {
        /// Whether every place was reached.
        package var isComplete: Bool
        /// Whether any place was.
        package var isStored: Bool
    }

    private let keys: StorageKeys
    private let id: SessionID
    private let mark: SessionContent
    private let nowMilliseconds: Int64
    private var wantedCount = 0
    private var markCount = 0

    /// Prepares the end of a session whose last known content is given.
    package init(
        keys: StorageKeys, id: SessionID, content: SessionContent, nowMilliseconds: Int64,
        stamp: UInt64
    ) {
        self.keys = keys
        self.id = id
        self.mark = content.isEnded ? content : content.ended(stamp: stamp)
        self.nowMilliseconds = nowMilliseconds
    }

    /// The first step.
    package mutating func start(_ view: ClusterView) -> Step<Outcome> {
        guard let bytes = try? SessionEncoder.encode(self.mark, base: self.id.base) else {
            preconditionFailure("a mark has no attributes and is always encoded")
        }
        let expiry = SessionTimes(maxInactiveSeconds: self.mark.maxInactiveSeconds)
            .endMarkExpiry(nowMilliseconds: self.nowMilliseconds)
        func mark(_ node: Int, _ key: String) -> StoreRequest {
            let item = StoredItem(
                key: key, value: bytes, flags: self.mark.flags.rawValue, expiry: expiry,
                condition: .any)
            return StoreRequest(node, .store(item))
        }
        var requests: [StoreRequest] = []
        for node in 0..<view.nodeCount where view.available.contains(node) {
            for named in 0..<view.nodeCount {
                let there = self.id.replacing(node: view.shape.ids[named])
                let isFirst = named == node
                requests.append(
                    mark(node, isFirst ? self.keys.session(there) : self.keys.backup(there)))
            }
        }
        self.markCount = requests.count
        guard !requests.isEmpty else {
            return .done(Outcome(isComplete: false, isStored: false))
        }
        return .ask(requests)
    }

    /// The last step.
    package mutating func received(
        _ answers: [StoreAnswer], _ view: ClusterView
    ) -> Step<Outcome> {
        let storedCount = answers.prefix(self.markCount).count {
            if case .stored = $0 { true } else { false }
        }
        return .done(
            Outcome(
                isComplete: storedCount == view.nodeCount * view.nodeCount,
                isStored: storedCount > 0))
    }
}
