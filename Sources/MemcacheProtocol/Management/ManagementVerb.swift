import Base

/// The commands for who runs the server, by their first word.
package enum ManagementVerb: Equatable, Sendable {
    case shutdown, verbosity, memoryLimit, lru, crawler, slabs, watch, debugTime
    case refreshCertificates, externalStorage

    init?(_ word: Span<UInt8>) {
        if word.isEqual(to: "verbosity") {
            self = .verbosity
        } else if word.isEqual(to: "shutdown") {
            self = .shutdown
        } else if word.isEqual(to: "cache_memlimit") {
            self = .memoryLimit
        } else if word.isEqual(to: "lru") {
            self = .lru
        } else if word.isEqual(to: "lru_crawler") {
            self = .crawler
        } else if word.isEqual(to: "slabs") {
            self = .slabs
        } else if word.isEqual(to: "watch") {
            self = .watch
        } else if word.isEqual(to: "debugtime") {
            self = .debugTime
        } else if word.isEqual(to: "refresh_certs") {
            self = .refreshCertificates
        } else if word.isEqual(to: "extstore") {
            self = .externalStorage
        } else {
            return nil
        }
    }
}

/// The classes of items that `lru_crawler` goes through.
package enum CrawlScope: Equatable, Sendable {
    /// All, class by class (`all`), or in the order of the hash table (`hash`).
    case all, hash
    /// Some, by their numbers.
    case classes([Int])
}

/// What `watch` shows.
package struct WatchStreams: OptionSet, Hashable, Sendable {
    /// One bit a stream.
    package let rawValue: UInt16

    /// Streams by their bits.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Items asked for, and stored.
    package static let fetchers = WatchStreams(rawValue: 1), mutations = WatchStreams(rawValue: 2)
    /// Items that gave way, and that were deleted.
    package static let evictions = WatchStreams(rawValue: 4), deletions = WatchStreams(rawValue: 8)
    /// Connections that come and go.
    package static let connectionEvents = WatchStreams(rawValue: 16)
    /// What the server does by itself.
    package static let systemEvents = WatchStreams(rawValue: 32)
    /// The commands as they come: named, but nothing is ever shown, as in memcached 1.6.45.
    package static let rawCommands = WatchStreams(rawValue: 64)
    /// What only memcached's proxy has; nothing is ever shown.
    package static let proxyEvents = WatchStreams(rawValue: 128)

    /// The streams with the names that `watch` takes.
    static let names: [(StaticString, WatchStreams)] = [
        ("rawcmds", .rawCommands), ("evictions", .evictions), ("fetchers", .fetchers),
        ("mutations", .mutations), ("sysevents", .systemEvents),
        ("connevents", .connectionEvents), ("proxyreqs", .proxyEvents),
        ("proxyevents", .proxyEvents), ("proxyuser", .proxyEvents), ("deletions", .deletions),
    ]
}
