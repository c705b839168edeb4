import Base
import TestSupport
import Testing

/// Durations in nanoseconds, against the standard library's own parts.
struct DurationTests {
    @Test(
        arguments: [
            (Duration.zero, 0), (.nanoseconds(1), 1), (.nanoseconds(-1), -1),
            (.seconds(30), 30_000_000_000),
            (.milliseconds(-5), -5_000_000), (.seconds(9_000_000_000), 9_000_000_000_000_000_000),
            (.seconds(10_000_000_000), Int64.max), (.seconds(-10_000_000_000), Int64.min),
            (.seconds(Int64.max), Int64.max), (Duration(attoseconds: 999_999_999), 0),
        ] as [(Duration, Int64)])
    func countsNanoseconds(duration: Duration, expected: Int64) {
        #expect(duration.nanoseconds == expected)
    }

    @Test func agreesWithTheComponentsOfAnyDuration() {
        var random = TestSeed().generator
        for _ in 0..<10_000 {
            let nanoseconds =
                Int64.random(in: .min ... .max, using: &random)
                >> Int64.random(in: 0..<63, using: &random)
            #expect(Duration.nanoseconds(nanoseconds).nanoseconds == nanoseconds)
        }
    }

    @Test func aDeadlineNeverOverflows() {
        let late = Instant(nanoseconds: .max - 5)
        #expect(late + .seconds(1) == .distantFuture)
        #expect(late.adding(nanoseconds: 6) == .distantFuture)
        #expect(Instant(nanoseconds: 7) - Instant(nanoseconds: 9) == .nanoseconds(-2))
    }
}
