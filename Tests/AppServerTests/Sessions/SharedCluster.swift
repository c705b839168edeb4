import Base
import EventLoop
import Sessions
import SystemInterface
import TestSupport
import Testing

@testable import AppServer

/// Two real memcacheds and two application servers' session managers, in one process.
final class SharedCluster: Sendable {
    let caches: [PeerProcess]
    let servers: [SessionManager]
    let loop: Loop

    init(
        on loop: Loop, routes: [String?] = [nil, nil],
        _ attributes: [(name: String, value: String)] = []
    ) throws {
        self.loop = loop
        let caches = try (0..<2).map { _ in try #require(try PeerProcess.memcached()) }
        self.caches = caches
        let nodes = caches.enumerated().map { "n\($0.offset + 1):unix:\($0.element.socketPath)" }
        let all = [
            ("className", "de.javakaffee.web.msm.MemcachedBackupSessionManager"),
            ("memcachedNodes", nodes.joined(separator: ",")),
        ]
        let configuration = try SessionManagerSettings.read(
            all.map { (name: $0.0, value: $0.1) } + attributes)
        self.servers = try routes.map { route in
            try SessionManager(
                settings: configuration.settings,
                context: SessionContext(host: "localhost", name: "testapp", jvmRoute: route)
            ) { print("    log:", $0) }
        }
        for server in self.servers { server.start(on: [loop]) }
    }

    deinit { for server in self.servers { server.stop() } }

    /// What a request answered.
    struct Answer {
        var cookie: SessionOutcome.Cookie
        var durability: SessionOutcome.Durability
        var count: Int32?
        var id: String?
    }

    /// A page that counts, or only reads.
    func request(
        _ server: Int, _ browser: Browser, path: String = "/testapp/counter.jsp", adds: Bool = true,
        _ body: ((SessionHandle, Session?) throws -> Void)? = nil
    ) async throws -> Answer {
        let handle = await self.servers[server].begin(
            SessionRequest(method: "GET", path: path, requestedID: browser.id), on: self.loop)
        var answer = Answer(cookie: .unchanged, durability: .notNeeded)
        if !handle.isIgnored, let session = try handle.session(create: true) {
            var count: Int32 = 0
            if case .int32(let number) = session.attribute("count") { count = number }
            if adds {
                count += 1
                session.setAttribute("count", .int32(count))
            }
            answer.count = count
            answer.id = session.id
            try body?(handle, session)
        }
        let outcome = await handle.finish()
        answer.cookie = outcome.cookie
        answer.durability = outcome.durability
        switch outcome.cookie {
        case .set(let id): browser.id = id
        case .remove: browser.id = nil
        case .unchanged: break
        }
        return answer
    }

    /// The index of the cache that the browser's id names.
    func cacheIndex(_ browser: Browser) throws -> Int {
        let id = try #require(browser.id.flatMap { SessionID(parsing: $0) })
        return id.node == "n1" ? 0 : 1
    }

    /// Waits until something is so; fails after ten seconds.
    func until(
        _ what: Comment, _ condition: () async throws -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let limit = SystemClock.now() + .seconds(10)
        while try await !condition() {
            try #require(SystemClock.now() < limit, what, sourceLocation: sourceLocation)
            await self.loop.sleep(until: self.loop.now + .milliseconds(10))
        }
    }

    /// Waits until no server knows of a missing copy.
    func untilComplete(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await self.until(
            "copies are still missing",
            {
                self.servers.allSatisfy {
                    $0.status.copiesMissing == 0 && $0.status.nodes.allSatisfy(\.isUp)
                }
            }, sourceLocation: sourceLocation)
    }

    /// What a cache holds under a key.
    func item(_ cache: Int, _ key: String) async -> StoreAnswer {
        guard let part = self.servers[0].store?.on(self.loop) else { return .unavailable }
        return await part.perform([StoreRequest(cache, .load(key: key))])[0]
    }
}

/// What a browser keeps.
final class Browser: @unchecked Sendable {
    // SAFETY: each test uses its browsers on one loop only.
    var id: String?
}
