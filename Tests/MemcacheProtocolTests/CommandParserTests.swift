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

    @Test(arguments: [
        ("get a", "get [ a]"), ("gets  a b ", "gets [  a b ]"), ("gat 5 a", "gat 5 [ a]"),
        ("gats -1 a b", "gats -1 [ a b]"), ("get", "ERROR"), ("gat", "ERROR"),
        ("gat 1", "gat 1 []"),
        ("gat x a", "CLIENT_ERROR invalid exptime argument"), ("get\ta", "ERROR"),
        ("set k 1 2 3", "set k 1 2 3"), ("set k 1 2 3 noreply", "set k 1 2 3 silent"),
        ("set k 1 2 3 other", "set k 1 2 3"), ("set k 1 2 3 a noreply", "ERROR"),
        ("set k 1 2", "ERROR"), ("add k 4294967296 0 0", "add k 0 0 0"),
        ("cas k 0 0 1 9 noreply", "cas k 0 0 1 9 silent"), ("cas k 0 0 1", "ERROR"),
        ("cas k 0 0 1 x", "CLIENT_ERROR bad command line format"), ("cas k 0 0 1 x noreply", ""),
        ("set k 0 0 -1", "CLIENT_ERROR bad command line format"),
        ("set k 0 0 4294967297", "CLIENT_ERROR bad command line format"),
        ("delete k", "delete k"), ("delete k 0", "delete k"),
        ("delete k noreply", "delete k silent"),
        ("delete k 0 noreply", "delete k silent"), ("delete k 1 2 3", "ERROR"),
        ("delete k 1", "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]"),
        ("incr k 5", "incr k 5"), ("decr k +5 noreply", "decr k 5 silent"),
        ("incr k -1", "CLIENT_ERROR invalid numeric delta argument"), ("incr k", "ERROR"),
        ("touch k 9", "touch k 9"), ("touch k x noreply", ""), ("flush_all", "flush 0"),
        ("flush_all 7 noreply", "flush 7 silent"), ("flush_all 1 2 3", "ERROR"),
        ("verbosity 1", "verbosity 1"), ("verbosity noreply", ""), ("verbosity", "ERROR"),
        ("version x", "version"), ("quit now", "quit"), ("stats items x", "stats items"),
        ("stats", "stats"), ("shutdown graceful", "shutdown graceful"), ("", "ERROR"),
        (" ", "ERROR"),
        ("x", "ERROR"), ("GET / HTTP/1.1", "quit"), ("get / HTTP/1.1", "get [ / HTTP/1.1]"),
        ("mn x", "mn"), ("mg k v t", "mg k [ v t]"), ("md k", "md k []"), ("ma k D2", "ma k [ D2]"),
        ("ms k 5 T1", "ms k 5 [ T1]"), ("ms k", "CLIENT_ERROR bad command line format"),
        ("ms", "ERROR"), ("ms k S5", "CLIENT_ERROR bad command line format"), ("mx k", "ERROR"),
        ("me k", "me k"), ("me k b", "me k b"), ("me", "CLIENT_ERROR bad command line format"),
    ])
    func aLineMeans(text: String, expected: String) { #expect(Self.shown(text) == expected) }

    @Test(arguments: ["set %@ 0 0 1", "delete %@", "incr %@ 1", "touch %@ 0", "mg %@", "ms %@ 1"])
    func aKeyHas250BytesAtTheMost(text: String) {
        let longest = text.replacing("%@", with: String(repeating: "k", count: 250))
        let tooLong = text.replacing("%@", with: String(repeating: "k", count: 251))
        #expect(!Self.shown(longest).hasPrefix("CLIENT_ERROR"))
        #expect(Self.shown(tooLong) == "CLIENT_ERROR bad command line format")
    }

    @Test func aMetaCommandHasSoManyWords() {
        let flags = String(repeating: " v", count: 17)
        #expect(Self.shown("mg k\(flags)") == "mg k [\(flags)]")
        #expect(Self.shown("mg k\(flags) v") == "CLIENT_ERROR options flags are too long")
        #expect(Self.shown("md k\(flags) v") == "CLIENT_ERROR options flags too long")
        #expect(Self.shown("ms k 1\(flags)") == "CLIENT_ERROR options flags too long")
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
        case .flushAll(let delay, let isSilent): return "flush \(delay)\(end(isSilent))"
        case .version: return "version"
        case .verbosity(let level, let isSilent): return "verbosity \(level)\(end(isSilent))"
        case .stats(let word): return "stats\(word.map { " " + text($0) } ?? "")"
        case .quit: return "quit"
        case .shutdown(let word): return "shutdown\(word.map { " " + text($0) } ?? "")"
        case .metaGet(let key, let flags): return "mg \(text(key)) [\(text(flags))]"
        case .metaSet(let key, let byteCount, let flags):
            return "ms \(text(key)) \(byteCount) [\(text(flags))]"
        case .metaDelete(let key, let flags): return "md \(text(key)) [\(text(flags))]"
        case .metaArithmetic(let key, let flags): return "ma \(text(key)) [\(text(flags))]"
        case .metaDebug(let key, let isBinary): return "me \(text(key))\(isBinary ? " b" : "")"
        case .metaNoOp: return "mn"
        case .refused(let answer): return "\(answer)".replacing("\r\n", with: "")
        }
    }
}
