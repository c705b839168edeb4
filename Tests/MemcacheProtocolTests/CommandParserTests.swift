import Base
import TestSupport
import Testing

@testable import MemcacheProtocol

/// Lines and what they mean, by tables.
struct CommandParserTests {
    /// A command as a text, with the words that it points at.
    private static func shown(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return CommandText.shown(CommandParser.parse(bytes.span), bytes)
    }

    private static let badFormat = "CLIENT_ERROR bad command line format"

    @Test(arguments: [
        ("get a", "get [ a]"), ("gets  a b ", "gets [  a b ]"), ("gat 5 a", "gat 5 [ a]"),
        ("gats -1 a b", "gats -1 [ a b]"), ("get", Self.badFormat), ("gat", Self.badFormat),
        ("gat 1", Self.badFormat), ("gat x", Self.badFormat),
        ("gat x a", "CLIENT_ERROR invalid exptime argument"), ("get\ta", "ERROR"),
        (" get a", "ERROR"), ("set k 1 2 3", "set k 1 2 3"),
        ("set k 1 2 3 noreply", "set k 1 2 3 silent"), ("set k 1 2 3 other", "set k 1 2 3"),
        ("set k 1 2 3 a noreply", "set k 1 2 3 silent"), ("set k 1 2", Self.badFormat),
        ("add k 4294967296 0 0", "add k 0 0 0"), ("set k x 0 7", "\(Self.badFormat) skip 7"),
        ("set k x 0 7 noreply", " skip 7"), ("set k 0 x 7", "\(Self.badFormat) skip 7"),
        ("cas k 0 0 1 9 noreply", "cas k 0 0 1 9 silent"),
        ("cas k 0 0 1", "\(Self.badFormat) skip 1"),
        ("cas k 0 0 1 x", "\(Self.badFormat) skip 1"), ("cas k 0 0 1 x noreply", " skip 1"),
        ("set k 0 0 -1", Self.badFormat), ("set k 0 0 4294967297", Self.badFormat),
        ("set k 0 0 x noreply", Self.badFormat), ("delete k", "delete k"),
        ("delete k 0", "delete k"), ("delete k noreply", "delete k silent"),
        ("delete k 0 noreply", "delete k silent"), ("delete k 1 2 3", "delete k"),
        ("delete k 1 2 3 4", "ERROR"), ("delete", Self.badFormat),
        ("incr k 5", "incr k 5"), ("decr k 5 noreply", "decr k 5 silent"), ("bogus noreply", ""),
        ("incr k +1", "CLIENT_ERROR invalid numeric delta argument"), ("incr k", Self.badFormat),
        ("touch k 9", "touch k 9"), ("touch k x noreply", ""), ("flush_all", "flush 0"),
        ("flush_all 7 noreply", "flush 7 silent"), ("flush_all 1 2 3", "flush 1"),
        ("flush_all noreply", "flush 0 silent"), ("version x", "version"), ("quit now", "quit"),
        ("stats items x", "stats [ items x]"), ("stats", "stats []"), ("", Self.badFormat),
        ("x", Self.badFormat), (" ", Self.badFormat), ("GET / HTTP/1.1", "quit"),
        ("x HTTP/1.0", "quit"), ("get / HTTP/1.1", "get [ / HTTP/1.1]"), ("mn x", "mn"),
        ("mg k v t", "mg k [ v t]"), ("mg", Self.badFormat), ("md k", "md k []"),
        ("ma k D2", "ma k [ D2]"), ("ms k 5 T1", "ms k 5 [ T1]"), ("ms k", Self.badFormat),
        ("ms", Self.badFormat), ("ms k S5", Self.badFormat), ("mx k", "ERROR"), ("me k", "me k"),
        ("me k b", "me k b"), ("me", Self.badFormat),
    ])
    func aLineMeans(text: String, expected: String) { #expect(Self.shown(text) == expected) }

    @Test(arguments: ["set %@ 0 0 1", "delete %@", "incr %@ 1", "touch %@ 0", "mg %@", "ms %@ 1"])
    func aKeyHas250BytesAtTheMost(text: String) {
        let longest = text.replacing("%@", with: String(repeating: "k", count: 250))
        let tooLong = text.replacing("%@", with: String(repeating: "k", count: 251))
        #expect(!Self.shown(longest).hasPrefix("CLIENT_ERROR"))
        let isStore = text.hasPrefix("set") || text.hasPrefix("ms")
        #expect(Self.shown(tooLong) == Self.badFormat + (isStore ? " skip 1" : ""))
    }

    @Test func aMetaCommandHasSoManyWords() {
        let flags = String(repeating: " v", count: 18)
        let tooLong = "CLIENT_ERROR options flags are too long"
        #expect(Self.shown("mg k\(flags)") == "mg k [\(flags)]")
        #expect(Self.shown("mg k\(flags) v") == tooLong)
        #expect(Self.shown("md k\(flags) v") == tooLong)
        #expect(Self.shown("ma k\(flags) v") == "CLIENT_ERROR invalid or duplicate flag")
        #expect(Self.shown("ms k 1\(flags)") == "\(tooLong) skip 1")
    }

    @Test func everyLineIsReadAndPointsIntoItself() {
        let seed = TestSeed()
        var random = seed.generator
        let words = [
            "get", "set", "cas", "mg", "ms", "ma", "me", "mn", "incr", "delete", "flush_all", "k",
            "0", "-1", "noreply", "", "\u{0}", "é", "18446744073709551616", "HTTP/1.1", "touch",
            "v",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...9, using: &random)
            let line = (0..<count).map { _ in words[Int.random(in: 0..<words.count, using: &random)]
            }
            .joined(separator: " ")
            _ = Self.shown(line)
            let bytes = Array(line.utf8)
            for end in bytes.indices where count < 4 {
                let part = Array(bytes[..<end])
                _ = CommandText.shown(CommandParser.parse(part.span), part)
            }
        }
    }
}

/// A command in words, for comparing.
enum CommandText {
    static func shown(_ command: Command, _ line: [UInt8]) -> String {
        func text(_ range: Range<Int>) -> String { String(decoding: line[range], as: UTF8.self) }
        func end(_ isSilent: Bool) -> String { isSilent ? " silent" : "" }
        switch command {
        case .get(let keys, let withCAS): return "get\(withCAS ? "s" : "") [\(text(keys))]"
        case .getAndTouch(let keys, let expiry, let withCAS):
            return "gat\(withCAS ? "s" : "") \(expiry) [\(text(keys))]"
        case .store(let store):
            let verb = store.verb == .compareAndSet ? "cas" : "\(store.verb)"
            let cas = store.verb == .compareAndSet ? " \(store.cas)" : ""
            return
                "\(verb) \(text(store.key)) \(store.flags) \(store.expiry) \(store.byteCount)\(cas)"
                + end(store.isSilent)
        case .delete(let key, let isSilent): return "delete \(text(key))\(end(isSilent))"
        case .arithmetic(let key, let delta, let isIncrement, let isSilent):
            return "\(isIncrement ? "incr" : "decr") \(text(key)) \(delta)\(end(isSilent))"
        case .touch(let key, let expiry, let isSilent):
            return "touch \(text(key)) \(expiry)\(end(isSilent))"
        case .flushAll(let delay, let isSilent):
            return "flush \(delay.map(String.init) ?? "?")\(end(isSilent))"
        case .version: return "version"
        case .stats(let words): return "stats [\(text(words))]"
        case .quit: return "quit"
        case .manage(let verb, let words): return "\(verb) [\(text(words))]"
        case .metaGet(let key, let flags): return "mg \(text(key)) [\(text(flags))]"
        case .metaSet(let key, let byteCount, let flags):
            return "ms \(text(key)) \(byteCount) [\(text(flags))]"
        case .metaDelete(let key, let flags): return "md \(text(key)) [\(text(flags))]"
        case .metaArithmetic(let key, let flags): return "ma \(text(key)) [\(text(flags))]"
        case .metaDebug(let key, let isBinary): return "me \(text(key))\(isBinary ? " b" : "")"
        case .metaNoOp: return "mn"
        case .refused(let answer): return "\(answer)".replacing("\r\n", with: "")
        case .refusedStore(let answer, let byteCount):
            return "\(answer)".replacing("\r\n", with: "") + " skip \(byteCount)"
        }
    }
}
