import Base
import EventLoop
import HTTPProtocol
import SystemInterface

/// What is known of a key: a line of `lru_crawler metadump`, or of the control socket.
struct CacheKeyLine: Equatable {
    /// The key's bytes.
    var key: [UInt8]
    /// When it expires, in seconds since 1970; -1 for never.
    var expires = -1
    /// When it was last used, in seconds since 1970.
    var lastUsed = 0
    /// Its class, and how many bytes it takes, its head included.
    var slabClass = 0, byteCount = 0
    /// Whether it was read since it was stored.
    var wasFetched = false

    /// What a cached of this machine tells of an item on its control socket.
    init(_ item: CacheKeysReport.Item) {
        self.key = Array(item.key.utf8)
        self.expires = item.expiresUnixSeconds ?? -1
        self.lastUsed = item.lastUsedUnixSeconds
        self.slabClass = item.slabClass
        self.byteCount = item.itemBytes
        self.wasFetched = item.wasFetched
    }

    /// Reads a line; nil when it is none.
    init?(_ line: String) {
        var key: [UInt8]?
        for word in line.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { continue }
            let value = word[word.index(after: equals)...]
            switch word[..<equals] {
            case "key": key = PercentCoding.decode(Array(value.utf8).span)
            case "exp": self.expires = Int(value) ?? -1
            case "la": self.lastUsed = Int(value) ?? 0
            case "cls": self.slabClass = Int(value) ?? 0
            case "size": self.byteCount = Int(value) ?? 0
            case "fetch": self.wasFetched = value == "yes"
            default: break
            }
        }
        guard let key else { return nil }
        self.key = key
    }

    /// Whether the text protocol can name it.
    var isPlain: Bool {
        (1...CacheKey.byteCountMax).contains(self.key.count)
            && self.key.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// All keys of a cache, one after another.
    static func each(of connection: CacheConnection, _ take: (CacheKeyLine) -> Void) async throws {
        try await connection.send("lru_crawler metadump all")
        while true {
            let line = try await connection.line()
            if line == "END" { return }
            if line.hasPrefix("BUSY") {
                throw CommandFailure(
                    description: "\(connection.name): another dump goes on; try again later")
            }
            if let key = CacheKeyLine(line) { take(key) }
        }
    }
}
