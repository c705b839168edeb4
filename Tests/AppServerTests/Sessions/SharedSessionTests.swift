import Base
import EventLoop
import Sessions
import SystemInterface
import TestSupport
import Testing

@testable import AppServer

/// The session manager against Debian's memcached itself: two application servers without affinity.
@Suite(
    .timeLimit(.minutes(1)), .serialized,
    .enabled(if: (try? Files.status("/usr/bin/memcached")) != nil))
struct SharedSessionTests {
    @Test func thousandIncrementsOverBothServersEndAtThousand() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            for number in 1...1_000 {
                let answer = try await cluster.request(number % 2, browser)
                #expect(answer.count == Int32(number))
                #expect(answer.durability == .stored)
                #expect(number == 1 || answer.cookie == .unchanged)
            }
        }
    }

    @Test func theFirstAnswerAfterANodeHasComeHasBothCopies() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            cluster.caches[1].stop(9)
            for _ in 0..<3 {
                // Long enough for the pauses between two attempts to grow.
                try await cluster.until("the pauses have not grown") {
                    let browser = Browser()
                    for _ in 0..<20 { _ = try await cluster.request(0, browser) }
                    return cluster.servers[0].counters[.oneCopy] > 100
                }
                try cluster.caches[1].start()
                let browser = Browser()
                #expect(try await cluster.request(0, browser).durability == .stored)
                #expect(try await cluster.request(1, browser).durability == .stored)
                cluster.caches[1].stop(9)
            }
        }
    }

    @Test func bothCopiesAreThereAndFlagsMoveOnlyWithWrites() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            var seen: Set<UInt32> = []
            for number in 1...4 {
                _ = try await cluster.request(number % 2, browser)
                let id = try #require(browser.id)
                let home = try cluster.cacheIndex(browser)
                guard case .found(let flags, _, let value) = await cluster.item(home, id),
                    case .found(let copyFlags, _, let copy) = await cluster.item(
                        1 - home, "bak:" + id)
                else { return #expect(Bool(false), "both copies are there") }
                #expect(flags == copyFlags && value == copy)
                #expect(seen.insert(flags).inserted)
                let read = try await cluster.request(0, browser, adds: false)
                #expect(read.durability == .notNeeded)
                guard case .found(flags, _, _) = await cluster.item(home, id) else {
                    return #expect(Bool(false), "a read changes no flags")
                }
            }
        }
    }

    @Test func oneUnchangedRequestCostsOneLook() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            _ = try await cluster.request(0, browser)
            let counters = cluster.servers[0].counters
            for _ in 0..<10 { _ = try await cluster.request(0, browser, adds: false) }
            #expect(counters[.confirmed] == 10)
            #expect(counters[.loaded] == 0)
            #expect(counters[.stored] == 1)
        }
    }

    @Test(arguments: ["none", "all"])
    func sessionSurvivesTheDeathOfEachCacheInTurn(lockingMode: String) async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(
                on: group.loops[0], [(name: "lockingMode", value: lockingMode)])
            let browser = Browser()
            var expected: Int32 = 0
            func count() async throws -> SharedCluster.Answer {
                expected += 1
                let answer = try await cluster.request(Int(expected) % 2, browser)
                #expect(answer.count == expected)
                return answer
            }
            for _ in 0..<5 { _ = try await count() }
            let base = SessionID(parsing: try #require(browser.id))?.base
            for _ in 0..<4 {
                let dead = try cluster.cacheIndex(browser)
                cluster.caches[dead].stop(9)
                for _ in 0..<4 { #expect(try await count().durability == .oneCopy) }
                #expect(try cluster.cacheIndex(browser) == 1 - dead)
                #expect(SessionID(parsing: try #require(browser.id))?.base == base)
                #expect(cluster.servers.contains { $0.status.copiesMissing > 0 })
                try cluster.caches[dead].start()
                try await cluster.untilComplete()
                let id = try #require(browser.id)
                guard case .found = await cluster.item(1 - dead, id),
                    case .found = await cluster.item(dead, "bak:" + id)
                else { return #expect(Bool(false), "both copies are there again") }
            }
            for _ in 0..<4 { #expect(try await count().durability == .stored) }
        }
    }

    @Test func missOnALivingNodeAsksTheOtherCopy() async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            for number in 0..<3 { _ = try await cluster.request(number % 2, browser) }
            let home = try cluster.cacheIndex(browser)
            let id = try #require(browser.id)
            let part = try #require(cluster.servers[0].store).on(cluster.loop)
            #expect(await part.perform([StoreRequest(home, .delete(key: id))]) == [.deleted])
            #expect(try await cluster.request(1, browser).count == 4)
            #expect(try await cluster.request(0, browser).count == 5)
            #expect(browser.id == id)
        }
    }

    @Test(arguments: [0, 1])
    func nodeThatComesBackWithOldContentsLoses(which: Int) async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            for number in 0..<3 { _ = try await cluster.request(number % 2, browser) }
            let id = try #require(browser.id)
            let home = try cluster.cacheIndex(browser)
            let dead = which == 0 ? home : 1 - home
            let key = which == 0 ? id : "bak:" + id
            guard case .found(let flags, _, let old?) = await cluster.item(dead, key) else {
                return #expect(Bool(false), "the copy is there")
            }
            for number in 0..<4 { _ = try await cluster.request(number % 2, browser) }
            cluster.caches[dead].stop(9)
            try cluster.caches[dead].start()
            let part = try #require(cluster.servers[0].store).on(cluster.loop)
            try await cluster.until("the node is back") { part.view.available.count == 2 }
            let item = StoredItem(
                key: key, value: old, flags: flags, expiry: 100, condition: .any)
            _ = await part.perform([StoreRequest(dead, .store(item))])
            #expect(try await cluster.request(1, browser).count == 8)
            #expect(try await cluster.request(0, browser).count == 9)
            try await cluster.untilComplete()
            cluster.caches[1 - dead].stop(9)
            #expect(try await cluster.request(1, browser).count == 10)
        }
    }

    @Test(arguments: [nil, 0, 1])
    func endedSessionDoesNotRise(dead: Int?) async throws {
        try await runOnLoop { group in
            let cluster = try SharedCluster(on: group.loops[0])
            let browser = Browser()
            for number in 0..<3 { _ = try await cluster.request(number % 2, browser) }
            let id = try #require(browser.id)
            let home = try cluster.cacheIndex(browser)
            let deadNode = dead.map { $0 == 0 ? home : 1 - home }
            let key = dead == 0 ? id : "bak:" + id
            guard
                case .found(let flags, _, let old?) = await cluster.item(
                    deadNode ?? home, dead == nil ? id : key)
            else { return #expect(Bool(false), "the copy is there") }
            if let deadNode { cluster.caches[deadNode].stop(9) }
            let answer = try await cluster.request(0, browser, adds: false) { _, session in
                session?.invalidate()
            }
            #expect(answer.cookie == .remove)
            if let deadNode {
                try cluster.caches[deadNode].start()
                let part = try #require(cluster.servers[0].store).on(cluster.loop)
                try await cluster.until("the node is back") { part.view.available.count == 2 }
                let item = StoredItem(
                    key: key, value: old, flags: flags, expiry: 100, condition: .any)
                _ = await part.perform([StoreRequest(deadNode, .store(item))])
            }
            for server in [1, 0, 1] {
                let stale = Browser()
                stale.id = id
                let answer = try await cluster.request(server, stale, adds: false)
                #expect(answer.count == 0)
                #expect(stale.id?.prefix(32) != id.prefix(32))
            }
            try await cluster.untilComplete()
        }
    }
}
