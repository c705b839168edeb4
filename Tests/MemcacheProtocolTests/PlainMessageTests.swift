import Base
import Testing

@testable import MemcacheProtocol

/// SASL's PLAIN: who is let in is decided elsewhere, here only who asks.
struct PlainMessageTests {
    private static func read(_ text: String) -> (user: String, password: String)? {
        let bytes = Array(text.utf8)
        guard let message = PlainMessage(bytes.span) else { return nil }
        func word(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        return (word(message.user), word(message.password))
    }

    @Test(arguments: ["\0me\0secret", "me\0me\0secret"])
    func userAndPasswordAreFound(text: String) throws {
        let found = try #require(Self.read(text))
        #expect(found == ("me", "secret"))
    }

    @Test(
        arguments: [
            "", "me", "\0", "\0me", "\0\0secret", "you\0me\0secret", "m\0me\0secret",
            "\0me\0sec\0ret", "me secret",
        ])
    func whatIsNoSuchMessageIsRefused(text: String) {
        #expect(Self.read(text) == nil)
    }

    @Test func anEmptyPasswordIsOne() throws {
        let found = try #require(Self.read("\0me\0"))
        #expect(found == ("me", ""))
    }

    @Test func aMessageHasALimit() {
        let long = "\0me\0" + String(repeating: "x", count: PlainMessage.byteCountMax)
        #expect(Self.read(long) == nil)
    }
}
