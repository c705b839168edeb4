import Base

/// Makes up commands, most of them sensible, some odd, a few broken.
struct CommandGenerator: RequestMaker {
    /// A CAS number that no item gets: the servers give different ones.
    private static let noCAS = "987654321"

    var random: SeededGenerator
    /// Keys that were read or stored since the last connection began: a number that an answer not
    /// yet sent holds is not padded by memcached when it gets shorter, and is by cached.
    private var readKeys: Set<String> = []
    /// Whether the peer is 1.6.18, which answers some broken lines differently: those are left out.
    private let isOld: Bool

    init(_ random: SeededGenerator, isOld: Bool) {
        self.random = random
        self.isOld = isOld
    }

    /// One connection's bytes: some commands after each other.
    mutating func connection() -> String {
        self.readKeys = []
        return (0..<Int.random(in: 1...12, using: &self.random)).map { _ in self.command() }
            .joined()
    }

    private mutating func expiry() -> String {
        self.happens(3)
            ? self.one(of: ["-1", "100", "5000", "2592000", "2592001", "1893456000", "00"])
            : "0"
    }

    private mutating func flags() -> String {
        self.one(of: ["0", "0", "1", "65535", "4294967295", "4294967296", "12345"])
    }

    private mutating func value() -> String {
        switch Int.random(in: 0..<12, using: &self.random) {
        case 0: ""
        // Never white space alone: memcached looks for a number in the memory behind it.
        case 1: "\r\nx"
        case 2: "END\r\nVALUE a 0 1"
        case 3:
            // The large ones are stored as they come, and sent from where they lie.
            String(
                repeating: self.one(of: ["z", "yz\r\n"]),
                count: Int.random(in: 1...(self.happens(3) ? 30_000 : 700), using: &self.random))
        // Far from 2^63: of a greater number memcached reads on behind the item, and refuses it
        // when there is a minus. The tables have those numbers.
        case 4: "\(UInt64.random(in: 0..<1 << 44, using: &self.random))"
        case 5: self.one(of: ["1 ", "007", "12 x", "9x", "-3", "+3"])
        case 6, 7, 8: "\(Int.random(in: 0...1_200, using: &self.random))"
        default: "value \(Int.random(in: 0...99, using: &self.random))"
        }
    }

    private mutating func noreply() -> String { self.happens(4) ? " noreply" : "" }
    private mutating func end() -> String { self.happens(10) ? "\n" : "\r\n" }

    private mutating func command() -> String {
        switch Int.random(in: 0..<20, using: &self.random) {
        case 0..<3: return self.retrieval()
        case 3..<8: return self.storage()
        case 8..<10: return self.arithmetic()
        case 10: return "delete \(self.key())\(self.noreply())\(self.end())"
        case 11: return "touch \(self.key()) \(self.expiry())\(self.noreply())\(self.end())"
        case 12..<14: return self.metaGet()
        case 14..<16: return self.metaSet()
        case 16: return self.metaDelete()
        case 17: return self.metaArithmetic()
        case 18:
            return self.one(of: [
                "mn\r\n", "verbosity 0\r\n", "bogus\r\n", "mx a\r\n", "GET a\r\n",
            ])
        default: return self.happens(4) ? self.flush() : self.broken()
        }
    }

    private mutating func flush() -> String { "flush_all\(self.noreply())\(self.end())" }

    private mutating func retrieval() -> String {
        let verb = self.one(of: ["get", "gets", "gat", "gats"])
        let keys = (0..<Int.random(in: 1...30, using: &self.random)).map { _ in self.key() }
        self.readKeys.formUnion(keys)
        let expiry = verb.hasPrefix("ga") ? " \(self.expiry())" : ""
        return "\(verb)\(expiry) \(keys.joined(separator: " "))\(self.end())"
    }

    private mutating func storage() -> String {
        let verb = self.one(of: ["set", "set", "add", "replace", "append", "prepend", "cas"])
        let key = self.key()
        // Digits behind digits would grow beyond 2^63.
        let value = verb.hasSuffix("pend") ? "part \(self.key())" : self.value()
        let cas = verb == "cas" ? " " + self.one(of: [TwoCaches.placeholder, Self.noCAS, "0"]) : ""
        let head = "\(verb) \(key) \(self.flags()) \(self.expiry()) \(value.utf8.count)\(cas)"
        return "\(head)\(self.noreply())\(self.end())\(value)\r\n"
    }

    private mutating func arithmetic() -> String {
        let key = self.key()
        // A number that gets longer, or is refused, is the same in both.
        let verb = self.readKeys.contains(key) ? "touch" : self.one(of: ["incr", "decr"])
        let greatest = verb == "incr" ? "4294967296" : "18446744073709551615"
        let delta = self.one(of: ["1", "7", "100", "1000000", greatest, "x", "-1"])
        return "\(verb) \(key) \(verb == "touch" ? "0" : delta)\(self.noreply())\(self.end())"
    }

    private mutating func some(of flags: [String], _ oneIn: Int) -> String {
        flags.filter { _ in self.happens(oneIn) }.shuffled(using: &self.random)
            .map { " \($0)" }.joined()
    }

    private mutating func metaGet() -> String {
        let key = self.key()
        self.readKeys.insert(key)
        let flags = self.some(
            of: [
                "v", "k", "s", "t", "f", "c", "h", "l", "q", "u", "Oabc", "T500", "N500", "R900",
                "P1", "L2",
            ], 3)
        return "mg \(key)\(flags)\(self.metaEnd())"
    }

    private mutating func metaSet() -> String {
        let mode = self.one(of: ["", "", " ME", " MA", " MP", " MR", " MS", " MX"])
        let value = [" MA", " MP"].contains(mode) ? "part \(self.key())" : self.value()
        let flags = self.some(
            of: [
                "k", "c", "q", "Oxyz", "T700", "F9", "I", "C\(TwoCaches.placeholder)",
                "C\(Self.noCAS)",
            ], 4)
        return "ms \(self.key()) \(value.utf8.count)\(mode)\(flags)\(self.metaEnd())\(value)\r\n"
    }

    private mutating func metaDelete() -> String {
        let flags = self.some(of: ["q", "k", "O1", "I", "T800", "C\(TwoCaches.placeholder)"], 4)
        return "md \(self.key())\(flags)\(self.isOld ? self.end() : self.metaEnd())"
    }

    private mutating func metaArithmetic() -> String {
        let key = self.key()
        if self.readKeys.contains(key) { return "mn\r\n" }
        let flags = self.some(
            of: ["v", "k", "c", "t", "O1", "D7", "N600", "J50", "MD", "T800"]
                + (self.isOld ? [] : ["q"]), 4)
        return "ma \(key)\(flags)\(self.metaEnd())"
    }

    /// Now and then with a flag too many.
    private mutating func metaEnd() -> String {
        (self.happens(15) ? self.one(of: [" k k", " w", " v v", " Tx"]) : "") + self.end()
    }

    private mutating func broken() -> String {
        let key = self.key()
        let inBoth = [
            "gat x \(key)\r\n", "set \(key) 0 0 3\r\nlongertext\r\n",
            "ms \(key) 3\r\nlongertext\r\n", "touch \(key) x noreply\r\n", "flush_all x\r\n",
            "set \(key) 0 0 2000000\r\n" + String(repeating: "y", count: 2_000_000) + "\r\n",
        ]
        if self.isOld { return self.one(of: inBoth) }
        return self.one(
            of: inBoth + [
                "set \(key) 0 0\r\n", "set \(key) x 0 1\r\n1\r\n", "get\r\n", "incr \(key)\r\n",
                "delete \(key) 5\r\n", "touch \(key)\r\n", "ms \(key) x\r\n", "mg\r\n", "\r\n",
                " mn \r\n",
                "set " + String(repeating: "l", count: 251) + " 0 0 1\r\n1\r\n", "x\r\n",
                "cas \(key) 0 0 1\r\n1\r\n", "append \(key) 0 0 -1\r\n", "touch \(key) +1\r\n",
                "mg \(key) !\r\n", "ms \(key) 1 M\r\n1\r\n", "ms \(key) 1 k E900077 c\r\n1\r\n",
                "ms \(key) 2 MA N100 s\r\nab\r\n", "md \(key) x\r\n", "mg \(key) C1 v\r\n",
                "md \(key) x I T90\r\n", "mg \(key) N30 E900099 c t\r\n",
            ])
    }
}
