import Testing

@testable import ControlCommands

/// Bytes of a terminal become keys, whatever pieces they come in.
struct KeyDecoderTests {
    private static let cases: [(bytes: String, keys: [Key])] = [
        ("ab", [.character("a"), .character("b")]), ("\r", [.enter]), ("\n", [.enter]),
        ("\t", [.tab]), ("\u{7F}\u{8}", [.backspace, .backspace]),
        ("\u{1}\u{1A}", [.control("a"), .control("z")]),
        ("\u{1B}[A\u{1B}[B\u{1B}OC\u{1B}OD", [.up, .down, .right, .left]),
        ("\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~", [.home, .end, .home, .end]),
        ("\u{1B}[5~\u{1B}[6~\u{1B}[3~", [.pageUp, .pageDown, .delete]),
        ("\u{1B}[15~x", [.character("x")]), ("\u{1B}[1;5Cx", [.right, .character("x")]),
        ("ü€😀", [.character("ü"), .character("€"), .character("😀")]),
        ("\u{1B}a", [.escape, .character("a")]), ("\u{0}q", [.character("q")]),
    ]

    @Test(arguments: cases.indices)
    func bytesBecomeKeysInOnePieceAndByteByByte(index: Int) {
        let (text, keys) = Self.cases[index]
        var whole = KeyDecoder()
        #expect(whole.take(Array(text.utf8)) == keys)
        #expect(!whole.isWaiting)
        var drip = KeyDecoder()
        var found: [Key] = []
        for byte in text.utf8 { found += drip.take([byte]) }
        #expect(found == keys)
    }

    @Test func aLoneEscapeIsOneWhenNothingFollows() {
        var decoder = KeyDecoder()
        #expect(decoder.take([0x1B]) == [] && decoder.isWaiting)
        #expect(decoder.takeRest() == [.escape])
        #expect(!decoder.isWaiting && decoder.takeRest() == [])
    }

    @Test func bytesThatAreNoTextAreLeftOut() {
        var decoder = KeyDecoder()
        #expect(
            decoder.take([0xFF, 0xC3, 0x28, 0x80, 0x61]) == [.character("("), .character("a")])
        #expect(decoder.take([0x1B, 0x5B] + [UInt8](repeating: 0x31, count: 64)) == [])
        #expect(decoder.take([0x61]) == [.character("a")])
    }
}
