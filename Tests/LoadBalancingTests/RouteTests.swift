import Base
import TestSupport
import Testing

@testable import LoadBalancing

/// Sessions stay with their server: routes, redirects, fail-over. Both front ends use it.
@Suite struct RouteTests {
    private func group(
        health: HealthRule = .failureWindow, _ configure: (inout [PeerPolicy]) -> Void = { _ in }
    ) -> TestGroup {
        let method: BalancingMethod = health == .failureWindow ? .roundRobin : .byRequests
        return TestGroup(weights: [1, 1, 1], method, health: health) {
            for (index, route) in ["r1", "r2", "r3"].enumerated() { $0[index].route = route }
            configure(&$0)
        }
    }

    @Test(arguments: [("r1", "a"), ("r2", "b"), ("r3", "c")])
    func aSessionComesToItsServer(_ route: String, _ server: String) {
        var group = self.group()
        for _ in 0..<3 { #expect(group.one(.succeeded, .route(route)) == server) }
    }

    @Test(arguments: ["r9", "R1", "r", "r11"])
    func anUnknownRouteGoesAnywhere(_ route: String) {
        var group = self.group()
        #expect((0..<3).map { _ in group.one(.succeeded, .route(route)) } == ["a", "b", "c"])
        #expect(
            group.one(.succeeded, .route(route, insists: true)) == "a",
            "who insists on a server that does not exist is served all the same")
    }

    @Test func aServerThatCannotServeItsSessionIsReplaced() {
        var down = self.group { $0[1].isDown = true }
        #expect(down.one(.succeeded, .route("r2")) == "a")
        var failed = self.group()
        #expect(failed.one(.failed, .route("r2")) == "b")
        #expect(failed.one(.succeeded, .route("r2")) != "b")
        failed.clock.advance(by: .seconds(11))
        #expect(failed.one(.succeeded, .route("r2")) == "b", "it is tried again")
        var full = self.group { $0[1].requestCountMax = 1 }
        #expect(full.begin(.route("r2")) == 1)
        #expect(full.one(.succeeded, .route("r2")) == "a")
    }

    @Test func aRetryOfASessionLeavesItsServer() {
        var group = self.group()
        #expect(group.failEverywhere(.route("r3")) == "cab")
    }

    @Test func whoInsistsIsRefusedWhereItsServerCannotServe() {
        var group = self.group { $0[1].isDown = true }
        #expect(group.one(.succeeded, .route("r2", insists: true)) == "-")
        #expect(group.one(.succeeded, .route("r1", insists: true)) == "a")
    }

    @Test func aRedirectNamesWhoTakesTheSessionsOver() {
        var group = self.group(health: .httpd) {
            $0[0].redirectRoute = "r3"
            $0[0].isDown = true
        }
        for _ in 0..<3 { #expect(group.one(.succeeded, .route("r1")) == "c") }
        var loop = self.group(health: .httpd) {
            $0[0].redirectRoute = "r1"
            $0[0].isDown = true
        }
        #expect(loop.one(.succeeded, .route("r1")) == "b", "a redirect to itself leads nowhere")
    }

    @Test func sessionsCountAsPartOfTheRoundWithHttpdOnly() {
        var httpd = self.group(health: .httpd)
        for _ in 0..<2 { _ = httpd.one(.succeeded, .route("r1")) }
        #expect(httpd.run(4) == "bcbc", "the others catch up")
        var nginx = self.group()
        for _ in 0..<2 { _ = nginx.one(.succeeded, .route("r1")) }
        #expect(nginx.run(3) == "abc")
    }

    @Test func theOnlyServerServesItsSessionsEvenAfterFailures() {
        var group = TestGroup(weights: [1]) { $0[0].route = "r1" }
        #expect(group.one(.failed, .route("r1")) == "a")
        #expect(group.one(.succeeded, .route("r1")) == "a")
        #expect(group.one(.succeeded, .route("r2")) == "a")
    }

    @Test func aSessionThatComesBackAfterTheRestIsItsServersTrial() {
        var group = self.group()
        #expect(group.one(.failed, .route("r1")) == "a")
        group.clock.advance(by: .seconds(11))
        #expect(group.one(.succeeded, .route("r1")) == "a")
        #expect(group.balancer.peers[0].windowFailureCount == 0, "the trial made it well")
        #expect(group.run(3).contains("a"))
    }
}
