import Base
import TestSupport
import Testing

@testable import LoadBalancing

/// httpd's groups: `byrequests`, sets, hot standbys, spares, and the state of error. The schedules
/// are those that httpd's manual prints for mod_lbmethod_byrequests.
@Suite struct SetsTests {
    /// A group by httpd's rules whose servers rest for a minute after a failure.
    private func group(
        _ weights: [Int], forcesRecovery: Bool = true,
        _ configure: (inout [PeerPolicy]) -> Void = { _ in }
    ) -> TestGroup {
        let health = HealthRule.errorState(forcesRecovery: forcesRecovery)
        return TestGroup(weights: weights, .byRequests, health: health) {
            for index in $0.indices { $0[index].failureWindow = .seconds(60) }
            configure(&$0)
        }
    }

    @Test func theSchedulesOfTheManualAreKept() {
        var equal = self.group([25, 25, 25, 25])
        #expect(equal.run(8) == "abcdabcd")
        var disabled = self.group([25, 25, 25, 25]) { $0[1].isDown = true }
        #expect(disabled.run(6) == "acdacd")
        var uneven = self.group([70, 30])
        #expect(uneven.run(10) == "abaaabaaba")
        #expect(uneven.run(10) == "abaaabaaba")
    }

    @Test func lowerSetsAreUsedUpFirst() {
        var group = self.group([1, 1, 1], forcesRecovery: false) {
            $0[0].set = 1
            $0[2].set = 2
        }
        #expect(group.run(3) == "bbb")
        #expect(group.failEverywhere() == "bac")
        #expect(group.one() == "-")
    }

    @Test func aHotStandbyServesWhenNobodyElseIsLeftInAnySet() {
        var group = self.group([1, 1, 1]) {
            $0[0].isBackup = true
            $0[2].set = 1
        }
        #expect(group.failEverywhere() == "bca")
    }

    @Test func aHotSpareTakesThePlaceOfOneOfItsSet() {
        var group = self.group([1, 1, 1, 1]) {
            $0[2].isSpare = true
            $0[3].isSpare = true
        }
        #expect(group.run(4) == "abab")
        #expect(group.one(.failed) == "a")
        let word = group.run(6)
        #expect(Set(word) == ["b", "c"], "one is out, so one spare is in: \(word)")
    }

    @Test func aServerInErrorRestsForItsTime() {
        var group = self.group([1, 1])
        #expect(group.one(.failed) == "a")
        #expect(group.conditions == [.failed, .up])
        #expect(group.run(3) == "bbb")
        group.clock.advance(by: .seconds(59))
        #expect(group.run(2) == "bb")
        group.clock.advance(by: .seconds(2))
        #expect(Set(group.run(4)) == ["a", "b"])
    }

    @Test func aRetryTimeOfZeroNeverLetsAServerRest() {
        var group = self.group([1, 1]) { $0[0].failureWindow = .zero }
        #expect(group.one(.failed) == "a")
        #expect(Set(group.run(2)) == ["a", "b"])
    }

    @Test func whenAllAreInErrorAllAreTriedUnlessForbidden() {
        var forced = self.group([1, 1])
        #expect(forced.failEverywhere() == "ab")
        #expect(Set(forced.run(2)) == ["a", "b"])
        var patient = self.group([1, 1], forcesRecovery: false)
        #expect(patient.failEverywhere() == "ab")
        #expect(patient.one() == "-")
        patient.clock.advance(by: .seconds(61))
        #expect(patient.one() != "-")
    }

    @Test func errorsOfAServerThatIgnoresThemAreOnlyCounted() {
        var group = self.group([1, 1]) { $0[0].ignoresFailures = true }
        #expect(group.one(.failed) == "a")
        #expect(group.conditions[0] == .up)
        #expect(group.balancer.peers[0].failedCount == 1)
    }

    @Test func aDrainingServerGetsItsSessionsOnly() {
        var group = self.group([1, 1]) {
            $0[0].isDraining = true
            $0[0].route = "r1"
        }
        #expect(group.run(3) == "bbb")
        #expect(group.one(.succeeded, .route("r1")) == "a")
    }
}
