import Base
import Testing

@testable import MemcacheProtocol

/// Flags of meta commands, numbers as C reads them, and Base64 keys.
struct MetaFlagsTests {
    private static func read(_ text: String) throws(MetaFlags.Problem) -> MetaFlags {
        let bytes = Array("k \(text)".utf8)
        // A key that is no Base64 stands before them.
        return try MetaFlags(bytes.span, 2..<bytes.count, key: 0..<1)
    }

    @Test func everyFlagIsRead() throws {
        let flags = try Self.read(
            "v q u b I T60 N-1 R30 F7 C9 MAB J5 D3 k O12 c f h l s t P L x E8")
        #expect(flags.wantsValue && flags.isQuiet && flags.leavesNoTrace)
        #expect(flags.hasBinaryKey && flags.marksStale)
        #expect(flags.expiry == 60 && flags.vivifies == -1 && flags.recache == 30)
        #expect(flags.clientFlags == 7 && flags.cas == 9 && flags.mode == UInt8(ascii: "A"))
        #expect(flags.initial == 5 && flags.delta == 3)
        #expect(flags.dropsValue && flags.explicitCAS == 8)
        let none = try Self.read("")
        #expect(none.delta == 1 && none.expiry == nil && none.cas == nil && none.mode == 0)
    }

    @Test(
        arguments: [
            ("v v", .duplicate), ("O1 O2", .duplicate), ("é", .badLine), ("!", .badLine),
            ("w", .invalid), ("w !", .badLine),
            ("Tx", .badToken), ("T", .badToken), ("Nx", .badToken), ("Rx", .badToken),
            ("Cx", .badToken), ("Fx", .badFormat), ("Ex", .badToken), ("E", .badToken),
            ("Jx", .badInitial), ("D-1", .badDelta), ("Tx w", .invalid), ("Tx v v", .duplicate),
            ("Tx Fx", .badToken), ("Fx Tx", .badToken), ("Tx Jx", .badInitial),
            ("Tx b", .badKey), ("b Tx", .badToken), ("b Fx", .badKey), ("Fx b", .badKey),
        ] as [(String, MetaFlags.Problem)])
    func aWrongFlagIsRefused(text: String, expected: MetaFlags.Problem) {
        #expect(throws: expected) { _ = try Self.read(text) }
    }

    @Test(
        arguments: [
            ("0", 0), ("18446744073709551615", .max), ("18446744073709551616", nil), ("-1", nil),
            ("-18446744073709551615", 1), (" 7", 7), ("+7", 7), ("7 x", 7), ("7x", nil), ("", nil),
            ("-", nil), (" ", nil), ("000000000000000000000007", 7), ("7\t", 7), ("+-7", nil),
        ] as [(String, UInt64?)])
    func unsignedNumbersAreReadAsCReadsThem(text: String, expected: UInt64?) {
        let bytes = Array(text.utf8)
        let found = bytes.span.unsignedNumber()
        #expect(found == expected)
    }

    @Test(
        arguments: [
            ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("x", nil),
        ] as [(String, Int?)])
    func signedNumbersAreReadAsCReadsThem(text: String, expected: Int?) {
        let bytes = Array(text.utf8)
        let found = bytes.span.signedNumber()
        #expect(found == expected)
    }

    @Test func anyKeyComesBackFromBase64() {
        for count in 0...40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            let (text, back) = (ByteBuffer(), ByteBuffer())
            Base64Key.encode(bytes.span, into: text)
            #expect(text.count == (count + 2) / 3 * 4)
            let isGood = Base64Key.decode(text.bytes, into: back)
            #expect(isGood == (count > 0))
            #expect(back.bytes.makeArray() == bytes)
        }
        for wrong in ["", "a", "ab", "abc", "a===", "ab=c", "ab==cdef", "a b=", "éé"] {
            let bytes = Array(wrong.utf8)
            let isGood = Base64Key.decode(bytes.span, into: ByteBuffer())
            #expect(!isGood, "\(wrong)")
        }
    }
}
