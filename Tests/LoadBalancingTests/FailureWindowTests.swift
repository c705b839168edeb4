import Base
import TestSupport
import Testing

@testable import LoadBalancing

/// nginx's passive health rule: so many failures within a window make a server rest, then one
/// request tries it. Method: a clock moved by hand, each case one story.
@Suite struct FailureWindowTests {
    @Test(arguments: [1, 2, 3])
    func aServerRestsAfterSoManyFailures(_ failureCountMax: Int) {
        var group = TestGroup(weights: [1, 1]) {
            $0[0].failureCountMax = failureCountMax
            $0[1].isDown = true
        }
        for _ in 0..<failureCountMax {
            #expect(group.conditions[0] == .up)
            #expect(group.one(.failed) == "a")
        }
        #expect(group.conditions[0] == .failed)
        #expect(group.one() == "-")
    }

    @Test func aServerWithoutALimitNeverRests() {
        var group = TestGroup(weights: [1, 1]) { $0[0].failureCountMax = 0 }
        for _ in 0..<20 { _ = group.one(.failed) }
        #expect(group.conditions[0] == .up)
        #expect(group.balancer.peers[0].failedCount > 0)
    }

    @Test func theRestEndsAfterTheWindowWithOneTrial() {
        var group = TestGroup(weights: [1, 1])
        #expect(group.failEverywhere() == "ab")
        #expect(group.one() == "-", "both rest")
        group.clock.advance(by: .seconds(10))
        #expect(group.one() == "-", "the window's last moment belongs to it")
        group.clock.advance(by: .milliseconds(1))
        #expect(group.begin() != nil)
        #expect(group.begin() != nil)
        #expect(group.begin() == nil, "each has one trial a window")
    }

    @Test func aTrialThatFailsBeginsAnotherWindow() {
        var group = TestGroup(weights: [1, 1])
        _ = group.failEverywhere()
        group.clock.advance(by: .seconds(11))
        _ = group.failEverywhere()
        group.clock.advance(by: .seconds(9))
        #expect(group.one() == "-")
        group.clock.advance(by: .seconds(2))
        #expect(group.one() != "-")
    }

    @Test func aTrialThatSucceedsMakesTheServerWell() {
        var group = TestGroup(weights: [1, 1]) { $0[1].isDown = true }
        #expect(group.one(.failed) == "a")
        group.clock.advance(by: .seconds(11))
        #expect(group.one(.succeeded) == "a")
        #expect(group.balancer.peers[0].windowFailureCount == 0)
        #expect(group.run(3) == "aaa")
    }

    @Test func failuresOfDifferentWindowsAreNotAddedUpAfterASuccess() {
        var group = TestGroup(weights: [1, 1]) {
            $0[0].failureCountMax = 2
            $0[1].isDown = true
        }
        for _ in 0..<6 {
            #expect(group.one(.failed) == "a")
            group.clock.advance(by: .seconds(11))
            #expect(group.one(.succeeded) == "a")
        }
        #expect(group.conditions[0] == .up)
    }

    @Test func aSuccessWithinTheWindowForgivesNothing() {
        // nginx clears the count only by a request that was chosen after the window was over.
        var group = TestGroup(weights: [1, 1]) {
            $0[0].failureCountMax = 2
            $0[1].isDown = true
        }
        #expect(group.one(.failed) == "a")
        group.clock.advance(by: .seconds(1))
        #expect(group.one(.succeeded) == "a")
        #expect(group.one(.failed) == "a")
        #expect(group.conditions[0] == .failed)
    }

    @Test func anAnswerThatSaysNothingOfTheServerChangesNothing() {
        var group = TestGroup(weights: [1, 1])
        for _ in 0..<6 { _ = group.one(.undecided) }
        #expect(group.conditions == [.up, .up])
        #expect(group.balancer.peers.map(\.failedCount) == [0, 0])
    }

    @Test func theOnlyServerNeverRests() {
        var group = TestGroup(weights: [1])
        for _ in 0..<5 { #expect(group.one(.failed) == "a") }
        #expect(group.conditions == [.up])
        #expect(group.balancer.peers[0].failedCount == 5, "they are counted all the same")
    }

    @Test func aFailureLowersTheWeightForAWhile() {
        var group = TestGroup(weights: [4, 4]) {
            for index in $0.indices { $0[index].failureCountMax = 2 }
        }
        #expect(group.one(.failed) == "a")
        #expect(group.balancer.peers.map(\.effectiveWeight) == [2, 4])
        #expect(group.run(3) == "bba", "it has to gain for longer")
        #expect(group.balancer.peers.map(\.effectiveWeight) == [4, 4], "one more each round")
        let word = group.run(8)
        #expect(word.utf8.count { $0 == UInt8(ascii: "a") } == 4, "\(word)")
    }

    @Test func moreFailuresThanTheWeightHoldsLowerItToNothing() {
        var group = TestGroup(weights: [2, 2])
        for _ in 0..<3 { _ = group.begin() }
        let active = group.balancer.peers.map(\.activeCount)
        for (index, count) in active.enumerated() {
            for _ in 0..<count { group.balancer.finished(index, .failed, now: group.clock.now) }
        }
        #expect(group.balancer.peers.map(\.effectiveWeight) == [0, 0])
        group.clock.advance(by: .seconds(11))
        #expect(group.one() != "-", "who weighs nothing is chosen all the same")
    }

    @Test func aReloadKeepsWhatIsKnownOfAServer() {
        var old = TestGroup(weights: [1, 1])
        _ = old.failEverywhere()
        _ = old.begin()
        var new = TestGroup(weights: [3, 1, 1])
        new.balancer.inherit(2, from: old.balancer.peers[0])
        #expect(new.conditions == [.up, .up, .failed])
        #expect(new.balancer.peers[2].chosenCount == 1)
        #expect(new.balancer.peers[2].failedCount == 1)
        #expect(new.balancer.peers[2].activeCount == 0, "the old group's requests stay there")
        #expect(!new.run(8).contains("c"))
    }
}
