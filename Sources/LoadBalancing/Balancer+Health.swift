package import Base

extension Balancer {
    /// Tells how the request at a server ended; once for each `choose`.
    package mutating func finished(
        _ index: Int, _ outcome: PeerOutcome, byteCount: Int64 = 0, now: Instant
    ) {
        self.peers[index].activeCount -= 1
        precondition(self.peers[index].activeCount >= 0, "a request ends once at its server")
        self.peers[index].transferredByteCount &+= byteCount
        switch outcome {
        case .undecided: return
        case .succeeded: self.succeeded(index)
        case .failed:
            self.peers[index].failedCount += 1
            guard !self.hasOnlyOne, !self.peers[index].policy.ignoresFailures else { return }
            self.failed(index, now: now)
        }
    }

    /// nginx's rule: a success counts only when it began after the last failure was judged.
    private mutating func succeeded(_ index: Int) {
        guard let failedAt = self.peers[index].failedAt,
            let checkedAt = self.peers[index].checkedAt, failedAt < checkedAt
        else { return }
        self.peers[index].windowFailureCount = 0
    }

    private mutating func failed(_ index: Int, now: Instant) {
        self.peers[index].failedAt = now
        self.peers[index].checkedAt = now
        self.peers[index].windowFailureCount += 1
        let policy = self.peers[index].policy
        switch self.health {
        case .failureWindow:
            guard policy.failureCountMax > 0 else { return }
            let lowered =
                self.peers[index].effectiveWeight - policy.weight / policy.failureCountMax
            self.peers[index].effectiveWeight = max(0, lowered)
        case .errorState:
            self.peers[index].isInError = true
        }
    }

    /// Whether a server is left alone because of its failures.
    package func isResting(_ index: Int, now: Instant) -> Bool {
        switch self.health {
        case .failureWindow:
            guard self.peers[index].policy.failureCountMax > 0,
                self.peers[index].windowFailureCount >= self.peers[index].policy.failureCountMax,
                let checkedAt = self.peers[index].checkedAt
            else { return false }
            return now - checkedAt <= self.peers[index].policy.failureWindow
        case .errorState: return self.peers[index].isInError
        }
    }

    /// What people want to know of a server.
    package func condition(of index: Int, now: Instant) -> PeerCondition {
        let peer = self.peers[index]
        if peer.policy.isDown { return .down }
        if !self.hasOnlyOne, self.isResting(index, now: now) { return .failed }
        if peer.policy.isDraining { return .draining }
        return peer.isFull ? .full : .up
    }

    /// httpd: whoever rested for its time comes back; when nobody is left, everybody does.
    mutating func recover(forced: Bool, now: Instant) {
        var isAnyWell = false
        for index in self.peers.indices {
            let peer = self.peers[index]
            if peer.isInError, let failedAt = peer.failedAt,
                now - failedAt >= peer.policy.failureWindow
            {
                self.peers[index].isInError = false
                self.peers[index].windowFailureCount = 0
            }
            if !self.peers[index].isInError { isAnyWell = true }
        }
        guard forced, !isAnyWell else { return }
        for index in self.peers.indices { self.peers[index].isInError = false }
    }

    /// A window that is over begins anew when the server is chosen; the request is its trial.
    mutating func beginWindow(_ index: Int, now: Instant) {
        guard let checkedAt = self.peers[index].checkedAt else {
            self.peers[index].checkedAt = now
            return
        }
        if now - checkedAt > self.peers[index].policy.failureWindow {
            self.peers[index].checkedAt = now
        }
    }

    /// Changes a server's policy while it runs; its state stays, its weight counts from now on.
    package mutating func setPolicy(_ policy: PeerPolicy, of index: Int) {
        self.peers[index].policy = policy
        self.peers[index].effectiveWeight = min(self.peers[index].effectiveWeight, policy.weight)
        if self.ring != nil { self.ring = HashRing(self.peers.map(\.policy)) }
    }

    /// Takes a server as well again, whatever it did before: an operator says that it is.
    package mutating func forgetFailures(of index: Int) {
        self.peers[index].isInError = false
        self.peers[index].windowFailureCount = 0
        self.peers[index].effectiveWeight = self.peers[index].policy.weight
    }

    /// Takes over what the old group knew of a server that is in both; for reloads. Requests that
    /// run at the old group are not counted here.
    package mutating func inherit(_ index: Int, from old: PeerState) {
        self.peers[index].chosenCount = old.chosenCount
        self.peers[index].failedCount = old.failedCount
        self.peers[index].windowFailureCount = old.windowFailureCount
        self.peers[index].failedAt = old.failedAt
        self.peers[index].checkedAt = old.checkedAt
        self.peers[index].isInError = old.isInError
        self.peers[index].transferredByteCount = old.transferredByteCount
    }
}
