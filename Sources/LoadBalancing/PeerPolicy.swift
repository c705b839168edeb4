/// What the configuration says of one server's part in its group.
package struct PeerPolicy: Equatable, Sendable {
    /// Its name, host and port as configured: what consistent hashing places it by.
    package var name = ""
    /// Its share of the requests relative to the others, from 1 (httpd: loadfactor × 100).
    package var weight = 1
    /// How many failures within `failureWindow` make it failed; 0 never does.
    package var failureCountMax = 1
    /// nginx `fail_timeout`: the time failures are counted over, and how long it then rests.
    /// httpd `retry`: how long it rests after a failure; zero means that it never does.
    package var failureWindow: Duration = .seconds(10)
    /// How many requests it may have at once; 0 means no limit.
    package var requestCountMax = 0
    /// Whether it only serves when no other can (`backup`, httpd's hot standby `+H`).
    package var isBackup = false
    /// Whether it takes the place of a server of its set that cannot serve (httpd's `+R`).
    package var isSpare = false
    /// Whether it is switched off (`down`, httpd's `+D` and `+S`).
    package var isDown = false
    /// Whether it only serves requests that belong to it by their route (`drain`, httpd's `+N`).
    package var isDraining = false
    /// Whether failures are ignored (httpd's `+I`).
    package var ignoresFailures = false
    /// The name that sessions know it by; empty for none.
    package var route = ""
    /// httpd's `redirect=`: the route that takes its sessions when it is down; empty for none.
    package var redirectRoute = ""
    /// httpd's `lbset`: lower sets are used up first.
    package var set = 0

    /// Makes nginx's defaults.
    package init() {}
}

/// How a server is chosen among those that can serve.
package enum BalancingMethod: Equatable, Sendable {
    /// nginx's smooth weighted round robin.
    case roundRobin
    /// httpd's `byrequests`.
    case byRequests
    /// httpd's `bytraffic`: by bytes in both directions.
    case byTraffic
    /// httpd's `bybusyness`: the fewest requests at once.
    case byBusyness
    /// nginx's `least_conn`.
    case leastConnections
    /// nginx's `ip_hash`.
    case addressHash
    /// nginx's `hash`; consistent means ketama.
    case hash(isConsistent: Bool)
    /// nginx's `random`; of two means that the one with fewer requests of two drawn is taken.
    case random(ofTwo: Bool)
}

/// When a server counts as failed and when it is tried again.
package enum HealthRule: Equatable, Sendable {
    /// nginx: `failureCountMax` failures within `failureWindow`, then one trial request each
    /// window.
    case failureWindow
    /// httpd: one failure puts it in error for `failureWindow`; when all are, all are tried
    /// (`forcerecovery`).
    case errorState(forcesRecovery: Bool)
}
