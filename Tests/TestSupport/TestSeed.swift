package import Base
import SystemInterface

/// The seed of a randomised test: fresh each run, or the one in HOLDFAST_SEED.
package struct TestSeed: Sendable, CustomStringConvertible {
    /// The seed's value.
    package let value: UInt64

    /// Takes HOLDFAST_SEED, or a fresh seed, and prints it with the name of the test.
    package init(_ testName: String = #function) {
        let given = Processes.environment("HOLDFAST_SEED").flatMap { UInt64($0) }
        let fresh = UInt64(truncatingIfNeeded: SystemClock.unixNanoseconds())
        self.value = given ?? fresh
        print("\(testName): HOLDFAST_SEED=\(self.value)")
    }

    /// A generator that starts at the seed.
    package var generator: SeededGenerator { SeededGenerator(seed: self.value) }

    package var description: String { "HOLDFAST_SEED=\(self.value)" }
}

/// Time that stands still until the test moves it.
package struct ManualClock: Sendable {
    /// The present.
    package var now = Instant(nanoseconds: 1_000_000_000)

    /// Starts one second after the clock's beginning.
    package init() {}

    /// Moves the present on.
    package mutating func advance(by duration: Duration) { self.now = self.now + duration }
}
