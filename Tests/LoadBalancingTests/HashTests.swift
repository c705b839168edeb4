import Base
import TestSupport
import Testing

@testable import LoadBalancing

/// The hash methods place keys where nginx places them. Method: tables of what nginx 1.22 chose for
/// three servers with the weights 1, 2, 1, and with the second of them down.
@Suite struct HashTests {
    private static let keys = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
        "/index.jsp", "user42", "a", "b", "c", "0",
    ]

    private func group(_ method: BalancingMethod, secondIsDown: Bool) -> TestGroup {
        TestGroup(weights: [1, 2, 1], method) {
            for index in $0.indices {
                $0[index].name = "127.0.0.1:\(18_081 + index)"
                $0[index].failureCountMax = 0
            }
            $0[1].isDown = secondIsDown
        }
    }

    @Test(arguments: [
        (false, false, "abccbacacbbccbbc"), (false, true, "accccacacaccccac"),
        (true, false, "bacabcacccabbcbb"), (true, true, "aacaccacccacacca"),
    ])
    func keysComeToTheServersOfNginx(
        _ isConsistent: Bool, _ secondIsDown: Bool, _ expected: String
    ) {
        var group = self.group(.hash(isConsistent: isConsistent), secondIsDown: secondIsDown)
        for _ in 0..<2 {
            let word = Self.keys.map { group.one(.succeeded, .key($0.utf8)) }.joined()
            #expect(word == expected)
        }
    }

    @Test(arguments: [(false, "abbbbcabcabb"), (true, "accaacaacaaa")])
    func addressesComeToTheServersOfNginx(_ secondIsDown: Bool, _ expected: String) {
        var group = self.group(.addressHash, secondIsDown: secondIsDown)
        let loopback: [UInt8] = Array(repeating: 0, count: 15) + [1]
        let documentation: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11)
        let addresses: [[UInt8]] = [
            [127, 0, 0, 1], [10, 0, 0, 1], [10, 0, 0, 200], [10, 0, 1, 1], [192, 168, 1, 7],
            [8, 8, 8, 8], [203, 0, 113, 9], [172, 16, 5, 4], [1, 2, 3, 4],
            documentation + [1], documentation + [2], loopback,
        ]
        #expect(addresses.map { group.one(.succeeded, .key($0)) }.joined() == expected)
    }

    @Test(arguments: [BalancingMethod.hash(isConsistent: false), .hash(isConsistent: true)])
    func anEmptyKeyGoesRoundInstead(_ method: BalancingMethod) {
        var group = TestGroup(weights: [1, 1, 1], method)
        #expect(group.run(6) == "abcabc")
    }

    @Test(arguments: [
        BalancingMethod.hash(isConsistent: false), .hash(isConsistent: true), .addressHash,
    ])
    func whoIsTriedOrRestsIsPassedOverAndNobodyIsLeftOut(_ method: BalancingMethod) {
        var group = TestGroup(weights: [1, 1, 1, 1], method) { $0[3].isBackup = true }
        for number in 0..<50 {
            let word = group.failEverywhere(.key([UInt8(number), 1, 2, 3]))
            #expect(word.utf8.count == 4 && Set(word) == ["a", "b", "c", "d"], "\(word)")
            #expect(word.last == "d", "the backup comes last: \(word)")
            #expect(group.one(.succeeded, .key([1, 1, 2, 3])) == "-")
            group.clock.advance(by: .seconds(11))
        }
    }

    @Test func aServerThatLeavesTheRingMovesOnlyItsOwnKeys() {
        func places(_ count: Int) -> [String] {
            var group = TestGroup(
                weights: Array(repeating: 1, count: count), .hash(isConsistent: true))
            return (0..<1_000).map { group.one(.succeeded, .key("key\($0)".utf8)) }
        }
        let (five, four) = (places(5), places(4))
        for (before, after) in zip(five, four) where before != "e" { #expect(before == after) }
        let counts = ["a", "b", "c", "d", "e"].map { name in five.count { $0 == name } }
        #expect(counts.allSatisfy { $0 > 100 }, "\(counts)")
    }

    @Test func aWeightThatIsChangedMovesKeysOnTheRing() {
        var group = TestGroup(weights: [1, 1], .hash(isConsistent: true))
        func count(_ group: inout TestGroup) -> Int {
            (0..<1_000).count { group.one(.succeeded, .key("key\($0)".utf8)) == "a" }
        }
        let before = count(&group)
        var policy = group.balancer.peers[0].policy
        policy.weight = 9
        group.balancer.setPolicy(policy, of: 0)
        let after = count(&group)
        #expect(before < 700 && after > 800, "\(before) of 1000, then \(after)")
    }

    @Test func drawsFollowTheWeightsAndAvoidTheBusy() {
        var single = TestGroup(weights: [1, 3], .random(ofTwo: false), seed: 7)
        let word = single.run(4_000)
        let share = word.utf8.count { $0 == UInt8(ascii: "b") }
        #expect((2_800...3_200).contains(share), "\(share)")
        var two = TestGroup(weights: [1, 1, 1], .random(ofTwo: true), seed: 7)
        for _ in 0..<300 { _ = two.begin() }
        let active = two.balancer.peers.map(\.activeCount)
        #expect(active.allSatisfy { (90...110).contains($0) }, "\(active)")
    }

    @Test func theCheckSumIsThatOfZlib() {
        for (text, value) in [("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43)] {
            var sum = CRC32()
            sum.update(Array(text.utf8))
            #expect(sum.value == UInt32(value))
        }
    }
}
