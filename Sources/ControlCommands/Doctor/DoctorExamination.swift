import EventLoop
import SystemInterface

/// Gathers the facts for a doctor.
enum DoctorExamination {
    /// The port that clients of memcached expect.
    private static let cachePort = 11_211

    /// Asks everybody; who does not answer is a fact as well.
    static func facts(_ options: DaemonOptions, on loop: Loop) async throws -> DoctorFacts {
        var facts = DoctorFacts()
        let sockets = (try? options.found()) ?? []
        for status in await DaemonOptions.statuses(of: sockets, on: loop) {
            switch status.answer {
            case .success(let report): facts.daemons.append((status.socket.name, report, ""))
            case .failure(let failure):
                facts.daemons.append((status.socket.name, nil, failure.description))
            }
        }
        for (name, address) in Self.caches(facts) {
            if let cache = await Self.cache(name, address, on: loop) { facts.caches.append(cache) }
        }
        for daemon in facts.daemons where daemon.status?.daemon == "cached" {
            guard let socket = sockets.first(where: { $0.name == daemon.name }),
                let status = try? await ControlClient(socket, on: loop).send(
                    "GET", "/v1/replication", as: ReplicationStatus.self)
            else { continue }
            facts.replications.append((daemon.name, status))
        }
        for socket in sockets {
            do {
                let report = try await ControlClient(socket, on: loop).send(
                    "GET", "/v1/config", as: ConfigReport.self)
                facts.changedFiles += report.files.filter(\.isChanged).map { file in
                    DoctorFacts.ChangedFile(name: socket.name, path: file.path)
                }
            } catch let failure as CommandFailure where failure.kind == .forbidden {
                facts.isRestricted = true
            } catch {
                continue
            }
        }
        facts.portHolder = Self.portHolder(facts)
        return facts
    }

    /// The caches of this machine, and those that application servers use elsewhere.
    private static func caches(
        _ facts: DoctorFacts
    ) -> [(name: String, address: SocketAddress)] {
        var found: [(name: String, address: SocketAddress)] = []
        for daemon in facts.daemons where daemon.status?.daemon == "cached" {
            let listening = daemon.status?.listening ?? []
            if let address = try? CacheOptions.reachable(listening, name: daemon.name) {
                found.append((daemon.name, address))
            }
        }
        for node in facts.daemons.flatMap({ $0.status?.sessions?.nodes ?? [] })
        where node.state == "up" {
            guard let text = node.address,
                let address = try? CacheOptions.reachable([text], name: node.id),
                !found.contains(where: { $0.address == address })
            else { continue }
            found.append(("\(node.id) (\(text))", address))
        }
        return found
    }

    private static func cache(
        _ name: String, _ address: SocketAddress, on loop: Loop
    ) async -> DoctorFacts.Cache? {
        guard let connection = try? await CacheConnection.open(address, on: loop),
            let pairs = try? await connection.statistics()
        else { return nil }
        connection.close()
        var cache = DoctorFacts.Cache(name: name)
        for (key, value) in pairs { cache.statistics[key] = value }
        let now = Int(SystemClock.unixNanoseconds() / 1_000_000_000)
        let time = cache.number("time")
        if time > 0 { cache.secondsAhead = time - now }
        return cache
    }

    private static func portHolder(_ facts: DoctorFacts) -> DoctorFacts.PortHolder? {
        let isOurs = facts.daemons.contains { daemon in
            daemon.status?.daemon == "cached"
                && (daemon.status?.listening ?? []).contains { $0.hasSuffix(":\(Self.cachePort)") }
        }
        guard !isOurs, let holder = PortSearch.holder(of: Self.cachePort) else { return nil }
        // A cache whose control socket is elsewhere is nobody's rival; systemd holds a socket for a
        // service that is started by its first client.
        return ["cached", "systemd"].contains(holder.program) ? nil : holder
    }
}
