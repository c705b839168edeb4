import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl bench cache`: gets and sets.
struct BenchCacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Gets and sets of a cache's own keys, which begin with ctl-bench:.",
        discussion: """
            The keys are stored before it begins, expire after an hour, and push others out where \
            the cache is full.

            Examples:
              ctl bench cache
              ctl bench cache --server 10.0.0.5:11211 -c 200 -s 10
              ctl bench cache --pipeline 32 --value 1000 --gets 0
              ctl bench cache -o json

            Exit status 1 when a connection failed.

            \(RecordList.help("bench", BenchReport.fields))
            """)

    @Option(help: ArgumentHelp("Requests that are sent at once.", valueName: "count"))
    var pipeline = 1
    @Option(help: ArgumentHelp("Bytes of a value.", valueName: "bytes")) var value = 100
    @Option(help: ArgumentHelp("How many keys.", valueName: "count")) var keys = 10_000
    @Option(help: ArgumentHelp("Gets for each set; 0 for sets alone.", valueName: "count"))
    var gets = 10
    @OptionGroup var bench: BenchOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(self.pipeline), (0...1 << 20).contains(self.value),
            (1...10_000_000).contains(self.keys), (0...1_000_000).contains(self.gets)
        else { throw ValidationError("a number is out of its range; see --help") }
    }

    func run() throws {
        let command = self
        try BenchReport.show(self.output) { loop in
            let address = try await command.cache.address(on: loop)
            // Says so in one line when nobody is there, or a login is wanted.
            try await command.fill(try await command.cache.connect(on: loop))
            let load = BenchLoad(command.bench, on: loop)
            await load.run("bench") { index in
                let connection = try await Connection.connect(
                    to: address, on: loop, deadline: loop.now + BenchLoad.answerTimeMax)
                let client = BenchClient(command, connection, seed: UInt64(index))
                return {
                    let byteCount = try await client.exchange()
                    load.count(bytes: byteCount)
                    return command.pipeline
                }
            }
            return load
        }
    }

    private func fill(_ connection: CacheConnection) async throws {
        let client = BenchClient(self, connection.connection, seed: 0)
        for key in 0..<self.keys { try await client.store(key) }
        connection.connection.close()
    }
}

/// One connection of the load. Its answers' lengths are known, so that it counts bytes.
private final class BenchClient {
    /// What came is not what was to come.
    struct StrangeAnswer: Error, CustomStringConvertible { let description: String }

    private static let keyLifeSeconds = 3_600
    private let command: BenchCacheCommand
    private let connection: Connection
    private let value: [UInt8]
    private var random: SeededGenerator
    private var turn: Int

    init(_ command: BenchCacheCommand, _ connection: Connection, seed: UInt64) {
        self.command = command
        self.connection = connection
        self.value = [UInt8](repeating: 0x78, count: command.value)
        self.random = SeededGenerator(seed: seed)
        self.turn = Int(seed)
    }

    func store(_ key: Int) async throws {
        self.appendSet(key)
        _ = try await self.receive(8)
    }

    /// Sends a batch and waits for its answers; how many bytes came.
    func exchange() async throws -> Int {
        var expected = 0
        for _ in 0..<self.command.pipeline {
            self.turn += 1
            let key = Int.random(in: 0..<self.command.keys, using: &self.random)
            if self.turn % (self.command.gets + 1) == 0 {
                self.appendSet(key)
                expected += 8
            } else {
                let output = self.connection.output
                output.append("get ")
                self.appendKey(key)
                output.append("\r\n")
                let digits = "\(self.value.count)".utf8.count
                expected += 6 + Self.keyByteCount + 3 + digits + 2 + self.value.count + 2 + 5
            }
        }
        return try await self.receive(expected)
    }

    private static let keyByteCount = 18

    private func appendKey(_ key: Int) {
        self.connection.output.append("ctl-bench:")
        self.connection.output.append(hexadecimal: UInt64(key), minimumDigits: 8)
    }

    private func appendSet(_ key: Int) {
        let output = self.connection.output
        output.append("set ")
        self.appendKey(key)
        output.append(" 0 \(Self.keyLifeSeconds) \(self.value.count)\r\n")
        output.append(self.value)
        output.append("\r\n")
    }

    private func receive(_ byteCount: Int) async throws -> Int {
        let input = self.connection.input
        let deadline = self.connection.loop.now + BenchLoad.answerTimeMax
        try await self.connection.flush(deadline: deadline)
        while input.count < byteCount {
            guard try await self.connection.fill(atMost: 65_536, deadline: deadline) > 0 else {
                throw StrangeAnswer(description: "the cache closed the connection")
            }
            if input.count < byteCount, input.bytes.hasPrefix("END\r\n"), byteCount > 5 {
                throw StrangeAnswer(description: "a key was not there: the cache is too small")
            }
        }
        guard input.count == byteCount else {
            let text = input.bytes.extracting(0..<min(60, input.count)).makeString()
            throw StrangeAnswer(description: "an answer of another length: \(text)")
        }
        input.consume(byteCount)
        return byteCount
    }
}
