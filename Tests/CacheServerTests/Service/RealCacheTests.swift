import Base
import EventLoop
import Synchronization
import SystemInterface
import TestSupport
import Testing

/// The program itself: exit statuses, signals, the file that SIGHUP reads again.
@Suite(.timeLimit(.minutes(1)))
struct RealCacheTests {
    /// The built program; `HOLDFAST_BIN` names the folder of another build.
    private static let program: String = {
        let folder = Processes.environment("HOLDFAST_BIN")
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return (folder ?? "/\(root)/.build/debug") + "/cached"
    }()

    private static func start(_ arguments: [String]) throws -> PeerProcess {
        _ = try #require(try? Files.status(Self.program), "cached is built before it is tested")
        return try PeerProcess(Self.program) {
            ["-s", $0, "-t", "2", "--control", "\($0).control"] + arguments
        }
    }

    @Test(
        arguments: [
            (["-V"], 0), (["-h"], 0), (["--configtest"], 0), (["-x"], 1), (["-p", "x"], 64),
            (["--config", "/nonexistent"], 1), (["-s", "/nonexistent/x.sock"], 71),
            (["-u", "nobody-such", "-s", "/tmp/holdfast-unused.sock"], 67),
        ] as [([String], Int32)])
    func theExitStatusSaysWhetherItWentWell(arguments: [String], expected: Int32) throws {
        #expect(try ChildProcesses.run(Self.program, arguments) == expected)
    }

    @Test func aPidFileThatCannotBeWrittenIsNoHindrance() throws {
        try Self.start(["-P", "/nonexistent/pid"]).stop(9)
    }

    @Test(arguments: ["0", "-1"])
    func theFileOfPortsIsThereAlsoWithoutAny(port: String) throws {
        let file = try TemporaryFile("before\n")
        // The socket that is waited for is that of control: with -s there would be no file.
        let cache = try PeerProcess("/usr/bin/env") {
            [
                "MEMCACHED_PORT_FILENAME=\(file.path)", Self.program, "-l", "127.0.0.1", "-p", port,
                "--control", $0,
            ]
        }
        let text = try Files.read(file.path, limit: 100)
        #expect(text.starts(with: Array("TCP INET: ".utf8)) == (port == "-1"))
        #expect(text.isEmpty == (port == "0"))
        cache.stop(9)
    }

    @Test func hangUpReadsTheFileAgainAndLosesNoConnection() async throws {
        let file = try TemporaryFile("-c 100\n")
        let cache = try Self.start(["--config", file.path])
        try await runOnLoop { group in
            let loop = group.loops[0]
            let kept = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            try file.write("-c 200\n")
            cache.signal(1)
            try await Self.wait(for: "STAT maxconns 200\r\n", kept)
            // Refused as a whole: -I needs a restart, so that -c is not taken either.
            try file.write("-c 300\n-I 2m\n")
            cache.signal(1)
            try await Self.waitForRefusal(naming: "-I", "\(cache.socketPath).control", on: loop)
            try file.write("-c 300\n-m 33000\n")
            cache.signal(1)
            try await Self.waitForRefusal(
                naming: "needs a restart to raise -m beyond 32000",
                "\(cache.socketPath).control", on: loop)
            try file.write("-c 400\n-c many\n")
            cache.signal(1)
            try await Self.waitForRefusal(
                naming: "\(file.path):2:4", "\(cache.socketPath).control", on: loop)
            try await Self.wait(for: "STAT maxconns 200\r\n", kept)
            try file.write("-c 400\n")
            cache.signal(1)
            try await Self.wait(for: "STAT maxconns 400\r\n", kept)
            kept.close()
        }
        cache.stop(9)
    }

    /// Asks on the control socket until the last reload was refused for this reason.
    private static func waitForRefusal(
        naming reason: String, _ path: String, on loop: Loop
    ) async throws {
        let deadline = loop.now + .seconds(20)
        let request = Array("GET /v1/status HTTP/1.0\r\n\r\n".utf8)
        while loop.now < deadline {
            let text = try await Exchange.send(request, to: path, on: loop).text
            if text.contains("the last reload was refused"), text.contains(reason) { return }
            await loop.sleep(until: loop.now + .milliseconds(2))
        }
        throw Errno.timedOut
    }

    /// Asks on a connection until the settings hold a line.
    private static func wait(for line: String, _ connection: Connection) async throws {
        let deadline = connection.loop.now + .seconds(20)
        while true {
            connection.output.append("stats settings\r\n")
            try await connection.flush(deadline: deadline)
            let input = connection.input
            while !input.bytes.makeString().hasSuffix("END\r\n") {
                guard try await connection.fill(deadline: deadline) > 0 else {
                    throw ConnectionError.closed
                }
            }
            let text = input.bytes.makeString()
            input.consume(input.count)
            if text.contains(line) { return }
            await connection.loop.sleep(until: connection.loop.now + .milliseconds(2))
        }
    }

    @Test(arguments: [15, 3] as [Int32])
    func aDrainingSignalLetsWhatWasBegunEnd(signal: Int32) async throws {
        let cache = try Self.start([])
        try await runOnLoop { group in
            let loop = group.loops[0]
            let deadline = loop.now + .seconds(20)
            let busy = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            let resting = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            busy.output.append("mn\r\nset a 0 0 5\r\nab")
            resting.output.append("mn\r\n")
            for connection in [busy, resting] {
                try await connection.flush()
                #expect(try await connection.fill(deadline: deadline) == 4)
            }
            cache.signal(signal)
            #expect(try await resting.fill(deadline: deadline) == 0)
            busy.output.append("cde\r\n")
            try await busy.flush()
            while try await busy.fill(deadline: deadline) > 0 {}
            let input = busy.input
            #expect(input.bytes.makeString() == "MN\r\nSTORED\r\n")
            busy.close()
            resting.close()
        }
        cache.stop(0)
    }

    @Test func anInterruptEndsItAtOnce() async throws {
        let cache = try Self.start([])
        try await runOnLoop { group in
            let loop = group.loops[0]
            let busy = try await Connection.connect(to: .unix(cache.socketPath), on: loop)
            busy.output.append("mn\r\nset a 0 0 5\r\nab")
            try await busy.flush()
            let deadline = loop.now + .seconds(20)
            #expect(try await busy.fill(deadline: deadline) == 4)
            cache.signal(2)
            let count = try? await busy.fill(deadline: deadline)
            #expect(count == nil || count == 0)
            busy.close()
        }
        cache.stop(0)
    }
}
