import Base
import TestSupport
import Testing

@testable import ControlCommands

/// Percentiles of the histogram against those of the sorted list.
struct LatencyHistogramTests {
    @Test func percentilesAreAsGoodAsABucketIsWide() {
        let seed = TestSeed()
        var random = seed.generator
        for magnitude in [10, 1_000, 1_000_000, 10_000_000_000] as [Int64] {
            var histogram = LatencyHistogram()
            var all: [Int64] = []
            for _ in 0..<5_000 {
                let value = Int64.random(in: 0...magnitude, using: &random)
                histogram.add(value)
                all.append(value)
            }
            all.sort()
            for part in [0.01, 0.5, 0.9, 0.99, 0.999, 1] {
                let exact = all[Int((5_000 * part).rounded(.up)) - 1]
                let found = histogram.percentile(part)
                #expect(found >= exact, "\(part) of \(magnitude), \(seed)")
                #expect(found <= exact + exact / 16 + 1, "\(part) of \(magnitude), \(seed)")
            }
            #expect(histogram.longest == all.last)
            #expect(histogram.doublings(from: 16, count: 8).reduce(0) { $0 + $1.count } == 5_000)
        }
    }

    @Test func nothingAndExtremesAreCounted() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == 0)
        histogram.add(-5)
        histogram.add(.max)
        #expect(histogram.count == 2)
        #expect(histogram.percentile(1) == .max)
    }
}
