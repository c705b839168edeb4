package import LoadBalancing
package import SystemInterface

/// A group of servers that share the requests (`upstream`, `<Proxy balancer://…>`).
package struct UpstreamSettings: Sendable {
    /// Its place in `BalancerConfiguration.upstreams`.
    package var index: Int
    /// Its name; for an address in `proxy_pass` the address as written.
    package var name: String
    /// Whether it was made from an address in `proxy_pass` instead of a block.
    package var isImplicit = false
    /// The servers in the order written.
    package var peers: [UpstreamPeer] = []
    /// How a server is chosen.
    package var method = BalancingMethod.roundRobin
    /// What `hash` works on; empty with other methods.
    package var hashKey = ComplexValue(parts: [])
    /// What makes a session stay on its server.
    package var affinity = AffinityRule.none
    /// When a server counts as failed and when it is tried again.
    package var health = HealthRule.failureWindow
    /// The idle connections kept to the servers.
    package var keepAlive = UpstreamKeepAlive()
    /// httpd: how many servers are tried after the first; nil means all.
    package var failoverCountMax: Int?
    /// httpd: answers with these statuses count as failures (`failonstatus`).
    package var failureStatuses: Set<Int> = []

    /// Makes a group without servers.
    package init(index: Int, name: String) {
        self.index = index
        self.name = name
    }
}

/// A server of a group.
package struct UpstreamPeer: Equatable, Sendable {
    /// As written in the configuration, for logs and status.
    package var name: String
    /// Where it is. A name with several addresses makes several servers.
    package var address: SocketAddress
    /// Its part in the balancing.
    package var policy: PeerPolicy
    /// httpd: what `connectiontimeout=` says; nil takes that of the location.
    package var connectTimeout: Duration?
    /// httpd: what `timeout=` says; nil takes that of the location.
    package var readTimeout: Duration?

    /// Takes the parts as the front end made them.
    package init(name: String, address: SocketAddress, policy: PeerPolicy) {
        self.name = name
        self.address = address
        self.policy = policy
    }
}

/// The idle connections kept to the servers of a group.
package struct UpstreamKeepAlive: Equatable, Sendable {
    /// How many idle connections each loop keeps for the group; 0 keeps none.
    package var idleCountMax = 32
    /// How many requests a connection may carry.
    package var requestCountMax = 1_000
    /// How long an idle one is kept.
    package var idleTimeout: Duration = .seconds(60)
    /// How long one may live in all.
    package var lifetime: Duration = .seconds(3_600)

    /// Makes the defaults of nginx 1.29.7 and later, where keeping connections is the default.
    package init() {}
}

/// What makes a session stay on its server.
package enum AffinityRule: Equatable, Sendable {
    /// Nothing.
    case none
    /// nginx's `sticky route`: the first of the values that is not empty is a server's route.
    case route([ComplexValue])
    /// httpd's `stickysession`: the route is what follows the last separator in the cookie or the
    /// path parameter, the parameter first.
    case session(SessionAffinity)
}

/// httpd's `stickysession=COOKIE|parameter`.
package struct SessionAffinity: Equatable, Sendable {
    /// The cookie's name.
    package var cookie: String
    /// The parameter's name, in the query or (Tomcat) after `;` in the path.
    package var parameter: String
    /// What stands before the route (`stickysessionsep`).
    package var separator = UInt8(ascii: ".")
    /// Whether a request whose server is down is refused with 503 (`nofailover`).
    package var refusesFailover = false

    /// Makes a rule with httpd's default separator.
    package init(cookie: String, parameter: String) {
        self.cookie = cookie
        self.parameter = parameter
    }
}
