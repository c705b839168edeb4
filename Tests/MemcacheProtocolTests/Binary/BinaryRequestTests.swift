import Base
import TestSupport
import Testing

@testable import MemcacheProtocol

/// Packets of the binary protocol and what they mean, by tables, cut at each byte, and made up.
struct BinaryRequestTests {
    /// A packet with these lengths; the body is as long as they say, or as `body` does.
    static func packet(
        _ opcode: UInt8, extras: Int = 0, key: String = "", value: String = "", body: Int? = nil
    ) -> [UInt8] {
        let buffer = ByteBuffer()
        var header = BinaryHeader(
            opcode: opcode, keyByteCount: key.utf8.count, extrasByteCount: extras,
            bodyByteCount: body ?? extras + key.utf8.count + value.utf8.count)
        header.opaque = 0xAABB_CCDD
        header.cas = 0x0102_0304_0506_0708
        header.append(to: buffer, magic: BinaryHeader.requestMagic)
        buffer.append([UInt8](repeating: 1, count: extras))
        buffer.append(key)
        buffer.append(value)
        return buffer.makeArray()
    }

    private static func shown(_ bytes: [UInt8]) -> String {
        switch BinaryRequest.parse(bytes.span) {
        case .incomplete(let missing): return "missing \(missing)"
        case .notARequest: return "no request"
        case .refused(_, let status, let ends): return "\(status)\(ends ? ", ends" : "")"
        case .request(let request):
            let key = String(decoding: bytes[request.key], as: UTF8.self)
            return "\(request.opcode) \(key) \(request.value.count)"
        }
    }

    @Test(
        arguments: [
            (packet(0x00, key: "k"), "get k 0"), (packet(0x00), "invalidArguments, ends"),
            (packet(0x00, key: "k", value: "v"), "invalidArguments, ends"),
            (packet(0x00, extras: 1, key: "k"), "invalidArguments, ends"),
            (packet(0x01, extras: 8, key: "k", value: "abc"), "set k 3"),
            (packet(0x01, extras: 8, value: "abc"), "invalidArguments, ends"),
            (packet(0x01, key: "k", value: "abc"), "invalidArguments, ends"),
            (packet(0x12, extras: 8, key: "k"), "addQuietly k 0"),
            (packet(0x0E, key: "k", value: "abc"), "append k 3"),
            (packet(0x05, extras: 20, key: "k"), "increment k 0"),
            (packet(0x05, extras: 19, key: "k"), "invalidArguments, ends"),
            (packet(0x1C, extras: 4, key: "k"), "touch k 0"), (packet(0x08), "flush  0"),
            (packet(0x18, extras: 4), "flushQuietly  0"),
            (packet(0x08, key: "k"), "invalidArguments, ends"), (packet(0x0A), "noOperation  0"),
            (packet(0x0B, key: "k"), "invalidArguments, ends"), (packet(0x07), "quit  0"),
            (packet(0x10, key: "items"), "statistics items 0"),
            (packet(0x21, key: "PLAIN", value: "m"), "authenticate PLAIN 1"),
            (packet(0x30, key: "k"), "unknownCommand"), (packet(0x1B), "unknownCommand"),
            (packet(0xFF, value: "v"), "unknownCommand"),
            (packet(0x00, key: "kk", body: 1), "unknownCommand, ends"),
            (packet(0x01, extras: 8, key: "k", body: 1 << 30 + 1), "invalidArguments, ends"),
            (packet(0x00, key: String(repeating: "k", count: 250)), nil),
            (packet(0x00, key: String(repeating: "k", count: 251)), "invalidArguments, ends"),
            ([0x81] + [UInt8](repeating: 0, count: 23), "no request"), ([0x80], "missing 23"),
            ([0x67], "no request"), ([], "missing 24"),
        ] as [([UInt8], String?)])
    func aPacketMeans(bytes: [UInt8], expected: String?) {
        if let expected { #expect(Self.shown(bytes) == expected) }
    }

    @Test func aHeaderComesBack() throws {
        let bytes = Self.packet(0x01, extras: 8, key: "key", value: "value")
        let read = BinaryHeader(bytes.span)
        let header = try #require(read)
        #expect(header.opaque == 0xAABB_CCDD && header.cas == 0x0102_0304_0506_0708)
        let buffer = ByteBuffer()
        header.append(to: buffer, magic: BinaryHeader.requestMagic)
        #expect(buffer.makeArray() == Array(bytes.prefix(24)))
    }

    @Test func aPacketCutAnywhereIsWaitedFor() {
        let bytes = Self.packet(0x01, extras: 8, key: "key", value: "value")
        let end = 24 + 8 + 3
        for count in 0..<end {
            let missing = count < 24 ? 24 - count : end - count
            #expect(Self.shown(Array(bytes.prefix(count))) == "missing \(missing)")
        }
        // The value may be under way.
        #expect(Self.shown(Array(bytes.prefix(end))) == "set key 5")
    }

    @Test func anyBytesAreReadAndPointIntoThePacket() {
        var random = TestSeed().generator
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...80, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if count > 0 { bytes[0] = 0x80 }
            // Small lengths, so that some packets are good.
            if count >= 24 {
                bytes[2] = 0
                bytes[3] &= 31
                bytes[4] &= 31
                for place in 8...10 where bytes[place] & 7 != 0 { bytes[place] = 0 }
            }
            guard case .request(let request) = BinaryRequest.parse(bytes.span) else { continue }
            #expect(request.key.upperBound <= bytes.count && request.key.count <= 250)
            #expect(request.value.lowerBound == request.key.upperBound)
            #expect(request.value.upperBound == request.byteCount)
        }
    }

    @Test func everyQuietCommandHasALoudOne() {
        for opcode in BinaryOpcode.allCases {
            #expect(opcode.loud.loud == opcode.loud && !opcode.loud.isQuiet)
            #expect(opcode.isQuiet == "\(opcode)".hasSuffix("Quietly"))
        }
    }
}
