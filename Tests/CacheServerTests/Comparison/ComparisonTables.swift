/// What is sent to both servers. Each text is one connection; what is stored stays for the next.
enum ComparisonTables {
    private static func lines(_ texts: String...) -> String {
        texts.map { "\($0)\r\n" }.joined()
    }

    /// A key of so many bytes.
    static func key(_ count: Int) -> String { String(repeating: "k", count: count) }

    static let classic: [String] = [
        lines("set a 5 0 3", "abc", "get a", "gets a"), lines("get a b a"), lines("get b"),
        lines("gets"), lines("get"), lines("add a 0 0 1", "x"), lines("add b 7 0 1", "x", "get b"),
        lines("replace c 0 0 1", "x"), lines("replace b 1 0 2", "yz", "get b"),
        lines("append b 9 9 2", "12", "get b"), lines("prepend b 9 9 2", "34", "get b"),
        lines("append none 0 0 1", "1"), lines("prepend none 0 0 1", "1"),
        lines("gets b"), lines("cas b 0 0 3 {cas}", "new"), lines("cas b 0 0 3 {cas}", "old"),
        lines("cas none 0 0 1 1", "x"), lines("gets a b none"), lines("delete a", "delete a"),
        lines("delete b 0", "get b"), lines("set t 0 0 1", "1", "touch t 0", "touch none 0"),
        lines("gat 0 t", "gats 100 t", "gat 100 none t"), lines("gat 0"), lines("gat"),
        lines("verbosity 0", "verbosity 1", "verbosity 0 noreply", "verbosity noreply", "get t"),
        lines("flush_all", "get t"), lines("set t 0 0 1", "1", "flush_all noreply", "get t"),
        lines("set t 0 0 1", "1", "flush_all 100", "get t", "flush_all 0", "get t"),
        lines("flush_all 0 noreply", "flush_all x", "flush_all 100 x", "flush_all 0"),
        lines("flush_all -1", "flush_all -1 noreply", "flush_all 99999999999999999999"),
        lines("set e 0 0 0", "", "get e", "append e 0 0 1", "z", "get e"),
        lines("set n 0 0 1 noreply", "1", "get n", "delete n noreply", "get n"),
        lines(
            "set n 0 0 1 noreply", "1", "add n 0 0 1 noreply", "2", "replace n 3 0 1 noreply",
            "4"),
        lines("get n", "append n 0 0 1 noreply", "5", "prepend n 0 0 1 noreply", "6", "get n"),
        lines("incr n 1 noreply", "decr n 1 noreply", "touch n 0 noreply", "get n"),
        lines("set n 0 0 1 noreplyx", "1", "get n"), lines("set n 0 0 1 no reply", "2", "get n"),
        lines("delete n noreply noreply", "get n"), lines("delete n 0 noreply", "get n"),
        lines("set n 0 0 1", "1", "delete n 1", "delete n x", "delete n 0 0", "get n"),
        lines("set q 0 0 1", "1", "quit", "get q"),
    ]

    static let badLines: [String] = [
        "\r\n", "\n", " \r\n", "get a\n", "get a b\n", lines("nonsense"), lines("GET a"),
        lines("set"), lines("set a"), lines("set a 0"), lines("set a 0 0"), lines("set a 0 0 x"),
        lines("set a x 0 1", "1"), lines("set a 0 x 1", "1"), lines("set a -1 0 1", "1"),
        lines("set a 0 0 -1", "1"), lines("set a 0 0 1 x", "1", "get a"),
        lines("set a 4294967295 0 1", "1", "get a"), lines("set a 4294967296 0 1", "1", "get a"),
        lines("set a 0 0 3", "12345", "get a"), lines("set a 0 0 3", "1", "get a"),
        lines("set a 0 0 3 noreply", "12345", "get a"), lines("set a 0 0 2147483647", "x"),
        lines("set a 0 0 2147483648", "x"), lines("set a 0 0 99999999999999999999", "x"),
        lines("set a 0 0 +1", "1", "get a"), lines("set a +1 0 1", "1", "get a"),
        lines("set a 0 +1 1", "1", "get a"), lines("set a 01 0 01", "1", "get a"),
        lines("set a 1x 0 1", "1"), lines("set a 0 1x 1", "1"), lines("set a 0 0 1x", "1"),
        lines("cas a 0 0 1", "1"), lines("cas a 0 0 1 x", "1"), lines("cas a 0 0 1 -1", "1"),
        lines("cas a 0 0 1 18446744073709551616", "1"), lines("cas a 0 0 1 1 noreply", "1"),
        lines("cas a 0 0 x 1"), lines("add a 0 0"), lines("append a 0 x 1", "1"),
        lines("incr"), lines("incr a"), lines("incr a x"), lines("incr a -1"), lines("decr a 1x"),
        lines("incr a x noreply", "get a"), lines("incr none x"), lines("touch"), lines("touch a"),
        lines("touch a x"), lines("touch none x"), lines("gat x a"), lines("gats x"),
        lines("delete"), lines("delete a b c d e"), lines("delete a b"), lines("delete a 0 0 0"),
        lines("verbosity"), lines("verbosity x"), lines("verbosity -1"), lines("verbosity 1 2 3"),

        lines("shutdown"), lines("shutdown x"), lines("stats nonsense"), lines("stats sizes x"),
        lines("stats reset"), lines("flush_all noreply noreply"), lines("mn x"), lines("mnx"),
        lines("  get   a  "), lines(" set  a  0  0  1 ", "1", "get a"), lines("get a\tb"),
        lines("set a\u{1} 0 0 1", "1", "get a\u{1}"), lines("set é 0 0 1", "1", "get é"),
        lines("get \(key(250))"), lines("get \(key(251))"), lines("get a \(key(251)) a"),
        lines("set \(key(250)) 0 0 1", "1", "get \(key(250))"),
        lines("set \(key(251)) 0 0 1", "1", "get a"), lines("set \(key(251)) 0 0 1 noreply", "1"),
        lines("delete \(key(251))"), lines("incr \(key(251)) 1"), lines("touch \(key(251)) 0"),
        lines("touch \(key(251)) 0 noreply", "get a"), lines("gat 0 \(key(251))"),
        lines("cas \(key(251)) 0 0 1 1", "1"), lines("add \(key(251)) 0 0 x"),
    ]

    static let arithmetic: [String] = [
        lines("set n 3 0 2", "99", "incr n 1"), lines("get n"), lines("decr n 1"),
        lines("get n"),
        lines("gets n"), lines("incr n 0"), lines("gets n"), lines("incr n -5"),
        lines("incr n 1\t"), lines("decr n 1000"), lines("get n"),
        lines("set n 0 0 20", "18446744073709551615"), lines("incr n 1"), lines("get n"),
        lines("set n 0 0 20", "18446744073709551615", "incr n 18446744073709551615"),
        lines("get n"), lines("set n 0 0 20", "18446744073709551616", "incr n 1"), lines("get n"),
        lines("incr n 18446744073709551616"),
        lines("set n 0 0 1", "5", "decr n 18446744073709551615"),
        lines("get n"), lines("set n 0 0 3", "abc", "incr n 1", "decr n 1"),
        lines("set n 0 0 0", "", "incr n 1"), lines("set n 0 0 2", " 1", "incr n 1"),
        lines("get n"),
        lines("set n 0 0 2", "1 ", "incr n 1"), lines("get n"),
        lines("set n 0 0 3", "1 x", "incr n 1"), lines("get n"),
        lines("set n 0 0 2", "-1", "incr n 1"), lines("set n 0 0 2", "+1", "incr n 1"),
        lines("get n"), lines("set n 0 0 2", "1x", "incr n 1"),
        lines("set n 0 0 3", "007", "incr n 1"),
        lines("get n"),
        lines("set n 0 0 24", "000000000000000000000005", "incr n 1"), lines("get n"),
        lines("set n 0 0 30", "5                             ", "decr n 1"), lines("get n"),
        lines("set n 0 0 2", "10"), lines("decr n 1"), lines("get n"), lines("incr n 9"),
        lines("get n"), lines("decr n 11"), lines("append n 0 0 1", "7"), lines("incr n 1"),
        lines("get n"), lines("incr none 1", "decr none 1", "incr n +1", "incr n 01"),
        lines("set n 77 100 1", "9", "incr n 1", "mg n f t v"), lines("decr n 5", "mg n f t"),
    ]

    static let expiry: [String] = [
        lines("set a 0 -1 1", "1", "get a"), lines("set a 0 100 1", "1", "mg a t", "get a"),
        lines("set a 0 2592000 1", "1", "mg a t"), lines("set a 0 2592001 1", "1", "get a"),
        lines("set a 0 1000000000 1", "1", "get a"), lines("set a 0 4102444800 1", "1", "get a"),
        lines("set a 0 2147483647 1", "1", "get a"), lines("set a 0 2147483648 1", "1", "get a"),
        lines("set a 0 4294967295 1", "1", "get a"), lines("set a 0 4294967296 1", "1", "mg a t"),
        lines("set a 0 9999999999 1", "1", "get a"), lines("set a 0 -2147483648 1", "1", "get a"),
        lines("set a 0 -2147483649 1", "1", "get a"),
        lines("set a 0 0 1", "1", "touch a 1000", "mg a t"),
        lines("touch a -1", "get a"), lines("set a 0 0 1", "1", "gat -1 a", "get a"),
        lines("set a 0 0 1", "1", "gat 2000 a", "mg a t"), lines("add a 0 -1 1", "1", "get a"),
        lines("set a 0 -1 1", "1", "add a 0 0 1", "2", "get a"), lines("touch a 99999999999999"),
        lines("append a 0 -1 1", "x", "get a"), lines("replace a 0 -1 1", "y", "get a"),
    ]

    /// With `-Y` and a user `u` whose password is `p`.
    static let oldLogins: [String] = [
        lines("set a 0 0 3", "u p", "get a", "quit"), lines("set x 0 0 03 x y", "u p", "quit"),
    ]

    /// What memcached ends by itself, or answers before the client goes.
    static let logins: [String] =
        oldLogins + [
            lines("mn"), lines("quit"), lines("mn  "), lines("get"), "\n\n\n",
            lines("x y z", "mn"), lines("set a 0 0 4294967296", "mn"),
            lines("set a 0 0 16385", "mn"), lines("settle a 0 0 3", "u p", "quit"),
        ]

    static let pipelines: [String] = [
        lines(
            "set a 1 0 3", "abc", "get a", "set b 2 0 4 noreply", "defg", "get a b c", "mn",
            "mg a v f", "ms c 2", "hi", "mg c v s", "delete a", "get a", "nonsense", "get b"),
        lines("set x 0 0 4", "\r\n\r\n", "get x", "append x 0 0 2", "\r\n", "get x"),
        lines("set x 0 0 3", "toolong", "get x", "mn"), lines("ms x 3", "toolong", "mg x v", "mn"),
        lines("mg none v q", "mg x v q k", "ms y 1 q", "1", "md y q", "md y q", "mn"),
        "get x\nget x\r\nset y 0 0 1\n1\r\nget y\n", "set y 0 0 1\r\n1\nget y\r\n",
        "set y 0 0 1\r\n1\rget y\r\n",
    ]

    static let truncated: [String] = [
        lines(
            "set tr 5 0 6", "ab\r\ncd", "gets tr", "delete tr", "ms tr 2 c", "xy", "mg tr v k Oz"),
        "set tr 0 0 3\r\nabXYget tr\r\n",
    ]

    /// What ends within a data block.
    static let cut: [String] = [
        lines("ms a 1000000000", "x"), lines("set a 0 0 1000000000", "x"),
        lines("get a", "set a 0 0 5", "x"), lines("ms a 1 O\(key(40))").dropLast(2).description,
    ]

    static let ended: [String] = [
        lines("quit"), lines("quit x"), lines("set a 0 0 1", "1", "quit", "get a"),
        lines("GET / HTTP/1.1"), lines("POST /x HTTP/1.0", "get a"), "x HTTP/1.1\r\nquit\r\n",
        lines("get / HTTP/1.1", "set HTTP/1.1", "quit"),
        String(repeating: " ", count: 101) + "get " + String(repeating: "x", count: 2_049),
        String(repeating: "x", count: 2_049), String(repeating: "x", count: 5_000),
        "set " + String(repeating: "x", count: 9_000), "mg " + String(repeating: "x", count: 9_000),
    ]
}
