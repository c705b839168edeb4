extension ComparisonTables {
    private static func lines(_ texts: String...) -> String {
        texts.map { "\($0)\r\n" }.joined()
    }

    static let meta: [String] = [
        lines("mn"), lines("mg a"), lines("mg a v"), lines("ms a 3", "abc", "mg a v"),
        lines("mg a s v f t h l c k"), lines("mg a k O12 v q"), lines("mg none k O12 v"),
        lines("mg none k O12 v q", "mn"), lines("mg a"), lines("mg a h"), lines("mg a T100 t"),
        lines("mg a t", "mg a T0 t", "mg a T-1", "mg a"), lines("ms a 2 F5 T100 c k O1", "hi"),
        lines("mg a f v t c"), lines("ms a 2 C{cas}", "ok"), lines("ms a 2 C{cas} k O5", "no"),
        lines("ms none 2 C1 k", "no"), lines("ms a 1 ME", "x", "ms b 1 ME", "y", "mg b v"),
        lines("ms b 1 MA", "z", "mg b v"), lines("ms b 1 MP", "w", "mg b v"),
        lines("ms none 1 MA", "x", "ms none 1 MP", "x", "ms none 1 MR", "x"),
        lines("ms b 1 MR k", "r", "mg b v"), lines("ms b 1 MS", "s", "mg b v"),
        lines("ms b 1 me", "x"), lines("ms b 1 ma", "x", "mg b v"), lines("ms b 1 Mx", "x"),
        lines("ms b 1 M", "x"), lines("ms b 1 MAA", "x", "mg b v"), lines("ms b 1 q", "q", "mn"),
        lines("ms b 1 q ME", "q", "mn"), lines("md b k O9", "md b k O9"), lines("md b q", "mn"),
        lines("ms b 1 c", "x"), lines("md b C{cas}"), lines("md b C1"),
        lines("ms b 1", "x", "md b C1 k O3"),
        lines("md b q", "mn", "mg b"), lines("ms b 1", "1", "md b q", "mg b", "mn"),
        lines("mg"), lines("ms"), lines("md"), lines("ma"), lines("me"), lines("ms a"),
        lines("ms a x", "y"), lines("ms a -1", "y"), lines("ms a 1 Tx", "y"),
        lines("ms a 1 Fx", "y"),
        lines("ms a 1 F-1", "y"), lines("ms a 1 F4294967295", "y", "mg a f"),
        lines("ms a 1 F4294967296", "y", "mg a f"), lines("ms a 1 Cx", "y"), lines("ms a 1 C", "y"),
        lines("ms a 1 T", "y"), lines("ms a 1 F", "y"), lines("mg a Tx"), lines("mg a T"),
        lines("mg a v v"), lines("mg a !"), lines("mg a 1"), lines("mg a w"), lines("mg a vv"),
        lines("mg a fx", "mg a tx", "mg a kx", "mg a sx", "mg a vx"),
        lines("mg a \(key(40))"), lines("mg a O\(key(32))"), lines("mg a O\(key(31))"),
        lines("mg a O\(key(33))"), lines("ms a 1 O\(key(33))", "x"), lines("md a O\(key(33))"),
        lines("mg a O"), lines("ms a 1 v", "x"), lines("ms a 1 !", "x", "mn"), lines("md a v"),
        lines("mg \(key(250))"), lines("mg \(key(251))"), lines("md \(key(251))"),
        lines("ms \(key(251)) 1", "x"), lines("ms \(key(250)) 1", "x", "mg \(key(250)) k v"),
        lines("ms a 3", "toolong", "mn"), lines("ms a 5", "ab", "mn"),
        lines("ms a 0", "", "mg a v s"),
        lines("ms a S3", "abc", "mn"), lines("ms a 1 I", "x", "mg a v"), lines("mg a P L v"),
        lines("mg a Pxx Lyy v"), lines("mg a u v", "mg a h l"),
        lines("ms a 2147483648", "x"), lines("me a", "me none", "me \(key(251))", "me"),
        lines("ms a 3 T100 F7", "abc", "me a", "mg a", "me a x y", "me a b"),
    ]

    /// Lines with more than one mistake: of several the last one is told.
    static let metaMistakes: [String] = [
        lines("mg c E b"), lines("mg c b E"), lines("mg c Fx b"), lines("mg c b Fx"),
        lines("mg c Tx Fx b"), lines("ms a 2 Mappend b", "xx", "mn"),
        lines("ms a 2 b MQ", "xx"), lines("ms Zm9v 2 b MQ", "xx"), lines("ma c MQ b"),
        lines("ms a 2 MQ Fx", "xx"), lines("ms a 2 MQ Tx", "xx"), lines("md c Tx b"),
        lines("md c b Tx"), lines("ms a 2 b O\(key(40))", "xx"),
        lines("ms a 2 MQ O\(key(40))", "xx"), lines("mg c b Q"), lines("ma c E b MQ"),
        Self.largeWithLongOpaque,
    ]

    static let largeWithLongOpaque = lines(
        "ms a 2000000 O\(key(40))", value(2_000_000), "mn")

    static let metaArithmetic: [String] = [
        lines("ma n"), lines("ma n N0 J5 v"), lines("ma n v"), lines("ma n D5 v t c k O1"),
        lines("ma n MD D3 v"), lines("ma n MI D3 v"), lines("ma n M+ v", "ma n M- v"),
        lines("ma n Mx v"), lines("ma n Dx v"), lines("ma n MD D100 v"), lines("ma n q", "mn"),
        lines("ma none q", "mn"), lines("set s 0 0 1", "x", "ma s v"), lines("ma n T100 t v"),
        lines("ma n N100 t v"), lines("md n", "ma n N100 t v q", "ma n v"), lines("ma \(key(251))"),
        lines("ma n C1 v"), lines("ma n c"), lines("ma n C{cas} v c"), lines("ma n J5"),
        lines("md n", "ma n N0 J18446744073709551615", "ma n v"), lines("ma n v"),
        lines("md n", "ma n N0 MD J9 v"), lines("ma n Jx"), lines("ma n Nx"), lines("ma n md D1 v"),
        lines("ma n mi v", "ma n D18446744073709551616 v"), lines("ma n D D v"),
    ]

    static let promises: [String] = [
        lines("mg a N30 v t", "mg a N30 v t", "mg a v", "mg a k N0"),
        lines("ms a 1 T30", "x", "mg a v t"),
        lines("mg a R60 v", "mg a R60 v", "mg a R10"),
        lines("ms a 1 T30", "y", "mg a R20 v", "mg a R60"),
        lines("ms a 1 c", "z"), lines("md a I T50 C{cas}", "mg a v t c", "mg a v", "mg a"),
        lines("ms a 1 c", "z"), lines("md a I", "mg a c"), lines("ms a 2 C{cas} c", "ok"),
        lines("mg a v"), lines("ms a 1 c", "z"),
        lines("ms a 2 I C1 F4", "st", "mg a v f", "mg a v"),
        lines("ms a 1 c", "z"), lines("md a I q", "ms a 2 I C{cas} T90", "st", "mg a v t", "mg a"),
        lines("md none I", "md a I C1", "md a I k O1"),
        lines("ms a 1 C0", "x", "md a C0", "md a I C0"),
        lines("ms a 1 MA C1", "x", "ms a 1 MP C1", "x", "ms a 1 ME C1", "x", "ms a 1 MR C1", "x"),
        lines("ms a 1 c", "1"), lines("ms a 1 MA C{cas} c", "2", "mg a v"),
        lines("ms a 1 MR C{cas} c", "3"),
        lines(
            "ms none 1 MA c O1 k", "x", "ms none 1 C5 c", "x", "ms a 1 ME c", "x", "ms a 1 C1 c",
            "x"),
        lines("ms Zm9v 3 b k c", "bar", "mg Zm9v b k v", "get foo", "mg foo k v", "md Zm9v b k"),
        lines(
            "mg Zm9v b k v", "mg none b k", "mg !!! b k", "ms !!! 1 b", "x", "md !!! b",
            "mg Zm9 b"),
        lines(
            "ms Zm9vYg== 1 b", "x", "mg Zm9vYg== b k", "me Zm9vYg== b", "ma Zm9vYmE= b N0 J3 k v"),
        lines(
            "mg a N30 T60 t", "md a q", "mg a N30 t T60 t", "mg a u h", "mg a h u", "mg a h",
            "mg a h"),
        lines(
            "mg a l u", "mg a q k", "mg none q k", "mg a v q", "mg a E5", "ms a 1 E5", "x", "mg a x"
        ),
        lines("mg a a b c d e f g h i j k l m n o p q"),
        lines("mg a a b c d e f g h i j k l m n o p q r"),
        lines("md a k v t s f c h l O P L q u T0 N0 R0 I M"),
        lines("ms a 1 k v t s f c h l O P L q u T0 I C", "x", "mn"),
        lines("ms a 1 k v t s f c h l O P L u T0 I C1 F1", "x", "mn"),
    ]

    static let limits: [String] =
        sizes(around: 1 << 20) + [
            lines("set l 0 0 1048576", value(1 << 20), "get l"), lines("get l"),
            lines("set l 0 0 10", value(10), "set l 0 0 1048577", value((1 << 20) + 1), "get l"),
            lines("add l 0 0 1048577", value((1 << 20) + 1), "get l"),
            lines("set l 0 0 2000000 noreply", value(2_000_000), "get l"),
            lines("set l 0 0 10", value(10), "append l 0 0 1048500", value(1_048_500), "mg l s"),
            lines("ms l 1048577", value((1 << 20) + 1), "mg l s"),
            lines("ms l 700000 q", value(700_000), "mg l v s"),
            lines("append l 0 0 500000", value(500_000), "mg l s"),
            lines("get " + (0..<100).map { "key\($0)" }.joined(separator: " ")),
            lines("set m 0 0 1", "1", "get " + (0..<1_000).map { _ in "m" }.joined(separator: " ")),
            lines("get " + (0..<30).map { _ in "m \(key(250))" }.joined(separator: " ")),
        ]

    /// A value of so many bytes, each part of it different.
    static func value(_ count: Int) -> String {
        String(
            String(repeating: "0123456789abcdefghijklmnopqrstuvwxyz-", count: count / 37 + 1)
                .prefix(count))
    }

    /// Values whose size is near where a store begins to refuse.
    static func sizes(around size: Int) -> [String] {
        [size - 600, size - 48, size + 1, size + 1_000].map {
            lines("set size 0 0 \($0)", value($0), "mg size s", "get size")
        }
    }
}
