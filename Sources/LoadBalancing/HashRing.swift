/// The ring of `hash … consistent` (ketama): 160 points for each unit of a server's weight.
struct HashRing: Sendable {
    /// Points in order of their hash, with the server that each belongs to.
    let points: [(hash: UInt32, peer: Int)]

    private static let pointsPerWeight = 160

    init(_ peers: [PeerPolicy]) {
        var points: [(hash: UInt32, peer: Int)] = []
        for (index, peer) in peers.enumerated() where !peer.isBackup {
            var base = CRC32()
            base.update(Self.hashedName(peer.name))
            var previous: UInt32 = 0
            for _ in 0..<peer.weight * Self.pointsPerWeight {
                var sum = base
                sum.update((0..<4).map { UInt8(truncatingIfNeeded: previous >> (8 * $0)) })
                previous = sum.value
                points.append((previous, index))
            }
        }
        self.points = points.sorted { ($0.hash, $0.peer) < ($1.hash, $1.peer) }
    }

    /// The place of the first point that is not before `hash`; the end means the start.
    func firstPoint(atOrAfter hash: UInt32) -> Int {
        var (low, high) = (0, self.points.count)
        while low < high {
            let middle = (low + high) / 2
            if self.points[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// nginx hashes host, a zero and the port; a UNIX socket's path without `unix:`.
    private static func hashedName(_ name: String) -> [UInt8] {
        var bytes = Array(name.utf8)
        if name.lowercased().hasPrefix("unix:") { return Array(bytes.dropFirst(5)) + [0] }
        if let colon = bytes.lastIndex(of: UInt8(ascii: ":")),
            bytes[(colon + 1)...].allSatisfy({ (0x30...0x39).contains($0) })
        {
            bytes[colon] = 0
            return bytes
        }
        return bytes + [0]
    }
}

/// The cyclic redundancy check of zlib and nginx (polynomial EDB88320, reflected).
struct CRC32: Sendable {
    private var register: UInt32 = .max

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
        }
    }

    /// The sum of all bytes so far.
    var value: UInt32 { ~self.register }

    mutating func update(_ bytes: [UInt8]) {
        for byte in bytes {
            let place = Int((self.register ^ UInt32(byte)) & 0xFF)
            self.register = Self.table[place] ^ (self.register >> 8)
        }
    }
}
