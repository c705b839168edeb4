/// Latencies counted in buckets that are at most a sixteenth wide, so that percentiles are as good
/// as that, whatever their size.
struct LatencyHistogram: Sendable {
    /// Buckets for each doubling.
    private static let stepBitCount = 4
    private var counts = [Int](repeating: 0, count: 64 << Self.stepBitCount)
    /// How many were counted, and the longest.
    private(set) var count = 0
    private(set) var longest: Int64 = 0

    /// Counts one, in nanoseconds.
    mutating func add(_ nanoseconds: Int64) {
        let value = UInt64(max(0, nanoseconds))
        self.counts[Self.index(value)] += 1
        self.count += 1
        self.longest = max(self.longest, nanoseconds)
    }

    /// The latency that so large a part did not exceed; 0 when there is none.
    func percentile(_ part: Double) -> Int64 {
        var left = Int((Double(self.count) * part).rounded(.up))
        for (index, count) in self.counts.enumerated() where count > 0 {
            left -= count
            if left <= 0 { return min(self.longest, Self.upperEnd(index)) }
        }
        return self.longest
    }

    /// How many were as long as each doubling from `first` on, the last one without an end.
    func doublings(from first: Int64, count: Int) -> [(upTo: Int64, count: Int)] {
        var rows = (0..<count).map { (upTo: first << Int64($0), count: 0) }
        for (index, number) in self.counts.enumerated() where number > 0 {
            let end = Self.upperEnd(index)
            let row = rows.firstIndex { end <= $0.upTo } ?? rows.count - 1
            rows[row].count += number
        }
        return rows
    }

    private static func index(_ value: UInt64) -> Int {
        let steps = UInt64(1) << UInt64(Self.stepBitCount)
        if value < steps { return Int(value) }
        let power = 63 - value.leadingZeroBitCount
        let step = (value >> UInt64(power - Self.stepBitCount)) & (steps - 1)
        return (power - Self.stepBitCount + 1) << Self.stepBitCount | Int(step)
    }

    private static func upperEnd(_ index: Int) -> Int64 {
        let steps = 1 << Self.stepBitCount
        if index < steps { return Int64(index) }
        let width = Int64(1) << Int64(index >> Self.stepBitCount - 1)
        let end = Int64(index & (steps - 1) + steps + 1).multipliedReportingOverflow(by: width)
        return end.overflow ? .max : end.partialValue - 1
    }
}
