import Base
import DaemonKit
import LoadBalancing
import SystemInterface

/// Upstreams on the control socket: looked at by everybody, changed by who may.
extension BalancerService {
    func addRoutes() {
        let control = self.daemon.control
        control.route("GET", "/v1/upstreams") { [published] _ in
            let now = SystemClock.now()
            let groups = published.value.groups
            return .json { json in
                json.object { json in
                    json.key("upstreams")
                    json.array { json in
                        for group in groups { Self.write(group, group.report(now: now), to: &json) }
                    }
                }
            }
        }
        control.route("GET", "/v1/upstreams/{upstream}") { [published] request in
            let group = try Self.group(of: request, in: published.value)
            return Self.answer(group)
        }
        control.route(
            "PATCH", "/v1/upstreams/{upstream}/servers/{server}", access: .change
        ) { [published] request in
            let group = try Self.group(of: request, in: published.value)
            let (duty, weight) = try Self.wish(in: request)
            for place in try Self.places(of: request, in: group) {
                group.change(place, duty: duty, weight: weight)
            }
            return Self.answer(group)
        }
        control.route(
            "DELETE", "/v1/upstreams/{upstream}/servers/{server}/override", access: .change
        ) { [published] request in
            let group = try Self.group(of: request, in: published.value)
            for place in try Self.places(of: request, in: group) { group.resetOverride(of: place) }
            return Self.answer(group)
        }
    }

    private static func group(
        of request: ControlRequest, in generation: Generation
    ) throws(ControlError) -> UpstreamGroup {
        let name = request.parameter("upstream")
        guard let group = generation.group(named: name) else {
            let names = generation.groups.map(\.settings.name).joined(separator: ", ")
            throw .notFound("there is no upstream \(name); there are \(names)")
        }
        return group
    }

    private static func places(
        of request: ControlRequest, in group: UpstreamGroup
    ) throws(ControlError) -> [Int] {
        let name = request.parameter("server")
        let places = group.places(of: name)
        if places.isEmpty {
            let names = group.settings.peers.map(\.name).joined(separator: ", ")
            throw .notFound("\(group.settings.name) has no server \(name); it has \(names)")
        }
        return places
    }

    /// `{"state":"ready|drain|maint","weight":N}`, one of them at least.
    private static func wish(
        in request: ControlRequest
    ) throws(ControlError) -> (duty: ServerOverride.Duty?, weight: Int?) {
        let fields = try request.fields()
        for name in fields.keys.sorted() where name != "state" && name != "weight" {
            throw .badRequest("there is no field \(name); there are state and weight")
        }
        guard !fields.isEmpty else { throw .badRequest("state or weight is needed") }
        var duty: ServerOverride.Duty?
        if let field = fields["state"] {
            duty = field.string.flatMap { ServerOverride.Duty(rawValue: $0) }
            if duty == nil {
                let words = ServerOverride.Duty.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badRequest("state is one of \(words)")
            }
        }
        var weight: Int?
        if let field = fields["weight"] {
            weight = field.integer
            guard let weight, (1...ServerOverride.weightMax).contains(weight) else {
                throw .badRequest("weight is a number from 1 to \(ServerOverride.weightMax)")
            }
        }
        return (duty, weight)
    }

    private static func answer(_ group: UpstreamGroup) -> ControlResponse {
        let peers = group.report(now: SystemClock.now())
        return .json { json in Self.write(group, peers, to: &json) }
    }

    static func write(
        _ group: UpstreamGroup, _ peers: [UpstreamGroup.PeerReport], to json: inout JSONWriter
    ) {
        json.object { json in
            json.member("name", group.settings.name)
            json.member("method", group.settings.method.word)
            json.member("affinity", group.settings.affinity.word)
            json.key("peers")
            json.array { json in for peer in peers { Self.write(peer, to: &json) } }
        }
    }

    private static func write(_ peer: UpstreamGroup.PeerReport, to json: inout JSONWriter) {
        let policy = peer.state.policy
        json.object { json in
            json.member("name", peer.peer.name)
            json.member("address", peer.peer.address.description)
            json.member("state", peer.condition.rawValue)
            json.member("wanted", policy.duty.rawValue)
            json.member("isOverridden", peer.isOverridden)
            json.member("backup", policy.isBackup)
            json.member("weight", policy.weight)
            json.member("configuredWeight", peer.peer.policy.weight)
            json.member("active", peer.state.activeCount)
            json.member("requests", peer.state.chosenCount)
            json.member("failures", peer.state.failedCount)
            json.member("transferredBytes", Int(peer.state.transferredByteCount))
            json.member("route", policy.route)
        }
    }
}

extension AffinityRule {
    /// What makes a session stay on its server.
    var word: String {
        switch self {
        case .none: "none"
        case .route: "route"
        case .session: "session"
        }
    }
}

extension BalancingMethod {
    /// Its name, as the configuration languages have it.
    var word: String {
        switch self {
        case .roundRobin: "round_robin"
        case .byRequests: "byrequests"
        case .byTraffic: "bytraffic"
        case .byBusyness: "bybusyness"
        case .leastConnections: "least_conn"
        case .addressHash: "ip_hash"
        case .hash(let isConsistent): isConsistent ? "hash consistent" : "hash"
        case .random(let ofTwo): ofTwo ? "random two" : "random"
        }
    }
}
