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

    /// How often nodes that were lost under the marks, or came meanwhile, are told again.
    package static let roundCountMax = 4

    private enum State: Sendable {
        case idle
        case reaching
        case marking(nodes: [Int])
    }

    private let keys: StorageKeys
    private let id: SessionID
    private let mark: SessionContent
    private let nowMilliseconds: Int64
    private var state = State.idle
    private var epochsAsked: [UInt64] = []
    /// The epoch at which a node has taken all its marks.
    private var epochsMarked: [Int: UInt64] = [:]
    /// Nodes that were asked and did not answer, or said no: another round costs another time-out.
    private var unwilling = NodeSet()
    private var roundCount = 0
    private var isStored = false

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
        // Others may use a node that only this process thinks dead, and find the session there.
        self.reach(view) ?? self.markAll(view)
    }

    /// The next step, after the answers to the last one.
    package mutating func received(
        _ answers: [StoreAnswer], _ view: ClusterView
    ) -> Step<Outcome> {
        guard case .marking(let nodes) = self.state else { return self.markAll(view) }
        var unmarked = NodeSet()
        for (node, answer) in zip(nodes, answers) {
            switch answer {
            case .stored: self.isStored = true
            case .lost, .unavailable: unmarked.insert(node)
            default:
                unmarked.insert(node)
                self.unwilling.insert(node)
            }
        }
        for node in nodes where !unmarked.contains(node) {
            self.epochsMarked[node] = self.epochsAsked[node]
        }
        if answers.contains(.lost), let step = self.reach(view) { return step }
        return self.markAll(view)
    }

    private mutating func reach(_ view: ClusterView) -> Step<Outcome>? {
        guard !view.dead.isEmpty, self.roundCount < Self.roundCountMax else { return nil }
        self.state = .reaching
        return .reach(view.dead)
    }

    /// Whether the node has the marks, and has not come or gone since.
    private func isMarked(_ node: Int, _ view: ClusterView) -> Bool {
        self.epochsMarked[node] == view.epochs[node]
    }

    /// Writes the marks on every node that lives and has them not; until none is left.
    private mutating func markAll(_ view: ClusterView) -> Step<Outcome> {
        let nodes = (0..<view.nodeCount).filter {
            view.available.contains($0) && !self.isMarked($0, view)
                && !self.unwilling.contains($0)
        }
        guard !nodes.isEmpty, self.roundCount < Self.roundCountMax else {
            let isComplete = (0..<view.nodeCount).allSatisfy { self.isMarked($0, view) }
            return .done(Outcome(isComplete: isComplete, isStored: self.isStored))
        }
        self.roundCount += 1
        self.epochsAsked = view.epochs
        let requests = nodes.flatMap { self.marks(on: $0, view) }
        self.state = .marking(nodes: requests.map(\.node))
        return .ask(requests)
    }

    /// One mark for each place on a node.
    private func marks(on node: Int, _ view: ClusterView) -> [StoreRequest] {
        guard let bytes = try? SessionEncoder.encode(self.mark, base: self.id.base) else {
            preconditionFailure("a mark has no attributes and is always encoded")
        }
        let expiry = SessionTimes(maxInactiveSeconds: self.mark.maxInactiveSeconds)
            .endMarkExpiry(nowMilliseconds: self.nowMilliseconds)
        return (0..<view.nodeCount).map { named in
            let there = self.id.replacing(node: view.shape.ids[named])
            let key = named == node ? self.keys.session(there) : self.keys.backup(there)
            let item = StoredItem(
                key: key, value: bytes, flags: self.mark.flags.rawValue, expiry: expiry,
                condition: .any)
            return StoreRequest(node, .store(item))
        }
    }
}
