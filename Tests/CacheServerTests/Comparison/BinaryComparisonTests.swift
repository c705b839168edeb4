import Base
import EventLoop
import MemcacheProtocol
import TestSupport
import Testing

/// The same requests of the binary protocol to Debian's memcached and to cached, the same answers.
///
/// `HOLDFAST_SEED` repeats a run, `HOLDFAST_ROUNDS` makes it longer.
@Suite(.timeLimit(.minutes(10)))
struct BinaryComparisonTests {
    @Test(arguments: [Exchange.Manner.whole, .inPieces, .dripped])
    func madeUpRequests(manner: Exchange.Manner) async throws {
        let seed = TestSeed("madeUpRequests \(manner)")
        let random = seed.generator
        try await runOnLoop { group in
            let both = try await TwoCaches(on: group.loops[0])
            var generator = BinaryGenerator(random)
            for round in 0..<manner.roundCount {
                let packets = generator.connection()
                let byteCount = packets.reduce(0) { $0 + $1.value.count }
                if manner == .dripped, byteCount > 5_000 { continue }
                try await both.compare(packets, manner, "\(seed), connection \(round):")
            }
            await both.stop()
        }
    }

    /// Requests of every command with extras, keys and values as they should not be, each followed
    /// by one that is good.
    private static var broken: [[BinaryPacket]] {
        var all: [[BinaryPacket]] = []
        for opcode in UInt8(0)...0x40 {
            for (extras, key, value) in [
                (0, 0, 0), (0, 1, 0), (0, 1, 3), (0, 0, 3), (4, 1, 0), (4, 1, 2), (4, 0, 0),
                (8, 1, 0), (8, 1, 5), (8, 0, 5), (20, 1, 0), (20, 1, 1), (20, 0, 0), (3, 1, 0),
                (0, 251, 0), (8, 251, 1),
            ] {
                var packet = BinaryPacket(.noOperation)
                packet.opcode = opcode
                packet.extras = [UInt8](repeating: 0, count: extras)
                packet.key = String(repeating: "k", count: key)
                packet.value = [UInt8](repeating: 0x56, count: value)
                packet.opaque = UInt32(opcode)
                all.append([packet, BinaryPacket(.noOperation)])
            }
        }
        // Statistics, versions and mechanisms are each server's own.
        let own: [BinaryOpcode] = [.version, .statistics, .listMechanisms]
        return all.filter { packets in
            !Self.losesItsPlace(packets[0]) && !own.contains { $0.rawValue == packets[0].opcode }
        }
    }

    /// Where memcached loses its place, and cached does not: behind a command that it does not know
    /// it passes over as many bytes as the whole body has, also when it has read key and extras
    /// already; what stands behind the key of a touch it takes for the next request.
    private static func losesItsPlace(_ packet: BinaryPacket) -> Bool {
        switch BinaryOpcode(rawValue: packet.opcode) {
        case nil: !packet.key.isEmpty || !packet.extras.isEmpty
        case .touch, .getAndTouch, .getAndTouchQuietly, .getKeyAndTouch, .getKeyAndTouchQuietly:
            !packet.value.isEmpty
        default: false
        }
    }

    @Test func brokenRequests() async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(on: group.loops[0])
            for packets in Self.broken { try await both.compare(packets, .whole, "broken:") }
            await both.stop()
        }
    }

    @Test func lengthsAndTimesAtTheirLimits() async throws {
        try await runOnLoop { group in
            let both = try await TwoCaches(on: group.loops[0])
            for byteCount in [1_048_000, 1_048_576, 1_100_000] {
                var set = BinaryPacket(.set)
                (set.key, set.extras) = ("large", [UInt8](repeating: 0, count: 8))
                set.value = [UInt8](repeating: 0x4C, count: byteCount)
                var get = BinaryPacket(.getKey)
                get.key = set.key
                for manner in [Exchange.Manner.whole, .inPieces] {
                    try await both.compare([set, get, get], manner, "\(byteCount) bytes:")
                }
            }
            for seconds in [50, 100, 2_592_000, 2_592_001, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] {
                var set = BinaryPacket(.set)
                (set.key, set.value) = ("timed", [0x54])
                set.extras = BinaryPacket.bytes((0, 4), (UInt64(seconds), 4))
                var touch = BinaryPacket(.getAndTouch)
                touch.key = set.key
                touch.extras = BinaryPacket.bytes((UInt64(seconds), 4))
                var flush = BinaryPacket(.flush)
                flush.extras = BinaryPacket.bytes((UInt64(seconds), 4))
                var get = BinaryPacket(.get)
                get.key = set.key
                try await both.compare(
                    [set, get, touch, get, flush, set, get], .whole, "\(seconds) seconds:")
                try await both.compare([BinaryPacket(.flush)], .whole, "flush:")
            }
            await both.stop()
        }
    }
}
