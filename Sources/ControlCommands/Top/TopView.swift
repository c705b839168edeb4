/// One of the tables of `ctl top`.
enum TopView: String, CaseIterable, Sendable {
    /// What each shows.
    case daemons, caches, servers, sessions

    /// The key that leads to it.
    var key: Character {
        switch self {
        case .daemons: "1"
        case .caches: "2"
        case .servers: "3"
        case .sessions: "4"
        }
    }

    /// What its records have.
    var fields: [RecordList.Field] {
        switch self {
        case .daemons:
            [
                .text("name", "NAME", ""), .text("daemon", "DAEMON", ""),
                .text("state", "STATE", ""), .number("cpu", "CPU%", ""),
                .number("memory", "MEM", ""), .number("connections", "CONN", ""),
                .number("requests", "REQ/s", ""), .text("what", "WHAT", ""),
            ]
        case .caches:
            [
                .text("name", "NAME", ""), .number("items", "ITEMS", ""),
                .number("bytes", "SIZE", ""), .number("full", "%MEM", ""),
                .number("connections", "CONN", ""), .number("hits", "%HIT", ""),
                .number("gets", "GET/s", ""), .number("sets", "SET/s", ""),
                .number("evictions", "EVI/s", ""), .number("read", "IN/s", ""),
                .number("written", "OUT/s", ""),
            ]
        case .servers:
            [
                .text("upstream", "UPSTREAM", ""), .text("server", "SERVER", ""),
                .text("state", "STATE", ""), .text("route", "ROUTE", ""),
                .number("weight", "WGT", ""), .number("active", "ACT", ""),
                .number("requests", "REQ/s", ""), .number("total", "TOTAL", ""),
                .number("failures", "FAIL", ""),
            ]
        case .sessions: SessionRecords.fields
        }
    }

    /// The records of an interval.
    func records(_ interval: TopInterval) -> RecordList {
        switch self {
        case .daemons: Self.daemons(interval, self.fields)
        case .caches: Self.caches(interval, self.fields)
        case .servers: Self.servers(interval, self.fields)
        case .sessions: SessionRecords.list(interval.now.sessions)
        }
    }

    private static func decimal(_ value: Double?) -> RecordValue {
        value.map { .decimal($0) } ?? .none
    }

    private static func daemons(
        _ interval: TopInterval, _ fields: [RecordList.Field]
    ) -> RecordList {
        var list = RecordList("daemons", fields)
        for daemon in interval.now.daemons {
            guard let status = daemon.status else {
                list.add(
                    [.text(daemon.name), .text("?"), .text("silent")]
                        + [RecordValue](repeating: .none, count: 5))
                continue
            }
            let cpu = interval.rate("process_cpu_seconds_total", of: daemon).map { $0 * 100 }
            let requests =
                interval.rate("holdfast_requests_total", of: daemon)
                ?? interval.rate("memcached_commands_total", of: daemon)
            let connections =
                daemon.numbers["holdfast_connections"]
                ?? daemon.numbers["memcached_current_connections"]
            let memory = daemon.numbers["process_resident_memory_bytes"]
            list.add([
                .text(daemon.name), .text(status.daemon), .text(status.state ?? ""),
                Self.decimal(cpu), memory.map { .bytes(Int($0)) } ?? .none,
                connections.map { .number(Int($0)) } ?? .none, Self.decimal(requests),
                .text(status.warnings?.first ?? StatusView.summary(status)),
            ])
        }
        return list
    }

    private static func caches(
        _ interval: TopInterval, _ fields: [RecordList.Field]
    ) -> RecordList {
        var list = RecordList("caches", fields)
        list.emptyText = "no cache is running here"
        for daemon in interval.now.daemons {
            guard let cache = daemon.status?.cache else { continue }
            func command(_ name: String, _ status: String) -> String {
                "memcached_commands_total{command=\"\(name)\",status=\"\(status)\"}"
            }
            let hits = interval.rate(command("get", "hit"), of: daemon)
            let misses = interval.rate(command("get", "miss"), of: daemon)
            let gets = hits.flatMap { hits in misses.map { hits + $0 } }
            let total = (cache.getHits ?? 0) + (cache.getMisses ?? 0)
            let limit = cache.limitBytes ?? 0
            list.add([
                .text(daemon.name), RecordValue(cache.items),
                cache.bytes.map { .bytes($0) } ?? .none,
                limit > 0 ? .number((cache.bytes ?? 0) * 100 / limit) : .none,
                RecordValue(cache.connections),
                total > 0 ? .number((cache.getHits ?? 0) * 100 / total) : .none,
                Self.decimal(gets), Self.decimal(interval.rate(command("set", "hit"), of: daemon)),
                Self.decimal(interval.rate("memcached_items_evicted_total", of: daemon)),
                interval.rate("memcached_read_bytes_total", of: daemon).map { .bytes(Int($0)) }
                    ?? .none,
                interval.rate("memcached_written_bytes_total", of: daemon).map { .bytes(Int($0)) }
                    ?? .none,
            ])
        }
        return list
    }

    private static func servers(
        _ interval: TopInterval, _ fields: [RecordList.Field]
    ) -> RecordList {
        var list = RecordList("servers", fields)
        list.emptyText = "no balancer is running here"
        for daemon in interval.now.daemons {
            for upstream in daemon.status?.balancer?.upstreams ?? [] {
                for peer in upstream.peers {
                    let labels = "peer=\"\(peer.address)\",upstream=\"\(upstream.name)\""
                    list.add([
                        .text(upstream.name), .text(peer.name ?? peer.address),
                        .text(peer.state), .text(peer.route ?? ""), RecordValue(peer.weight),
                        RecordValue(peer.active),
                        Self.decimal(
                            interval.rate("holdfast_peer_requests_total{\(labels)}", of: daemon)),
                        RecordValue(peer.requests), RecordValue(peer.failures),
                    ])
                }
            }
        }
        return list
    }
}
