/// Values that are stored as they come and sent from where they lie: around 16 KB, of several
/// chunks, of nearly a megabyte.
extension ComparisonTables {
    private static let sizes = [16_381, 16_383, 16_384, 16_385, 40_000, 300_000, 530_000, 1_048_000]

    static var large: [String] {
        var texts: [String] = []
        for size in self.sizes { texts += self.stored(size) + self.refused(size) }
        return texts + self.fetched + self.tooLongKeys
    }

    /// What was found before a key that is too long is not sent.
    static let tooLongKeys = [
        "get m16384 m40000 \(key(251)) m300000\r\nget m16384\r\n",
        "get m300000 \(String(repeating: "a ", count: 5_000))\(key(251))\r\nmn\r\n",
    ]

    /// A value of so many bytes, whose parts differ, with line ends in it.
    private static func value(_ count: Int, _ start: Int = 0) -> String {
        var text = ""
        var number = start
        while text.utf8.count < count {
            text += "\(number) END\r\n"
            number += 1
        }
        return String(decoding: text.utf8.prefix(count), as: UTF8.self)
    }

    /// A classic storage command.
    private static func set(_ verb: String, _ key: String, _ count: Int, _ more: String = "")
        -> String
    {
        "\(verb) \(key) 7 0 \(count)\(more)\r\n\(self.value(count, count))\r\n"
    }

    /// `ms`.
    private static func metaSet(_ key: String, _ count: Int, _ flags: String = "") -> String {
        "ms \(key) \(count)\(flags)\r\n\(self.value(count))\r\n"
    }

    private static func stored(_ size: Int) -> [String] {
        let key = "l\(size)"
        return [
            self.set("set", key, size) + "gets \(key)\r\n",
            self.set("cas", key, size, " {cas}") + "mg \(key) s f c v k Oq\r\n",
            self.set("set", "s", 5) + self.set("append", "s", size - 5) + "get s\r\n",
            self.set("prepend", "s", 20) + "get s\r\nget none s none\r\n",
            self.metaSet(key, size, " c k F9") + "mg \(key) v f\r\nmn\r\n",
            self.metaSet("bGFyZ2U=", size, " b T90") + "mg bGFyZ2U= b k s t v\r\n",
            self.set("add", "l", size, " noreply") + self.set("add", "l", size) + "get l\r\n",
        ]
    }

    /// Data blocks that do not end where they should; values for keys that are there, or are not.
    private static func refused(_ size: Int) -> [String] {
        let value = self.value(size)
        return [
            "set l 0 0 \(size)\r\n\(value)xyget l\r\nmn\r\n",
            "set l 0 0 \(size)\r\n\(value)\rxmn\r\n",
            "set l 0 0 \(size) noreply\r\n\(value)xxmn\r\n",
            "ms l \(size)\r\n\(value)xxmn\r\n",
            self.set("replace", "none", size) + self.set("append", "none", size) + "mn\r\n",
            self.set("cas", "l", size, " 1") + self.set("cas", "none", size, " 1"),
            self.metaSet("l", size, " ME") + self.metaSet("n\(size)", size, " ME q") + "mn\r\n",
            "mg n\(size) s\r\n",
            self.metaSet("none", size, " MP k") + self.metaSet("l", size, " C1 q") + "mn\r\n",
            "delete l\r\ndelete l\(size)\r\nget l l\(size)\r\n",
        ]
    }

    /// Joins with values that are too large to be copied at once; for `-I 8m`.
    static var joins: [String] {
        [1_000_000, 1_048_576, 3_000_000].flatMap { Self.joins(with: $0) }
    }

    private static func joins(with size: Int) -> [String] {
        let key = "bGFyZ2U="
        let ten = self.set("append", "j", 10) + "get j\r\n" + self.set("prepend", "j", 10)
        let many = self.set("append", "j", 1_500_000) + self.set("prepend", "j", 17_000, " noreply")
        let meta = self.metaSet("j", 40_000, " MA k c") + "mg j s f t\r\n"
        // Too large together; what was there stays.
        let tooLarge = self.set("set", "j", 5_000_000) + self.set("append", "j", 4_000_000)
        return [
            self.set("set", "j", size) + "gets j\r\n", ten + "get j\r\nmn\r\n",
            many + "get j\r\n", meta + self.metaSet("j", 5, " MP C{cas} q") + "mg j s v\r\n",
            self.metaSet("j", 5, " MA C987654321") + self.metaSet("j", 5, " MP T60 F3"),
            "mg j s t f\r\n", self.metaSet(key, size, " b") + self.metaSet(key, 9, " b MA"),
            "mg \(key) b s v\r\n", tooLarge + "mg j s\r\ndelete j\r\n",
        ]
    }

    private static var fetched: [String] {
        let keys = self.sizes.map { "m\($0)" }
        return [
            self.sizes.map { self.set("set", "m\($0)", $0) }.joined(),
            "get \(keys.joined(separator: " x "))\r\nmn\r\n",
            keys.map { "gets \($0) x\r\nmg \($0) v\r\nget x\r\n" }.joined(),
            "gat 100 \(keys.joined(separator: " "))\r\nmg m40000 t\r\n",
            String(repeating: "get m16384 m40000\r\n", count: 40) + "quit\r\n",
            "get \(String(repeating: "none m16384 ", count: 100))none\r\nmn\r\n",
            "get \(String(repeating: "none ", count: 9_000))m16384\r\nmn\r\n",
            "incr m16384 1\r\ntouch m16384 900\r\nmg m16384 t\r\n",
        ]
    }
}
