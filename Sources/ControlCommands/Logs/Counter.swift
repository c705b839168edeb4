import Synchronization

/// Counts from 0.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    /// The count before this call.
    func next() -> Int { self.count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
