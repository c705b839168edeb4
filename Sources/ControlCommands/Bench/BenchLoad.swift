import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// What all benchmarks take: how many connections, for how long.
struct BenchOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("So many connections at once.", valueName: "count"))
    var connections = 50
    @Option(
        name: [.short, .long], help: ArgumentHelp("How long to measure.", valueName: "seconds"))
    var seconds = 5.0

    func validate() throws {
        guard (1...10_000).contains(self.connections) else {
            throw ValidationError("--connections is from 1 to 10000")
        }
        guard (0.1...3_600).contains(self.seconds) else {
            throw ValidationError("--seconds is from 0.1 to 3600")
        }
    }
}

/// A load in which each connection sends, waits for the answer, and begins again; on one loop.
final class BenchLoad {
    /// How long an answer may take.
    static let answerTimeMax = Duration.seconds(10)
    private static let showInterval = Duration.milliseconds(100)

    private let options: BenchOptions
    private let loop: Loop
    private(set) var histogram = LatencyHistogram()
    private(set) var failureCount = 0
    private(set) var byteCount = 0
    private(set) var elapsed = 0.0
    /// What went wrong first.
    private(set) var problem: (any Error)?
    private var openCount = 0

    init(_ options: BenchOptions, on loop: Loop) {
        self.options = options
        self.loop = loop
    }

    /// Runs the load. `client` makes what one connection does: a function that exchanges once and
    /// answers how many operations that were; it throws when the connection is of no more use.
    func run(
        _ what: String, _ client: @escaping (Int) async throws -> () async throws -> Int
    ) async {
        let begin = self.loop.now
        let end = begin + .nanoseconds(Int64(self.options.seconds * 1e9))
        self.openCount = self.options.connections
        let work = LoopBound((self, client), loop: self.loop)
        for index in 0..<self.options.connections {
            self.loop.spawn {
                let (load, client) = work.value
                await load.serve(index, client, until: end)
                load.openCount -= 1
            }
        }
        let progress = ProgressBar(what)
        while self.openCount > 0 {
            await self.loop.sleep(until: self.loop.now + Self.showInterval)
            let share = (self.loop.now - begin).fractionalSeconds / self.options.seconds
            progress.show(self.histogram.count, share: share, byteCount: self.byteCount)
        }
        progress.end()
        self.elapsed = (self.loop.now - begin).fractionalSeconds
    }

    private func serve(
        _ index: Int, _ client: (Int) async throws -> () async throws -> Int, until end: Instant
    ) async {
        do {
            let exchange = try await client(index)
            while self.loop.now < end {
                let start = SystemClock.now()
                let operations = try await exchange()
                let taken = (SystemClock.now() - start).nanoseconds
                for _ in 0..<operations { self.histogram.add(taken) }
            }
        } catch {
            self.failureCount += 1
            self.problem = self.problem ?? error
        }
    }

    /// Counts bytes that came.
    func count(bytes: Int) { self.byteCount += bytes }
}
