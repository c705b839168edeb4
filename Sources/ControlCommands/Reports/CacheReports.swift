/// `GET /v1/cache/keys`.
struct CacheKeysReport: Decodable, Sendable {
    /// One item.
    struct Item: Decodable, Sendable {
        var key: String
        var itemBytes: Int
        var expiresUnixSeconds: Int?
        var lastUsedUnixSeconds: Int
        var slabClass: Int
        var wasFetched: Bool
    }

    var keys: [Item]
    var cursor: String?
}

/// `GET /v1/cache/bigkeys`.
struct CacheBigKeysReport: Decodable, Sendable {
    /// One item.
    struct Item: Decodable, Sendable {
        var key: String
        var valueBytes: Int
        var itemBytes: Int
        var expiresUnixSeconds: Int?
        var lastUsedUnixSeconds: Int
        var slabClass: Int
    }

    var keys: [Item]
    var examined: Int
    var isComplete: Bool
}

/// `GET /v1/cache/hotkeys`.
struct CacheHotKeysReport: Decodable, Sendable {
    /// One key.
    struct Key: Decodable, Sendable {
        var key: String
        var sampled: Int
        var share: Double
        var perSecond: Double
    }

    var seconds: Int
    var sampled: Int
    var samplingInterval: Int
    var keys: [Key]
}

/// `POST /v1/cache/flush`.
struct CacheFlushedReport: Decodable, Sendable {
    var prefix: String
    var flushed: Int
}
