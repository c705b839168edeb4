import TestSupport
import Testing

@testable import LoadBalancing

/// nginx's smooth weighted round robin, request for request. Method: weights in, a word of choices
/// out, as nginx's own description has them.
@Suite struct RoundRobinTests {
    @Test(
        arguments: [
            ([5, 1, 1], "aabacaa"), ([1, 1], "ab"), ([1, 2], "bab"), ([3, 1], "aaba"),
            ([1, 1, 1], "abc"), ([1, 2, 4], "cbcacbc"), ([7], "aaaaaaa"), ([2, 2], "ab"),
            ([4, 3, 2, 1], "abcabdacba"),
        ] as [([Int], String)])
    func oneRoundIsInterleavedByTheWeights(_ weights: [Int], _ round: String) {
        var group = TestGroup(weights: weights)
        #expect(group.run(round.utf8.count) == round)
        #expect(group.run(round.utf8.count) == round, "the next round is the same")
    }

    @Test func runningRequestsDoNotChangeTheRound() {
        var group = TestGroup(weights: [5, 1, 1])
        let word = (0..<7).map { _ in TestGroup.name(group.begin()) }.joined()
        #expect(word == "aabacaa")
        #expect(group.balancer.peers.map(\.activeCount) == [5, 1, 1])
        #expect(group.balancer.peers.map(\.chosenCount) == [5, 1, 1])
    }

    @Test func aRetryGoesToAServerThatWasNotTried() {
        var group = TestGroup(weights: [1, 1, 1])
        #expect(group.failEverywhere() == "abc")
    }

    @Test func backupsServeOnlyWhenNoOrdinaryServerCan() {
        var group = TestGroup(weights: [1, 1, 1, 2]) {
            $0[2].isBackup = true
            $0[3].isBackup = true
        }
        #expect(group.run(4) == "abab")
        #expect(group.failEverywhere() == "abdc", "then the backups, by their weights")
        group.clock.advance(by: .seconds(11))
        #expect(Set(group.run(8)) == ["a", "b"])
    }

    @Test func aServerThatIsDownOrDrainsOrIsFullIsPassedOver() {
        var group = TestGroup(weights: [1, 1, 1, 1]) {
            $0[0].isDown = true
            $0[1].isDraining = true
            $0[2].requestCountMax = 1
        }
        #expect(group.begin() == 2)
        #expect(group.run(3) == "ddd")
        #expect(group.conditions == [.down, .draining, .full, .up])
        group.balancer.finished(2, .undecided, now: group.clock.now)
        #expect(Set(group.run(4)) == ["c", "d"])
    }

    @Test func aGroupInWhichNobodyCanServeSaysSo() {
        var group = TestGroup(weights: [1, 1]) {
            $0[0].isDown = true
            $0[1].isDown = true
        }
        #expect(group.one() == "-")
        #expect(group.balancer.peers.map(\.chosenCount) == [0, 0])
    }

    @Test(arguments: [(true, false, 0, "-"), (false, true, 0, "-"), (false, false, 1, "a")])
    func theOnlyServerIsUsedUnlessItIsSwitchedOffOrFull(
        _ isDown: Bool, _ isDraining: Bool, _ requestCountMax: Int, _ expected: String
    ) {
        var group = TestGroup(weights: [1]) {
            $0[0].isDown = isDown
            $0[0].isDraining = isDraining
            $0[0].requestCountMax = requestCountMax
        }
        #expect(group.one() == expected)
    }

    @Test func aPolicyThatIsChangedCountsFromThen() {
        var group = TestGroup(weights: [1, 1])
        #expect(group.run(2) == "ab")
        var policy = group.balancer.peers[1].policy
        policy.isDown = true
        group.balancer.setPolicy(policy, of: 1)
        #expect(group.run(3) == "aaa")
        policy.isDown = false
        policy.weight = 3
        group.balancer.setPolicy(policy, of: 1)
        // The new weight is reached step by step, as after a failure.
        _ = group.run(8)
        let word = group.run(40)
        #expect(word.utf8.count { $0 == UInt8(ascii: "b") } == 30)
    }

    @Test func groupsOfManyServersRememberWhatWasTried() {
        var tried = TriedPeers()
        for index in [0, 63, 64, 200] {
            #expect(!tried.contains(index))
            tried.insert(index)
            #expect(tried.contains(index))
        }
        #expect(!tried.contains(1) && !tried.contains(65) && !tried.contains(1_000))
        #expect(tried.count == 4)
    }
}
