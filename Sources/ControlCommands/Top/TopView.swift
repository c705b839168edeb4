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
                .text("name", "NAME", "the instance"), .text("daemon", "DAEMON", "what it is"),
                .text("state", "STATE", "starting, running, draining, stopped, silent"),
                .number("cpu", "CPU%", "of one processor, percent"),
                .number("memory", "MEM", "resident bytes"),
                .number("connections", "CONN", "open connections"),
                .number("requests", "REQ/s", "requests or commands each second"),
                .text("what", "WHAT", "what is wrong, or what matters of it"),
            ]
        case .caches:
            [
                .text("name", "NAME", "the instance"), .number("items", "ITEMS", "its items"),
                .number("bytes", "SIZE", "bytes of its items"),
                .number("full", "%MEM", "them in percent of its memory"),
                .number("connections", "CONN", "open connections"),
                .number("hits", "%HIT", "reads that found something, percent since its start"),
                .number("gets", "GET/s", "reads each second"),
                .number("sets", "SET/s", "writes each second"),
                .number("evictions", "EVI/s", "items that gave way each second"),
                .number("read", "IN/s", "bytes it gets each second"),
                .number("written", "OUT/s", "bytes it sends each second"),
            ]
        case .servers:
            [
                .text("upstream", "UPSTREAM", "the upstream"),
                .text("server", "SERVER", "the server's name or address"),
                .text("state", "STATE", "as in balancer list"),
                .text("route", "ROUTE", "its route"),
                .number("weight", "WGT", "its weight"),
                .number("active", "ACT", "requests at it now"),
                .number("requests", "REQ/s", "requests each second"),
                .number("total", "TOTAL", "requests since the balancer's start"),
                .number("failures", "FAIL", "failures since then"),
            ]
        case .sessions: SessionRecords.fields
        }
    }

    /// The part of a help text about what programs get.
    static let help =
        [Self.daemons, .caches, .servers].map { view in
            "--view \(view.rawValue): " + RecordList.help(view.rawValue, view.fields)
        }.joined(separator: "\n\n") + "\n\n--view sessions: as ctl session list."

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
