import Base

// httpd's way through a group: sets in order, hot standbys last, spares in the place of the
// unusable.

extension Balancer {
    /// The best server by httpd's rules (ap_proxy_balancer_get_best_worker).
    mutating func findInSets(tried: TriedPeers) -> Int? {
        let lastSet = self.peers.reduce(0) { max($0, $1.policy.set) }
        for wantsStandby in [false, true] {
            for set in 0...lastSet {
                if let best = self.bestMember(of: set, wantsStandby: wantsStandby, tried: tried) {
                    return best
                }
            }
        }
        return nil
    }

    private mutating func bestMember(
        of set: Int, wantsStandby: Bool, tried: TriedPeers
    ) -> Int? {
        var candidates: [Int] = []
        var spares: [Int] = []
        var unusableCount = 0
        for (index, peer) in self.peers.enumerated()
        where peer.policy.set == set && peer.policy.isBackup == wantsStandby
            && !peer.policy.isDraining
        {
            if peer.policy.isDown || peer.isInError || peer.isFull || tried.contains(index) {
                if !peer.policy.isSpare { unusableCount += 1 }
            } else if peer.policy.isSpare {
                spares.append(index)
            } else {
                candidates.append(index)
            }
        }
        candidates += spares.prefix(unusableCount)
        var best: Int?
        var total = 0
        for index in candidates {
            self.peers[index].currentWeight += self.peers[index].policy.weight
            total += self.peers[index].policy.weight
            if best.map({ self.isBetter(index, than: $0) }) ?? true { best = index }
        }
        if let best { self.peers[best].currentWeight -= total }
        return best
    }

    private func isBetter(_ index: Int, than other: Int) -> Bool {
        let (one, two) = (self.peers[index], self.peers[other])
        let isAhead = one.currentWeight > two.currentWeight
        switch self.method {
        case .byTraffic:
            let mine = one.transferredByteCount / Int64(one.policy.weight)
            let theirs = two.transferredByteCount / Int64(two.policy.weight)
            return mine < theirs || (mine == theirs && isAhead)
        case .byBusyness:
            return one.activeCount < two.activeCount
                || (one.activeCount == two.activeCount && isAhead)
        default: return isAhead
        }
    }

    /// The server that a session belongs to: by its route, else by the redirect of that server.
    mutating func findByRoute(_ route: String, tried: TriedPeers, now: Instant) -> Int? {
        if let index = self.usable(route, tried: tried, now: now) {
            self.take(index, now: now)
            return index
        }
        for peer in self.peers where peer.policy.route == route {
            let redirect = peer.policy.redirectRoute
            guard !redirect.isEmpty, redirect != route,
                let index = self.usable(redirect, tried: tried, now: now)
            else { continue }
            self.take(index, now: now)
            return index
        }
        return nil
    }

    private func usable(_ route: String, tried: TriedPeers, now: Instant) -> Int? {
        self.peers.indices.first { index in
            let peer = self.peers[index]
            return peer.policy.route == route && !peer.policy.isDown && !peer.isFull
                && !tried.contains(index)
                && (self.hasOnlyOne || !self.isResting(index, now: now))
        }
    }

    /// httpd counts requests that came by their route as part of the round; nginx does not, but
    /// one that comes after a rest is the server's trial as any other would be.
    private mutating func take(_ chosen: Int, now: Instant) {
        guard case .errorState = self.health else {
            if !self.hasOnlyOne { self.beginWindow(chosen, now: now) }
            return
        }
        var total = 0
        for (index, peer) in self.peers.enumerated() where !peer.policy.isDown && !peer.isInError {
            self.peers[index].currentWeight += peer.policy.weight
            total += peer.policy.weight
        }
        self.peers[chosen].currentWeight -= total
    }
}
