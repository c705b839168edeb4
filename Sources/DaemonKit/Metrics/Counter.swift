import Synchronization

/// A number that only grows. Any thread; costs one atomic addition.
package final class Counter: Sendable {
    private let stored = Atomic<Int>(0)

    /// Starts at 0.
    package init() {}

    /// The sum so far.
    package var value: Int { self.stored.load(ordering: .relaxed) }

    /// Adds `count`, which is not negative.
    package func add(_ count: Int = 1) {
        assert(count >= 0, "a counter does not go down")
        self.stored.wrappingAdd(count, ordering: .relaxed)
    }
}

/// A number that goes up and down. Any thread.
package final class Gauge: Sendable {
    private let stored = Atomic<Int>(0)

    /// Starts at 0.
    package init() {}

    /// The present value.
    package var value: Int { self.stored.load(ordering: .relaxed) }

    /// Sets the value.
    package func set(_ value: Int) { self.stored.store(value, ordering: .relaxed) }

    /// Adds `count`, which may be negative.
    package func add(_ count: Int) { self.stored.wrappingAdd(count, ordering: .relaxed) }
}
