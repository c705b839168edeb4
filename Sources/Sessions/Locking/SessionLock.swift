/// Takes a session's lock: `add` on the node of its first copy, again and again while it is held.
///
/// After a refusal it waits 10 ms, then twice as long each time up to 500 ms. The wait is counted
/// from the last time that the lock changed hands; when one holder keeps it longer than the
/// operation time-out, the request goes on without it, as memcached-session-manager does.
package struct SessionLock: Sendable {
    /// The first wait.
    package static let backoffMillisecondsMin: Int64 = 10
    /// The longest wait.
    package static let backoffMillisecondsMax: Int64 = 500
    /// However often it changes hands, nobody waits longer than this many operation time-outs.
    package static let patienceTimeoutCount: Int64 = 30

    /// What came of it.
    package enum Outcome: Equatable, Sendable {
        /// It is ours, on this node, until it expires.
        case acquired(node: Int)
        /// Somebody else kept it for too long.
        case gaveUp
        /// No node could be asked.
        case unreachable
    }

    private let keys: StorageKeys
    private let token: [UInt8]
    private let expiry: UInt32
    private let timeoutMilliseconds: Int64
    private var id: SessionID
    private var node = 0
    private var holder: [UInt8]?
    private var isWaiting = false
    private var hasReached = false
    private var backoff = SessionLock.backoffMillisecondsMin
    private var waitedForHolder: Int64 = 0
    private var waitedInAll: Int64 = 0
    private var failed = NodeSet()

    /// Prepares to take the lock.
    ///
    /// - Parameter token: unlike any other holder's.
    package init(
        keys: StorageKeys, id: SessionID, token: UInt64, expirySeconds: UInt32,
        timeoutMilliseconds: Int64
    ) {
        self.keys = keys
        self.id = id
        self.token = Array(String(token, radix: 16).utf8)
        self.expiry = expirySeconds
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// The key that holds the lock now.
    package var key: String { self.keys.lock(self.id) }

    /// The first step.
    package mutating func start(_ view: ClusterView) -> Step<Outcome> {
        let usable = view.available.subtracting(self.failed)
        if let primary = view.primary(of: self.id), usable.contains(primary) {
            self.node = primary
        } else if !self.hasReached, !view.dead.isEmpty {
            // Who is wrong about a node takes the lock elsewhere than all others.
            self.hasReached = true
            self.isWaiting = true
            self.failed = self.failed.subtracting(view.dead)
            return .reach(view.dead)
        } else if let target = view.relocation(
            from: view.primary(of: self.id) ?? view.nodeCount - 1, excluding: self.failed)
        {
            // Where the session will move, so that all who move it wait for each other.
            self.node = target
            self.id = self.id.replacing(node: view.shape.ids[target])
        } else {
            return .done(.unreachable)
        }
        self.isWaiting = false
        let item = StoredItem(
            key: self.key, value: self.token, flags: 0, expiry: self.expiry, condition: .absent)
        return .ask([
            StoreRequest(self.node, .store(item)), StoreRequest(self.node, .load(key: self.key)),
        ])
    }

    /// The next step, after the answers or after a wait.
    package mutating func received(
        _ answers: [StoreAnswer], _ view: ClusterView
    ) -> Step<Outcome> {
        if self.isWaiting { return self.start(view) }
        if case .stored = answers[0] { return .done(.acquired(node: self.node)) }
        if answers[0].isUnanswered {
            self.failed.insert(self.node)
            return self.start(view)
        }
        if case .found(_, _, let value) = answers[1] {
            if value == self.token { return .done(.acquired(node: self.node)) }
            if value != self.holder {
                self.holder = value
                self.waitedForHolder = 0
                self.backoff = Self.backoffMillisecondsMin
            }
        }
        let patience = self.timeoutMilliseconds * Self.patienceTimeoutCount
        guard self.waitedForHolder < self.timeoutMilliseconds, self.waitedInAll < patience else {
            return .done(.gaveUp)
        }
        let wait = min(self.backoff, self.timeoutMilliseconds - self.waitedForHolder)
        self.waitedForHolder += wait
        self.waitedInAll += wait
        self.backoff = min(self.backoff * 2, Self.backoffMillisecondsMax)
        self.isWaiting = true
        return .wait(milliseconds: wait)
    }
}
