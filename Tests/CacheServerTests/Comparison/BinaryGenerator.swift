import Base
import MemcacheProtocol

/// Makes up requests of the binary protocol, most of them sensible, a few odd.
struct BinaryGenerator: RequestMaker {
    var random: SeededGenerator
    /// Numbers that were read since the connection began (see `CommandGenerator`).
    private var readKeys: Set<String> = []

    init(_ random: SeededGenerator) { self.random = random }

    /// One connection's requests; the last asks for an answer.
    mutating func connection() -> [BinaryPacket] {
        self.readKeys = []
        var packets = (0..<Int.random(in: 1...12, using: &self.random)).map { _ in self.packet() }
        packets.append(BinaryPacket(.noOperation))
        for index in packets.indices {
            packets[index].opaque = UInt32.random(in: 0...UInt32.max, using: &self.random)
        }
        return packets
    }

    private mutating func expiry() -> UInt64 {
        self.happens(3) ? self.one(of: [100, 5_000, 2_592_000, 2_592_001, 4_102_444_800]) : 0
    }

    private mutating func value() -> [UInt8] {
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0: return []
        case 1:
            let count = Int.random(in: 1...(self.happens(3) ? 90_000 : 3_000), using: &self.random)
            let factor = Int.random(in: 1...100, using: &self.random)
            // No white space and no digit first: numbers are read beyond short values' ends.
            return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* factor | 0x40) }
        case 2: return [0, 255, 13, 10]
        case 3..<7: return Array("\(Int.random(in: 0...1_200, using: &self.random))".utf8)
        default: return Array("value \(Int.random(in: 0...99, using: &self.random))".utf8)
        }
    }

    private mutating func number() -> BinaryPacket.Number {
        self.happens(4) ? self.one(of: [.lastSeen, .lastSeen, .unknown]) : .none
    }

    private mutating func packet() -> BinaryPacket {
        switch Int.random(in: 0..<20, using: &self.random) {
        case 0..<5: self.retrieval()
        case 5..<11: self.storage()
        case 11..<13: self.join()
        case 13..<15: self.arithmetic()
        case 15..<17: self.keyed([.delete, .deleteQuietly], number: true)
        case 17: self.touch()
        case 18: BinaryPacket(.noOperation)
        default: self.flush()
        }
    }

    private mutating func keyed(_ opcodes: [BinaryOpcode], number: Bool = false) -> BinaryPacket {
        var packet = BinaryPacket(self.one(of: opcodes))
        packet.key = self.key(withBlank: true)
        if number { packet.cas = self.number() }
        return packet
    }

    private mutating func retrieval() -> BinaryPacket {
        let packet = self.keyed([.get, .getQuietly, .getKey, .getKeyQuietly])
        self.readKeys.insert(packet.key)
        return packet
    }

    private mutating func touch() -> BinaryPacket {
        var packet = self.keyed([
            .touch, .getAndTouch, .getAndTouchQuietly, .getKeyAndTouch, .getKeyAndTouchQuietly,
        ])
        self.readKeys.insert(packet.key)
        packet.extras = BinaryPacket.bytes((self.expiry(), 4))
        return packet
    }

    private mutating func storage() -> BinaryPacket {
        var packet = self.keyed(
            [.set, .set, .setQuietly, .add, .addQuietly, .replace, .replaceQuietly], number: true)
        let flags: UInt64 = self.one(of: [0, 1, 65_535, 0xFFFF_FFFF])
        packet.extras = BinaryPacket.bytes((flags, 4), (self.expiry(), 4))
        packet.value = self.value()
        return packet
    }

    private mutating func join() -> BinaryPacket {
        var packet = self.keyed(
            [.append, .appendQuietly, .prepend, .prependQuietly], number: true)
        packet.value = Array("part \(packet.key)".utf8)
        return packet
    }

    private mutating func arithmetic() -> BinaryPacket {
        let opcodes: [BinaryOpcode] = [
            .increment, .incrementQuietly, .decrement, .decrementQuietly,
        ]
        var packet = self.keyed(opcodes, number: true)
        if self.readKeys.contains(packet.key) { return BinaryPacket(.noOperation) }
        let delta: UInt64 = self.one(of: [0, 1, 7, 100, 1_000_000])
        let initial: UInt64 = self.one(of: [0, 5, 1_000_000])
        // All ones: no item is made.
        let expiry = self.happens(2) ? 0xFFFF_FFFF : self.expiry()
        packet.extras = BinaryPacket.bytes((delta, 8), (initial, 8), (expiry, 4))
        return packet
    }

    private mutating func flush() -> BinaryPacket {
        var packet = BinaryPacket(self.one(of: [.flush, .flushQuietly]))
        if self.happens(2) { packet.extras = BinaryPacket.bytes((0, 4)) }
        return packet
    }
}
