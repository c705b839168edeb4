import Base
import SystemInterface

/// What the machine adds to a turn by itself, measured as turns are.
///
/// A virtual machine's host may take the processor away, and it finds memory for a page when that
/// is first used: a megabyte then takes ten times as long, with single ones far beyond. A turn of
/// the cache that is longer than others by no more than that says nothing of the cache.
enum MachineNoise {
    private static let stepCount = 200_000
    private static let repetitions = 2_500
    private static let pageByteCount = 4_096

    /// How long the same piece took.
    struct Times {
        private var sorted: [Int64]

        fileprivate init(_ times: [Int64]) { self.sorted = times.sorted() }

        /// Median, 99th percentile and longest, in microseconds.
        var text: String {
            let last = self.sorted.count - 1
            return [last / 2, last * 99 / 100, last].map { "\(self.sorted[$0] / 1_000)" }
                .joined(separator: ", ") + " µs"
        }
    }

    /// The same arithmetic, again and again.
    static func arithmetic() -> Times {
        var seed: UInt64 = 1
        var times: [Int64] = []
        for _ in 0..<Self.repetitions {
            let begin = SystemClock.threadTime()
            for _ in 0..<Self.stepCount {
                seed ^= seed << 13
                seed ^= seed >> 7
                seed ^= seed << 17
            }
            times.append((SystemClock.threadTime() - begin).nanoseconds)
        }
        // The result is used, so that the arithmetic is done.
        precondition(seed != 0, "xorshift never comes to 0")
        return Times(times)
    }

    /// The first use of memory, a megabyte at a time. What follows finds memory that the host has
    /// found already, for as long as it leaves it here.
    static func freshMemory(megabytes: Int) -> Times {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: megabytes << 20, alignment: Self.pageByteCount)
        // SAFETY: allocated here, and freed when nothing uses it any more.
        defer { unsafe memory.deallocate() }
        var times: [Int64] = []
        for megabyte in 0..<megabytes {
            let begin = SystemClock.threadTime()
            for place in stride(from: 0, to: 1 << 20, by: Self.pageByteCount) {
                // SAFETY: within the memory.
                unsafe memory[megabyte << 20 + place] = 1
            }
            times.append((SystemClock.threadTime() - begin).nanoseconds)
        }
        return Times(times)
    }
}
