/// When requests to one session wait for each other (attribute `lockingMode`).
package enum LockingMode: Hashable, Sendable {
    /// Never; changes of parallel requests are merged by attribute.
    case none
    /// Always.
    case all
    /// Unless the same request has been seen to change nothing.
    case auto
    /// When `METHOD URI?query` matches this regular expression.
    case uriPattern(String)
}

/// The attributes of `<Manager>`, read and typed. Times are durations, defaults are
/// memcached-session-manager's where nothing else is said.
package struct SessionManagerSettings: Hashable, Sendable {
    /// The cache nodes; nil for a Manager that keeps sessions local (no `memcachedNodes`).
    package var nodes: MemcachedNodes?
    /// `sticky`: whether the balancer is said to keep a session on its application server. It
    /// decides only whether local copies may be used while no cache node lives.
    package var isSticky = true
    /// `lockingMode`; honoured with sticky sessions too.
    package var lockingMode = LockingMode.none
    /// `lockExpiration`: after how long a lock that nobody released goes away. At least 2 s, as the
    /// store counts whole seconds.
    package var lockExpiration: Duration = .seconds(5)
    /// `operationTimeout`: how long a store operation and the wait for a lock may take.
    package var operationTimeout: Duration = .seconds(1)
    /// `requestUriIgnorePattern`: requests that neither load nor store a session, as a regular
    /// expression over the whole of `METHOD path`.
    package var requestURIIgnorePattern: String?
    /// `sessionBackupAsync`: whether the answer may leave before the second copy is acknowledged.
    /// Default false (memcached-session-manager: true).
    package var isBackupAsync = false
    /// `storageKeyPrefix` as it was written.
    package var storageKeyPrefix = "webappVersion"
    /// `sessionAttributeFilter`: attributes whose whole name matches are stored, others stay local.
    package var attributeFilter: String?
    /// `enableStatistics`: accepted; counters are always kept, they cost nothing.
    package var isStatisticsEnabled = true
    /// `enabled`: whether the store is used at all.
    package var isEnabled = true
    /// `maxInactiveInterval`: the time-out of new sessions in seconds, when the Manager names one.
    package var maxInactiveSeconds: Int32?
    /// `maxActiveSessions`: how many sessions one application server holds; nil: no limit.
    package var activeSessionCountMax: Int?

    /// All at their defaults.
    package init() {}
}

/// What reading a Manager's attributes brought: settings, and what is to be said at start-up.
package struct SessionManagerConfiguration: Sendable {
    /// The settings.
    package var settings: SessionManagerSettings
    /// One sentence for each attribute that is replaced or has no effect here.
    package var notices: [String]
}
