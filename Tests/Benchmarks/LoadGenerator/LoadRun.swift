import Base
import EventLoop
import Synchronization
import SystemInterface

/// One measured load.
final class LoadRun: Sendable {
    private struct Totals {
        var operations = 0
        var latencies: [Int64] = []
        var failures = 0
        var finished = 0
    }

    private static let clockTicksPerSecond = 100.0
    private let options: LoadOptions
    private let requests: Requests
    private let group: LoopGroup
    private let totals = Mutex(Totals())

    init(_ options: LoadOptions) throws(Errno) {
        self.options = options
        self.requests = Requests(options)
        self.group = try LoopGroup(count: options.threads, name: "load")
    }

    /// Fills the server, runs the load and answers the report as JSON.
    func measure() -> String {
        self.runOnAll(1) { connection, _ in await self.fillServer(connection) }
        let before = self.serverCPU()
        let begin = SystemClock.now()
        let end = begin + .nanoseconds(Int64(self.options.seconds * 1e9))
        self.runOnAll(self.options.connections) { connection, index in
            await self.load(connection, seed: UInt64(index), until: end)
        }
        let elapsed = Double((SystemClock.now() - begin).nanoseconds) / 1e9
        let after = self.serverCPU()
        self.group.stop()
        return self.report(
            elapsed: elapsed, user: after.user - before.user, system: after.system - before.system)
    }

    private func report(elapsed: Double, user: Double, system: Double) -> String {
        let totals = self.totals.withLock { $0 }
        let latencies = totals.latencies.sorted()
        func percentile(_ part: Double) -> Int {
            latencies.isEmpty ? 0 : Int(latencies[Int(Double(latencies.count - 1) * part)])
        }
        let operations = max(1, totals.operations)
        let output = ByteBuffer()
        var json = JSONWriter(into: output)
        json.object { json in
            json.member("operations", totals.operations)
            json.member("failures", totals.failures)
            json.member("operationsPerSecond", Double(totals.operations) / elapsed)
            json.member("userMicroseconds", user * 1e6 / Double(operations))
            json.member("systemMicroseconds", system * 1e6 / Double(operations))
            json.member("latencyP50Nanoseconds", percentile(0.5))
            json.member("latencyP99Nanoseconds", percentile(0.99))
        }
        return output.bytes.makeString()
    }

    private func runOnAll(
        _ count: Int, _ body: @escaping @Sendable (Connection, Int) async -> Void
    ) {
        self.totals.withLock { $0.finished = 0 }
        for index in 0..<count {
            let loop = self.group.next()
            loop.spawn {
                do {
                    let connection = try await Connection.connect(
                        to: self.options.address, on: loop)
                    await body(connection, index)
                    connection.close()
                } catch {
                    self.totals.withLock { $0.failures += 1 }
                }
                self.totals.withLock { $0.finished += 1 }
            }
        }
        while self.totals.withLock({ $0.finished }) < count { Processes.sleep(.milliseconds(1)) }
    }

    // MARK: The load

    private func fillServer(_ connection: Connection) async {
        for index in 0..<self.options.keys {
            self.requests.appendSet(index, to: connection.output)
            await self.exchange(connection, answerBytes: self.requests.setAnswerByteCount)
        }
    }

    private func exchange(_ connection: Connection, answerBytes: Int) async {
        let input = connection.input
        do {
            try await connection.flush()
            while input.count < answerBytes {
                if try await connection.fill(atMost: 65_536) == 0 { break }
            }
        } catch {}
        if input.count != answerBytes { self.totals.withLock { $0.failures += 1 } }
        input.consume(input.count)
    }

    private func load(_ connection: Connection, seed: UInt64, until end: Instant) async {
        var random = SeededGenerator(seed: seed)
        var operations = 0
        var latencies: [Int64] = []
        var turn = Int(seed)
        while true {
            var answerBytes = 0
            let output = connection.output
            for _ in 0..<self.options.pipeline {
                turn += 1
                if turn % (self.options.getsPerSet + 1) == 0 {
                    self.requests.appendSet(self.requests.anyKey(&random), to: output)
                    answerBytes += self.requests.setAnswerByteCount
                } else {
                    self.requests.appendGet(&random, to: output)
                    answerBytes += self.requests.getAnswerByteCount
                }
            }
            let begin = SystemClock.now()
            await self.exchange(connection, answerBytes: answerBytes)
            let now = SystemClock.now()
            operations += self.options.pipeline
            latencies.append((now - begin).nanoseconds)
            if now >= end { break }
        }
        self.totals.withLock {
            $0.operations += operations
            $0.latencies += latencies
        }
    }

    // MARK: The server's CPU time

    private func serverCPU() -> (user: Double, system: Double) {
        guard self.options.serverProcess > 0,
            let bytes = try? Files.read("/proc/\(self.options.serverProcess)/stat", limit: 65_536)
        else { return (0, 0) }
        let text = String(decoding: bytes, as: UTF8.self)
        // The fields after the command's closing parenthesis: utime is the 12th, stime the 13th.
        let fields = (text.split(separator: ")").last ?? "").split(separator: " ")
        guard fields.count > 13, let user = Double(fields[11]), let system = Double(fields[12])
        else {
            return (0, 0)
        }
        return (user / Self.clockTicksPerSecond, system / Self.clockTicksPerSecond)
    }
}
