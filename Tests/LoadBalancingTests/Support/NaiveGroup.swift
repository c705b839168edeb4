import Base

@testable import LoadBalancing

/// What a group of nginx's may and must do, told as simply as can be: from the history of each
/// server, without any running numbers. It does not say who is chosen, only who may be.
struct NaiveGroup {
    /// One server: what it may do, what runs at it, and all that happened in its life.
    struct Server {
        var policy: PeerPolicy
        var activeCount = 0
        /// The failures since it last was made well.
        var failures = 0
        /// When its present window began.
        var windowStart: Instant?
        var lastFailure: Instant?
    }

    var servers: [Server]

    init(_ policies: [PeerPolicy]) { self.servers = policies.map { Server(policy: $0) } }

    private func rests(_ server: Server, _ now: Instant) -> Bool {
        guard self.servers.count > 1, server.policy.failureCountMax > 0,
            server.failures >= server.policy.failureCountMax, let start = server.windowStart
        else { return false }
        return now.nanoseconds - start.nanoseconds <= server.policy.failureWindow.nanoseconds
    }

    /// Who must get a request of a session that has tried these servers; nil when round robin
    /// decides.
    func owner(of route: String, tried: Set<Int>, now: Instant) -> Int? {
        self.servers.indices.first { index in
            let server = self.servers[index]
            let limit = server.policy.requestCountMax
            return !route.isEmpty && server.policy.route == route && !server.policy.isDown
                && !tried.contains(index) && (limit == 0 || server.activeCount < limit)
                && !self.rests(server, now)
        }
    }

    /// Who may get a request that has tried these servers.
    func candidates(tried: Set<Int>, now: Instant) -> Set<Int> {
        let able = self.servers.indices.filter { index in
            let server = self.servers[index]
            let limit = server.policy.requestCountMax
            return !tried.contains(index) && !server.policy.isDown && !server.policy.isDraining
                && (limit == 0 || server.activeCount < limit) && !self.rests(server, now)
        }
        let ordinary = able.filter { !self.servers[$0].policy.isBackup }
        return Set(ordinary.isEmpty ? able : ordinary)
    }

    mutating func chose(_ index: Int, now: Instant) {
        self.servers[index].activeCount += 1
        guard self.servers.count > 1 else { return }
        let window = self.servers[index].policy.failureWindow.nanoseconds
        if let start = self.servers[index].windowStart,
            now.nanoseconds - start.nanoseconds <= window
        {
            return
        }
        self.servers[index].windowStart = now
    }

    mutating func finished(_ index: Int, _ outcome: PeerOutcome, now: Instant) {
        self.servers[index].activeCount -= 1
        guard self.servers.count > 1 else { return }
        switch outcome {
        case .undecided: return
        case .failed:
            self.servers[index].failures += 1
            self.servers[index].lastFailure = now
            self.servers[index].windowStart = now
        case .succeeded:
            let server = self.servers[index]
            if let failed = server.lastFailure, let start = server.windowStart, failed < start {
                self.servers[index].failures = 0
            }
        }
    }
}
