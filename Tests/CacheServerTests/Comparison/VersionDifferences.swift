// tidy: table, tidy: wide
/// What memcached 1.6.18, Debian's, and 1.6.45, the reference, answer differently: cached gives the
/// answers of 1.6.45. Each text is one connection of a table in `ComparisonTables`.
enum VersionDifferences {
    struct Entry {
        let sent: String
        /// The lines of 1.6.18.
        let old: [String]
        /// The lines of 1.6.45 and of cached.
        let new: [String]
    }

    /// Whether these answers are a difference that is known.
    static func explain(_ sent: String, old: [String], new: [String]) -> Bool {
        self.entries.contains { $0.sent == sent && $0.old == old && $0.new == new }
    }

    /// Where cached gives another answer than 1.6.45 on purpose; Docs/compatibility.md says why.
    static let deliberate: Set<String> = Set([
        "delete a b c d e\r\n", "get \(ComparisonTables.key(251))\r\n",
        "get a \(ComparisonTables.key(251)) a\r\n", "gat 0 \(ComparisonTables.key(251))\r\n",
        "ms a 3 T100 F7\r\nabc\r\nme a\r\nmg a\r\nme a x y\r\nme a b\r\n",
        "ms Zm9vYg== 1 b\r\nx\r\nmg Zm9vYg== b k\r\nme Zm9vYg== b\r\nma Zm9vYmE= b N0 J3 k v\r\n",
    ]).union(ComparisonTables.tooLongKeys)

    /// Names of statistics that only one of them has, by command.
    struct Names {
        let onlyOld: Set<String>
        let onlyNew: Set<String>
    }

    static let names: [String: Names] = [
        "stats": Names(
            onlyOld: ["slab_reassign_evictions_nomem"],
            onlyNew: ["slab_reassign_busy_nomem", "slab_reassign_last_busy_status"]),
        "stats settings": Names(onlyOld: [], onlyNew: ["client_flags_size"]),
    ]

    /// Names that depend on how a memcached was built: with storage on flash, with seccomp.
    static func dependsOnBuild(_ name: String) -> Bool {
        name.hasPrefix("ext_") || ["slab_automove_freeratio", "drop_privileges"].contains(name)
    }

    private static let key251 = ComparisonTables.key(251)

    static let entries: [Entry] = [
        Entry(
            sent: "mg c E b\r\n", old: ["CLIENT_ERROR invalid flag\r\n"],
            new: ["CLIENT_ERROR error decoding key\r\n"]),
        Entry(
            sent: "mg c b E\r\n", old: ["CLIENT_ERROR invalid flag\r\n"],
            new: ["CLIENT_ERROR bad token in command line format\r\n"]),
        Entry(
            sent: "md c Tx b\r\n", old: ["CLIENT_ERROR invalid or duplicate flag\r\n"],
            new: ["CLIENT_ERROR error decoding key\r\n"]),
        Entry(
            sent: "md c b Tx\r\n", old: ["CLIENT_ERROR invalid or duplicate flag\r\n"],
            new: ["CLIENT_ERROR bad token in command line format\r\n"]),
        Entry(
            sent: ComparisonTables.largeWithLongOpaque,
            old: ["CLIENT_ERROR opaque token too long\r\n", "MN\r\n"],
            new: ["SERVER_ERROR object too large for cache\r\n", "MN\r\n"]),
        Entry(
            sent: "ms e 1 E77 c\r\n2\r\n", old: ["CLIENT_ERROR invalid flag\r\n"],
            new: ["HD c#1"]),
        Entry(sent: "mg e c\r\n", old: ["EN"], new: ["HD c#1"]),
        Entry(
            sent: "ma m N0 E5 c\r\n", old: ["CLIENT_ERROR invalid or duplicate flag\r\n"],
            new: ["HD c#1"]),
        Entry(sent: "ma m c\r\n", old: ["NF"], new: ["HD c#1"]),
        Entry(
            sent: "lru_crawler mgdump x\r\n", old: ["ERROR\r\n"],
            new: ["BADCLASS invalid class id\r\n"]),
        Entry(
            sent: "lru_crawler mgdump\r\n", old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "lru_crawler mgdump all\r\n", old: ["ERROR\r\n"],
            new: ["ERROR key dump not allowed\r\n"]),
        Entry(
            sent: "lru_crawler mgdump all\r\n", old: ["ERROR\r\n"],
            new: ["OK\r\n", "mg dumped\r\n", "EN"]),
        Entry(
            sent: "slabs automove window 20\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n"], new: ["OK\r\n"]),
        Entry(
            sent: "get a\r\nwatch fetchers\r\n", old: ["END\r\n", "OK\r\n"],
            new: ["END\r\n", "ERROR cannot pipeline other commands before watch\r\n"]),
        Entry(
            sent: "shutdown graceful\r\n", old: ["ERROR: shutdown not enabled\r\n"],
            new: ["SERVER_ERROR: shutdown not enabled\r\n"]),
        Entry(
            sent: "stats detail on\r\n", old: ["OK\r\n"],
            new: ["CLIENT_ERROR stats detail not allowed\r\n"]),
        Entry(
            sent: "stats detail dump\r\n", old: ["END\r\n"],
            new: ["CLIENT_ERROR stats detail not allowed\r\n"]),
        Entry(
            sent: "gets\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "get\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "gat 0\r\n",
            old: ["END\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "gat\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set n 0 0 1 no reply\r\n2\r\nget n\r\n",
            old: ["ERROR\r\n", "ERROR\r\n", "VALUE n 0 1", "1\r\n", "END\r\n"],
            new: ["STORED\r\n", "VALUE n 0 1", "2\r\n", "END\r\n"]),
        Entry(
            sent: "delete n noreply noreply\r\nget n\r\n",
            old: ["VALUE n 0 1", "1\r\n", "END\r\n"],
            new: ["END\r\n"]),
        Entry(
            sent: "set n 0 0 1\r\n1\r\ndelete n 1\r\ndelete n x\r\ndelete n 0 0\r\nget n\r\n",
            old: [
                "STORED\r\n",
                "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n",
                "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n",
                "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n",
                "VALUE n 0 1", "1\r\n", "END\r\n",
            ],
            new: ["STORED\r\n", "DELETED\r\n", "NOT_FOUND\r\n", "NOT_FOUND\r\n", "END\r\n"]),
        Entry(
            sent: "\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: " \r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a 0\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a 0 0\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a x 0 1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a 0 x 1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a -1 0 1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a 0 0 -1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "set a 0 0 3\r\n12345\r\nget a\r\n",
            old: [
                "CLIENT_ERROR bad data chunk\r\n", "ERROR\r\n", "VALUE a 0 1", "1\r\n", "END\r\n",
            ],
            new: [
                "CLIENT_ERROR bad data chunk\r\n", "CLIENT_ERROR bad command line format\r\n",
                "VALUE a 0 1", "1\r\n", "END\r\n",
            ]),
        Entry(
            sent: "set a 0 0 3 noreply\r\n12345\r\nget a\r\n",
            old: ["ERROR\r\n", "VALUE a 0 1", "1\r\n", "END\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n", "VALUE a 0 1", "1\r\n", "END\r\n"]),
        Entry(
            sent: "set a 0 0 2147483647\r\nx\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "set a 0 0 2147483648\r\nx\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "set a 0 0 99999999999999999999\r\nx\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "set a 0 0 +1\r\n1\r\nget a\r\n",
            old: ["STORED\r\n", "VALUE a 0 1", "1\r\n", "END\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n", "VALUE a 0 1", "1\r\n", "END\r\n",
            ]),
        Entry(
            sent: "set a 1x 0 1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a 0 1x 1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "set a 0 0 1x\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "cas a 0 0 1\r\n1\r\n",
            old: ["ERROR\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "cas a 0 0 1 x\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "cas a 0 0 1 -1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "cas a 0 0 1 18446744073709551616\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "add a 0 0\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "append a 0 x 1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "incr\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "incr a\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "touch\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "touch a\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "gats x\r\n",
            old: ["CLIENT_ERROR invalid exptime argument\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "delete\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "delete a b\r\n",
            old: ["CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n"],
            new: ["DELETED\r\n"]),
        Entry(
            sent: "delete a 0 0 0\r\n",
            old: ["ERROR\r\n"],
            new: ["NOT_FOUND\r\n"]),
        Entry(
            sent: "verbosity\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "verbosity 1 2 3\r\n",
            old: ["ERROR\r\n"],
            new: ["OK\r\n"]),
        Entry(
            sent: "shutdown\r\n",
            old: ["ERROR: shutdown not enabled\r\n"],
            new: ["SERVER_ERROR: shutdown not enabled\r\n"]),
        Entry(
            sent: "shutdown x\r\n",
            old: ["ERROR: shutdown not enabled\r\n"],
            new: ["SERVER_ERROR: shutdown not enabled\r\n"]),
        Entry(
            sent: "  get   a  \r\n",
            old: ["VALUE a 1 1", "1\r\n", "END\r\n"],
            new: ["ERROR\r\n"]),
        Entry(
            sent: " set  a  0  0  1 \r\n1\r\nget a\r\n",
            old: ["STORED\r\n", "VALUE a 0 1", "1\r\n", "END\r\n"],
            new: ["ERROR\r\n", "CLIENT_ERROR bad command line format\r\n", "END\r\n"]),
        Entry(
            sent: "set \(key251) 0 0 1\r\n1\r\nget a\r\n",
            old: [
                "CLIENT_ERROR bad command line format\r\n", "ERROR\r\n", "VALUE a 0 1", "1\r\n",
                "END\r\n",
            ],
            new: ["CLIENT_ERROR bad command line format\r\n", "END\r\n"]),
        Entry(
            sent: "set \(key251) 0 0 1 noreply\r\n1\r\n",
            old: ["ERROR\r\n"],
            new: []),
        Entry(
            sent: "touch \(key251) 0 noreply\r\nget a\r\n",
            old: ["VALUE a 0 1", "1\r\n", "END\r\n"],
            new: ["END\r\n"]),
        Entry(
            sent: "cas \(key251) 0 0 1 1\r\n1\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "incr n 1\t\r\n",
            old: ["100\r\n"],
            new: ["CLIENT_ERROR invalid numeric delta argument\r\n"]),
        Entry(
            sent: "incr none 1\r\ndecr none 1\r\nincr n +1\r\nincr n 01\r\n",
            old: ["NOT_FOUND\r\n", "NOT_FOUND\r\n", "9\r\n", "10\r\n"],
            new: [
                "NOT_FOUND\r\n", "NOT_FOUND\r\n", "CLIENT_ERROR invalid numeric delta argument\r\n",
                "9\r\n",
            ]),
        Entry(
            sent: "touch a 99999999999999\r\n",
            old: ["TOUCHED\r\n"],
            new: ["CLIENT_ERROR invalid exptime argument\r\n"]),
        Entry(
            sent: "append a 0 -1 1\r\nx\r\nget a\r\n",
            old: ["NOT_STORED\r\n", "END\r\n"],
            new: ["STORED\r\n", "VALUE a 0 2", "2x\r\n", "END\r\n"]),
        Entry(
            sent: "replace a 0 -1 1\r\ny\r\nget a\r\n",
            old: ["NOT_STORED\r\n", "END\r\n"],
            new: ["STORED\r\n", "END\r\n"]),
        Entry(
            sent: "ms b 1 M\r\nx\r\n",
            old: ["CLIENT_ERROR incorrect length for M token\r\n"],
            new: ["CLIENT_ERROR invalid mode for ms M token\r\n"]),
        Entry(
            sent: "ms b 1 MAA\r\nx\r\nmg b v\r\n",
            old: ["CLIENT_ERROR incorrect length for M token\r\n", "VA 1", "s\r\n"],
            new: ["HD", "VA 2", "sx\r\n"]),
        Entry(
            sent: "mg\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "ms\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "md\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "ma\r\n",
            old: ["ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "ms a x\r\ny\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "ms a -1\r\ny\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "ms a 1 F4294967296\r\ny\r\nmg a f\r\n",
            old: ["HD", "HD f0"],
            new: ["CLIENT_ERROR bad command line format\r\n", "HD f4294967295"]),
        Entry(
            sent: "mg a !\r\n",
            old: ["CLIENT_ERROR invalid flag\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "mg a fx\r\nmg a tx\r\nmg a kx\r\nmg a sx\r\nmg a vx\r\n",
            old: ["HD f0", "HD t-1", "HD ka", "HD s1", "VA 1", "y\r\n"],
            new: ["HD f4294967295", "HD t-1", "HD ka", "HD s1", "VA 1", "y\r\n"]),
        Entry(
            sent: "ms a 1 !\r\nx\r\nmn\r\n",
            old: ["CLIENT_ERROR invalid flag\r\n", "MN\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n", "MN\r\n",
            ]),
        Entry(
            sent: "ms \(key251) 1\r\nx\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "ms a 5\r\nab\r\nmn\r\n",
            old: ["CLIENT_ERROR bad data chunk\r\n", "ERROR\r\n"],
            new: ["CLIENT_ERROR bad data chunk\r\n", "CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "ms a 2147483648\r\nx\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n", "ERROR\r\n"],
            new: [
                "CLIENT_ERROR bad command line format\r\n",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "ms a 3 T100 F7\r\nabc\r\nme a\r\nmg a\r\nme a x y\r\nme a b\r\n",
            old: [
                "HD", "ME a exp=-100 la=0 cas=#5 fetch=no", "HD",
                "ME a exp=-100 la=0 cas=#5 fetch=yes", "CLIENT_ERROR bad command line format\r\n",
            ],
            new: [
                "HD", "ME a exp=90 la=0 cas=#5 fetch=no", "HD", "ME a exp=90 la=0 cas=#5 fetch=yes",
                "CLIENT_ERROR bad command line format\r\n",
            ]),
        Entry(
            sent: "x HTTP/1.1\r\nquit\r\n",
            old: ["ERROR\r\n"],
            new: []),
        Entry(
            sent: "get / HTTP/1.1\r\nset HTTP/1.1\r\nquit\r\n",
            old: ["END\r\n", "ERROR\r\n"],
            new: ["END\r\n", "CLIENT_ERROR bad command line format\r\n"]),
        Entry(
            sent: "md n\r\nma n N100 t v q\r\nma n v\r\n",
            old: ["HD", "VA 1 t100", "0\r\n", "VA 1", "1\r\n"],
            new: ["HD", "VA 1", "1\r\n"]),
        Entry(
            sent: "ma \(key251)\r\n",
            old: ["CLIENT_ERROR bad command line format\r\n"],
            new: ["CLIENT_ERROR invalid or duplicate flag\r\n"]),
        Entry(
            sent:
                "mg Zm9v b k v\r\nmg none b k\r\nmg !!! b k\r\nms !!! 1 b\r\nx\r\nmd !!! b\r\nmg Zm9 b\r\n",
            old: [
                "EN kZm9v b", "EN knone b", "CLIENT_ERROR error decoding key\r\n",
                "CLIENT_ERROR error decoding key\r\n", "CLIENT_ERROR invalid or duplicate flag\r\n",
                "CLIENT_ERROR error decoding key\r\n",
            ],
            new: [
                "EN kZm9v b", "EN knone b", "CLIENT_ERROR error decoding key\r\n",
                "CLIENT_ERROR error decoding key\r\n", "CLIENT_ERROR error decoding key\r\n",
                "CLIENT_ERROR error decoding key\r\n",
            ]),
        Entry(
            sent:
                "mg a l u\r\nmg a q k\r\nmg none q k\r\nmg a v q\r\nmg a E5\r\nms a 1 E5\r\nx\r\nmg a x\r\n",
            old: [
                "EN", "CLIENT_ERROR invalid flag\r\n", "CLIENT_ERROR invalid flag\r\n",
                "CLIENT_ERROR invalid flag\r\n",
            ],
            new: ["EN", "EN", "HD", "HD"]),
        Entry(
            sent: "mg a a b c d e f g h i j k l m n o p q r\r\n",
            old: ["CLIENT_ERROR options flags are too long\r\n"],
            new: ["CLIENT_ERROR invalid flag\r\n"]),
        Entry(
            sent: "md a k v t s f c h l O P L q u T0 N0 R0 I M\r\n",
            old: ["CLIENT_ERROR options flags too long\r\n"],
            new: []),
        Entry(
            sent: "ms a 1 k v t s f c h l O P L u T0 I C1 F1\r\nx\r\nmn\r\n",
            old: ["NF ka c#11 O", "MN\r\n"],
            new: ["HD ka s1 c#14 O", "MN\r\n"]),
    ]
}
