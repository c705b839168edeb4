import Base
import EventLoop
import Sessions
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import AppServer

/// What the Manager's attributes change, and what happens without caches.
@Suite(
    .timeLimit(.minutes(1)), .serialized,
    .enabled(if: (try? Files.status("/usr/bin/memcached")) != nil))
struct SessionModeTests {
    /// Starts tasks on the cluster's loop and waits for all of them.
    private func parallel(
        _ taskCount: Int, on loop: Loop, _ body: @escaping @Sendable (Int) async -> Void
    ) async {
        let gate = Countdown(taskCount)
        await Suspension.wait { suspension in
            gate.suspension.withLock { $0 = suspension }
            for index in 0..<taskCount {
                loop.spawn {
                    await body(index)
                    gate.finishOne()
                }
            }
        }
    }

    @Test(arguments: ["true", "false"])
    func parallelIncrementsWithTheLockEndAtTheirNumber(sticky: String) async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(
                on: group.loops[0],
                [(name: "lockingMode", value: "all"), (name: "sticky", value: sticky)])
            let first = Browser()
            _ = try await cluster.request(0, first, adds: false)
            let id = first.id
            let seen = Collector()
            await self.parallel(32, on: cluster.loop) { index in
                let browser = Browser()
                browser.id = id
                for turn in 0..<4 {
                    let answer = try? await cluster.request((index + turn) % 2, browser)
                    seen.add(answer?.count ?? -1)
                }
            }
            #expect(seen.sorted == Array(1...128))
            #expect(try await cluster.request(0, first, adds: false).count == 128)
        }
    }

    @Test func parallelWritersOfDifferentAttributesBothWinWithoutLock() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let first = Browser()
            _ = try await cluster.request(0, first, adds: false)
            let id = first.id
            await self.parallel(24, on: cluster.loop) { index in
                let browser = Browser()
                browser.id = id
                await #expect(throws: Never.self) {
                    try await cluster.request(index % 2, browser, adds: false) { _, session in
                        #expect(session != nil, "writer \(index)")
                        session?.setAttribute("writer \(index)", .int32(Int32(index)))
                    }
                }
            }
            for server in 0..<2 {
                _ = try await cluster.request(server, first, adds: false) { _, session in
                    #expect(session?.attributeNames.count == 24)
                }
            }
        }
    }

    @Test func failoverNodeIsUsedOnlyWhenNoOtherLives() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(
                on: group.loops[0], [(name: "failoverNodes", value: "n1")])
            for _ in 0..<10 {
                let browser = Browser()
                _ = try await cluster.request(0, browser)
                let id = try #require(browser.id)
                #expect(id.hasSuffix("-n2"))
                guard case .found = await cluster.item(0, "bak:" + id) else {
                    return #expect(Bool(false), "the copy is on the failover node")
                }
            }
            cluster.caches[1].stop(9)
            let part = try #require(cluster.servers[0].store).on(cluster.loop)
            try await cluster.until("the death is seen") { part.view.available.count == 1 }
            let browser = Browser()
            _ = try await cluster.request(0, browser)
            #expect(browser.id?.hasSuffix("-n1") == true)
            // Back, and nobody has noticed yet: a new session is not put on the failover node.
            try cluster.caches[1].start()
            // Starting it has kept the loop: the time of its turn is old.
            await cluster.loop.yield()
            let next = Browser()
            _ = try await cluster.request(0, next)
            #expect(next.id?.hasSuffix("-n2") == true)
        }
    }

    @Test func stickySessionsGoOnWithoutCachesAndAreStoredAgain() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0], routes: ["node4", "node5"])
            let browser = Browser()
            for _ in 0..<3 { _ = try await cluster.request(0, browser) }
            let id = try #require(browser.id)
            #expect(id.hasSuffix(".node4"))
            for cache in cluster.caches { cache.stop(9) }
            for number in 4...6 {
                let answer = try await cluster.request(0, browser)
                #expect(answer.count == Int32(number) && answer.durability == .local)
                #expect(browser.id == id)
            }
            let new = Browser()
            for number in 1...3 {
                #expect(try await cluster.request(0, new).count == Int32(number))
            }
            #expect(SessionID(parsing: try #require(new.id))?.node == nil)
            #expect(cluster.servers[0].status.isLocal)
            for cache in cluster.caches { try cache.start() }
            try await cluster.untilComplete()
            #expect(try await cluster.request(1, browser).count == 7)
            #expect(browser.id?.hasSuffix(".node5") == true)
            #expect(try await cluster.request(1, new).count == 4)
            #expect(SessionID(parsing: try #require(new.id))?.node != nil)
            #expect(cluster.servers[1].counters[.tomcatFailover] == 2)
        }
    }

    @Test func withoutAffinityNothingFalseIsToldToABrowser() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0], [(name: "sticky", value: "false")])
            let browser = Browser()
            for number in 0..<4 { _ = try await cluster.request(number % 2, browser) }
            let id = browser.id
            for cache in cluster.caches { cache.stop(9) }
            for number in 0..<4 {
                let answer = try await cluster.request(number % 2, browser)
                #expect(answer.cookie == .unchanged && answer.durability == .requestOnly)
            }
            #expect(browser.id == id)
            #expect(cluster.servers[0].counters[.requestOnly] == 2)
            for cache in cluster.caches { try cache.start() }
            try await cluster.untilComplete()
            #expect(try await cluster.request(0, browser).count == 5)
        }
    }

    @Test func divergedCopiesAreCountedAndTheHigherVersionWins() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            for number in 0..<4 { _ = try await cluster.request(number % 2, browser) }
            for cache in cluster.caches { cache.stop(9) }
            var highest: Int32 = 0
            for number in [0, 1, 0, 1, 0, 0, 0] {
                highest = max(highest, try await cluster.request(number, browser).count ?? 0)
            }
            for cache in cluster.caches { try cache.start() }
            try await cluster.untilComplete()
            #expect(try await cluster.request(1, browser).count == highest + 1)
            #expect(cluster.servers.contains { $0.counters[.diverged] > 0 })
        }
    }

    @Test func ignoredRequestsNeitherLoadNorStoreNorSetCookies() async throws {
        try await runOnLoop { group in
            let pattern = #".*\.(ico|png|gif|jpg|css|js)$"#
            let cluster = try SharedCluster(
                on: group.loops[0], [(name: "requestUriIgnorePattern", value: pattern)])
            let browser = Browser()
            let ignored = try await cluster.request(0, browser, path: "/testapp/a.css")
            #expect(ignored.cookie == .unchanged && browser.id == nil)
            _ = try await cluster.request(0, browser, path: "/testapp/p.jsp")
            #expect(browser.id != nil)
            #expect(cluster.servers[0].counters[.ignoredRequests] == 1)
        }
    }

    @Test func asynchronousBackupKeepsTheCounterExactAndBothCopiesCome() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(
                on: group.loops[0], [(name: "sessionBackupAsync", value: "true")])
            let browser = Browser()
            for number in 1...50 {
                #expect(try await cluster.request(number % 2, browser).count == Int32(number))
            }
            let id = try #require(browser.id)
            let home = try cluster.cacheIndex(browser)
            try await cluster.until("both copies agree") {
                guard case .found(let flags, _, _) = await cluster.item(home, id),
                    case .found(flags, _, _) = await cluster.item(1 - home, "bak:" + id)
                else { return false }
                return true
            }
        }
    }

    @Test func unknownAndUndecodableIDsGetANewSession() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            let forged = String(repeating: "A", count: 32) + "-n1"
            browser.id = forged
            _ = try await cluster.request(0, browser)
            #expect(browser.id?.prefix(32) != forged.prefix(32))
            let broken = String(repeating: "B", count: 32) + "-n2"
            let part = try #require(cluster.servers[0].store).on(cluster.loop)
            let item = StoredItem(
                key: broken, value: Array("not a session".utf8), flags: 1, expiry: 100,
                condition: .any)
            _ = await part.perform([StoreRequest(1, .store(item))])
            browser.id = broken
            _ = try await cluster.request(0, browser)
            #expect(browser.id?.prefix(32) != broken.prefix(32))
            #expect(await cluster.item(1, broken) == .missing)
            #expect(cluster.servers[0].counters[.undecodable] == 1)
            for _ in 0..<3 {
                let guess = Browser()
                guess.id = String(repeating: "C", count: 32) + "-n1"
                _ = try await cluster.request(0, guess, adds: false)
            }
            #expect(cluster.servers[0].counters[.unknownIDs] == 5)
        }
    }

    @Test func operatorsSeeAndEndSessions() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            for number in 0..<3 { _ = try await cluster.request(number % 2, browser) }
            let id = try #require(browser.id)
            #expect(cluster.servers[0].list().map(\.id) == [id])
            let shown = await cluster.servers[1].inspect(id, on: cluster.loop)
            #expect(shown?.attributes == ["count": .int32(3)])
            #expect(shown?.summary.copyCount == 2)
            #expect(await cluster.servers[0].expire(id, on: cluster.loop))
            #expect(await !cluster.servers[0].expire(id, on: cluster.loop))
            #expect(await cluster.servers[1].inspect(id, on: cluster.loop) == nil)
            _ = try await cluster.request(1, browser)
            #expect(browser.id?.prefix(32) != id.prefix(32))
        }
    }

    @Test func changedIDKeepsTheAttributesAndEndsTheOldOne() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            for _ in 0..<2 { _ = try await cluster.request(0, browser) }
            let old = try #require(browser.id)
            let handle = await cluster.servers[0].begin(
                SessionRequest(method: "POST", path: "/login", requestedID: old), on: cluster.loop)
            await handle.changeSessionID()
            guard case .set(let new) = await handle.finish().cookie else {
                return #expect(Bool(false), "a new cookie is set")
            }
            #expect(new.prefix(32) != old.prefix(32))
            browser.id = new
            #expect(try await cluster.request(1, browser).count == 3)
            browser.id = old
            #expect(try await cluster.request(1, browser).count == 1)
        }
    }
}

/// Wakes a task when a number of others have finished.
private final class Countdown: Sendable {
    let suspension = Mutex<Suspension?>(nil)
    private let rest: Mutex<Int>

    init(_ count: Int) { self.rest = Mutex(count) }

    func finishOne() {
        let isLast = self.rest.withLock { rest in
            rest -= 1
            return rest == 0
        }
        if isLast { self.suspension.withLock { $0 }?.resume() }
    }
}

/// Gathers numbers from several tasks.
private final class Collector: Sendable {
    private let numbers = Mutex<[Int32]>([])

    func add(_ number: Int32) { self.numbers.withLock { $0.append(number) } }
    var sorted: [Int32] { self.numbers.withLock { $0.sorted() } }
}
