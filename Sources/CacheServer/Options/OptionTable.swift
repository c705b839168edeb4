import DaemonKit
import SystemInterface

/// The letters and names of all options.
enum OptionTable {
    /// As getopt(3) takes them: memcached's, then repcached's.
    static let letters = "a:AZp:s:U:m:Mc:khiVrvdl:u:P:f:n:t:D:LR:Cb:B:I:SFXWY:e:o:N:x:q:"

    static let names: [LongOption] = [
        LongOption("unix-mask", "a", .required), LongOption("enable-shutdown", "A"),
        LongOption("enable-ssl", "Z"), LongOption("port", "p", .required),
        LongOption("unix-socket", "s", .required), LongOption("udp-port", "U", .required),
        LongOption("memory-limit", "m", .required), LongOption("disable-evictions", "M"),
        LongOption("conn-limit", "c", .required), LongOption("lock-memory", "k"),
        LongOption("help", "h"), LongOption("license", "i"), LongOption("version", "V"),
        LongOption("enable-coredumps", "r"), LongOption("verbose", "v", .optional),
        LongOption("daemon", "d"), LongOption("listen", "l", .required),
        LongOption("user", "u", .required), LongOption("pidfile", "P", .required),
        LongOption("slab-growth-factor", "f", .required),
        LongOption("slab-min-size", "n", .required), LongOption("threads", "t", .required),
        LongOption("enable-largepages", "L"), LongOption("max-reqs-per-event", "R", .required),
        LongOption("disable-cas", "C"), LongOption("listen-backlog", "b", .required),
        LongOption("protocol", "B", .required), LongOption("max-item-size", "I", .required),
        LongOption("enable-sasl", "S"), LongOption("disable-flush-all", "F"),
        LongOption("disable-dumping", "X"), LongOption("disable-watch", "W"),
        LongOption("auth-file", "Y", .required), LongOption("memory-file", "e", .required),
        LongOption("extended", "o", .required), LongOption("napi-ids", "N", .required),
        // cached's own.
        LongOption("replication-port", nil, .required),
        LongOption("replication-secret", nil, .required), LongOption("config", nil, .required),
        LongOption("control", nil, .required), LongOption("configtest", nil),
    ]

    /// Reads a command line. `-X` with a number behind it is repcached's port, else memcached's
    /// `--disable-dumping`: no option letter of getopt's can say so.
    static func read(_ arguments: [String]) throws(ArgumentsError) -> Arguments {
        var words: [String] = []
        var place = arguments.startIndex
        while place < arguments.endIndex {
            let word = arguments[place]
            place += 1
            let attached = word.hasPrefix("-X") ? word.dropFirst(2) : ""
            if Self.isNumber(attached) {
                words.append("--replication-port=\(attached)")
            } else if word == "-X", place < arguments.endIndex, Self.isNumber(arguments[place]) {
                words.append("--replication-port=\(arguments[place])")
                place += 1
            } else {
                words.append(word)
            }
        }
        return try Arguments(words, short: Self.letters, long: Self.names)
    }

    private static func isNumber(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }
}
