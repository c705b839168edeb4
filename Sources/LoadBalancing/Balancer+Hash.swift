import Base

extension Balancer {
    /// The server that a key hashes to; nil when round robin is to decide.
    mutating func findByHash(_ key: [UInt8], tried: inout TriedPeers, now: Instant) -> Int? {
        let found: Int?
        switch self.method {
        case .addressHash: found = self.addressHash(key, tried: &tried, now: now)
        case .hash(isConsistent: false): found = self.plainHash(key, tried: &tried, now: now)
        case .hash(isConsistent: true): found = self.consistentHash(key, tried: tried, now: now)
        case .random(let ofTwo): found = self.draw(ofTwo: ofTwo, tried: tried, now: now)
        default: found = nil
        }
        if let found { self.beginWindow(found, now: now) }
        return found
    }

    private var ordinaryWeight: Int {
        self.peers.reduce(0) { $0 + ($1.policy.isBackup ? 0 : $1.policy.weight) }
    }

    /// The ordinary server whose share of the weights `offset` falls into.
    private func peer(at offset: Int) -> Int? {
        var rest = offset
        for (index, peer) in self.peers.enumerated() where !peer.policy.isBackup {
            rest -= peer.policy.weight
            if rest < 0 { return index }
        }
        return nil
    }

    /// nginx's `ip_hash`: of an IPv4 address the first three bytes count, of IPv6 all.
    private func addressHash(
        _ address: [UInt8], tried: inout TriedPeers, now: Instant
    ) -> Int? {
        let total = self.ordinaryWeight
        guard total > 0 else { return nil }
        if tried.hashRounds == 0 { tried.hashSum = 89 }
        let counted = address.count == 4 ? 3 : address.count
        while tried.hashRounds <= Self.hashRoundCountMax {
            tried.hashRounds += 1
            for byte in address.prefix(counted) {
                tried.hashSum = (tried.hashSum * 113 + UInt64(byte)) % 6_271
            }
            if let index = self.peer(at: Int(tried.hashSum % UInt64(total))),
                self.isEligible(index, tried: tried, now: now)
            {
                return index
            }
        }
        return nil
    }

    /// nginx's `hash`, which is that of Cache::Memcached: rounds after the first put their number
    /// before the key.
    private func plainHash(_ key: [UInt8], tried: inout TriedPeers, now: Instant) -> Int? {
        let total = self.ordinaryWeight
        guard total > 0, !key.isEmpty else { return nil }
        while tried.hashRounds <= Self.hashRoundCountMax {
            var sum = CRC32()
            if tried.hashRounds > 0 { sum.update(Array("\(tried.hashRounds)".utf8)) }
            sum.update(key)
            tried.hashSum += UInt64((sum.value >> 16) & 0x7FFF)
            tried.hashRounds += 1
            if let index = self.peer(at: Int(tried.hashSum % UInt64(total))),
                self.isEligible(index, tried: tried, now: now)
            {
                return index
            }
        }
        return nil
    }

    private func consistentHash(_ key: [UInt8], tried: TriedPeers, now: Instant) -> Int? {
        guard let ring, !ring.points.isEmpty, !key.isEmpty else { return nil }
        var sum = CRC32()
        sum.update(key)
        var place = ring.firstPoint(atOrAfter: sum.value)
        for _ in 0...Self.hashRoundCountMax {
            let index = ring.points[place % ring.points.count].peer
            if self.isEligible(index, tried: tried, now: now) { return index }
            place += 1
        }
        return nil
    }

    /// nginx's `random`: by weight; `two` takes the less busy of two different ones.
    private mutating func draw(ofTwo: Bool, tried: TriedPeers, now: Instant) -> Int? {
        let total = self.ordinaryWeight
        guard total > 0 else { return nil }
        var first: Int?
        for _ in 0...Self.hashRoundCountMax {
            let offset = Int.random(in: 0..<total, using: &self.generator)
            guard let index = self.peer(at: offset),
                self.isEligible(index, tried: tried, now: now)
            else { continue }
            guard ofTwo else { return index }
            guard let other = first else {
                first = index
                continue
            }
            guard other != index else { continue }
            let (one, two) = (self.peers[other], self.peers[index])
            return one.activeCount * two.policy.weight <= two.activeCount * one.policy.weight
                ? other : index
        }
        return first
    }
}
