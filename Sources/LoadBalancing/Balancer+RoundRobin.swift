import Base

extension Balancer {
    /// nginx's smooth weighted round robin over one tier.
    ///
    /// Each round every server that can serve gains its effective weight, the one furthest ahead is
    /// taken and pays back the sum. Weights 5, 1, 1 give `a a b a c a a`, not `a a a a a b c`.
    mutating func roundRobin(isBackup: Bool, tried: TriedPeers, now: Instant) -> Int? {
        var best: Int?
        var total = 0
        for index in self.peers.indices
        where self.peers[index].policy.isBackup == isBackup
            && self.isEligible(index, tried: tried, now: now)
        {
            total += self.gain(index)
            if best.map({ self.peers[index].currentWeight > self.peers[$0].currentWeight }) ?? true
            {
                best = index
            }
        }
        guard let best else { return nil }
        self.peers[best].currentWeight -= total
        self.beginWindow(best, now: now)
        return best
    }

    /// One server's part of a round.
    ///
    /// - Returns: what it gained.
    private mutating func gain(_ index: Int) -> Int {
        let weight = self.peers[index].effectiveWeight
        self.peers[index].currentWeight += weight
        if weight < self.peers[index].policy.weight { self.peers[index].effectiveWeight += 1 }
        return weight
    }

    /// nginx's `least_conn`: the fewest requests for its weight; equals take turns.
    mutating func leastConnections(isBackup: Bool, tried: TriedPeers, now: Instant) -> Int? {
        var least: Int?
        var hasEquals = false
        for index in self.peers.indices
        where self.peers[index].policy.isBackup == isBackup
            && self.isEligible(index, tried: tried, now: now)
        {
            guard let current = least else {
                least = index
                continue
            }
            let (mine, theirs) = self.loads(index, current)
            if mine < theirs {
                least = index
                hasEquals = false
            } else if mine == theirs {
                hasEquals = true
            }
        }
        guard let least else { return nil }
        let best =
            hasEquals
            ? self.takeTurns(from: least, isBackup: isBackup, tried: tried, now: now) : least
        self.beginWindow(best, now: now)
        return best
    }

    /// Requests for their weights, brought to a common denominator.
    private func loads(_ left: Int, _ right: Int) -> (Int, Int) {
        let (one, two) = (self.peers[left], self.peers[right])
        return (one.activeCount * two.policy.weight, two.activeCount * one.policy.weight)
    }

    private mutating func takeTurns(
        from least: Int, isBackup: Bool, tried: TriedPeers, now: Instant
    ) -> Int {
        var best = least
        var total = 0
        for index in least..<self.peers.count
        where self.peers[index].policy.isBackup == isBackup
            && self.isEligible(index, tried: tried, now: now)
        {
            let (mine, theirs) = self.loads(index, least)
            guard mine == theirs else { continue }
            total += self.gain(index)
            if self.peers[index].currentWeight > self.peers[best].currentWeight { best = index }
        }
        self.peers[best].currentWeight -= total
        return best
    }
}
