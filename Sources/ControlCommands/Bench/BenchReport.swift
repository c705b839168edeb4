import ArgumentParser
import Base
import EventLoop

/// What a load gave, for people and for programs.
enum BenchReport {
    static let fields: [RecordList.Field] = [
        .number("operations", "OPERATIONS", "how many were answered"),
        .number("perSecond", "PER SECOND", "so many each second"),
        .number("p50Microseconds", "P50 µs", "half of them took no longer"),
        .number("p90Microseconds", "P90 µs", "nine in ten took no longer"),
        .number("p99Microseconds", "P99 µs", "99 in 100 took no longer"),
        .number("p999Microseconds", "P99.9 µs", "999 in 1000 took no longer"),
        .number("maxMicroseconds", "MAX µs", "the longest"),
        .number("failures", "FAILED", "connections that failed"),
        .number("bytes", nil, "bytes that came"),
        .number("seconds", nil, "how long it was measured"),
    ]

    private static let barWidth = 40
    private static let firstRow: Int64 = 16_000
    private static let rowCount = 16

    /// Runs loads as `output` says, and tells of each; ends with 1 when a connection failed.
    static func show(
        _ output: OutputOptions, _ run: @escaping @Sendable (Loop) async throws -> BenchLoad
    ) throws {
        try runCommand { loop in
            let isWell = try await output.repeated(
                { loop in
                    let load = try await run(loop)
                    output.write(Self.records(load))
                    return load.failureCount == 0
                }, on: loop)
            if !isWell { throw ExitCode(1) }
        }
    }

    static func records(_ load: BenchLoad) -> RecordList {
        var list = RecordList("bench", Self.fields)
        let histogram = load.histogram
        func micros(_ part: Double) -> RecordValue {
            .decimal(Double(histogram.percentile(part)) / 1_000)
        }
        list.add([
            .number(histogram.count),
            .number(Int(Double(histogram.count) / max(0.001, load.elapsed))), micros(0.5),
            micros(0.9), micros(0.99), micros(0.999),
            .decimal(Double(histogram.longest) / 1_000), .number(load.failureCount),
            .number(load.byteCount), .decimal(load.elapsed),
        ])
        list.notes = Self.bars(histogram)
        if let problem = load.problem { list.notes.append("a connection failed: \(problem)") }
        return list
    }

    /// `    128 µs  ################      41234`
    static func bars(_ histogram: LatencyHistogram) -> [String] {
        let rows = histogram.doublings(from: Self.firstRow, count: Self.rowCount)
        let largest = max(1, rows.map(\.count).max() ?? 1)
        guard let first = rows.firstIndex(where: { $0.count > 0 }),
            let last = rows.lastIndex(where: { $0.count > 0 })
        else { return [] }
        return rows[first...last].map { row in
            let width = (row.count * Self.barWidth + largest - 1) / largest
            let bar = String(repeating: "#", count: width)
            let rest = String(repeating: " ", count: Self.barWidth - width)
            let limit = "\(row.upTo / 1_000) µs"
            return String(repeating: " ", count: max(0, 12 - limit.count))
                + "≤ \(limit)  \(bar)\(rest)  \(row.count)"
        }
    }
}
