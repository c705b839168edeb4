import Base
import CacheStorage
import SystemInterface
import Testing

@testable import CacheServer
@testable import DaemonKit

/// memcached's options: values, mistakes, files.
struct CacheOptionsTests {
    private static func read(_ arguments: String...) throws -> CacheOptions {
        try CacheOptions(["cached"] + arguments)
    }

    @Test func theDefaultsAreThoseOfMemcached() throws {
        let options = try Self.read()
        #expect(options.network.port == 11_211 && options.threadCount == 4)
        #expect(options.network.connectionCountMax == 1_024 && options.network.backlog == 1_024)
        #expect(options.storage.memoryLimit == 64 << 20)
        #expect(options.storage.itemByteCountMax == 1 << 20)
        #expect(options.storage.growthFactor == 1.25 && options.storage.chunkByteCountMin == 48)
        #expect(options.storage.evicts && options.network.socketPermissions == 0o700)
        #expect(options.request == .serve && options.verbosity == 0)
    }

    @Test func everyOptionIsTaken() throws {
        let options = try Self.read(
            "-p", "9", "-l", "127.0.0.1,::1", "-l", "127.0.0.2:5", "-s", "/run/x.sock", "-a", "770",
            "-U", "0", "-m", "128", "-c", "10", "-t", "2", "-I", "2m", "-f", "1.5", "-n", "64",
            "-M", "-vv", "-d", "-P", "/run/x.pid", "-u", "nobody", "-b", "7", "-A", "-r", "-k",
            "-L",
            "-R", "5", "-C", "-D", "/", "-B", "ascii", "-F", "-X", "-W", "-e", "/run/x", "-N", "2")
        #expect(options.network.port == 9)
        #expect(
            options.network.endpoints.map(\.host) == ["127.0.0.1", "::1", "127.0.0.2"]
                && options.network.endpoints.map(\.port) == [nil, nil, 5])
        #expect(
            options.network.socketPath == "/run/x.sock"
                && options.network.socketPermissions == 0o770)
        #expect(
            options.storage.memoryLimit == 128 << 20 && options.network.connectionCountMax == 10)
        #expect(options.threadCount == 2 && options.storage.itemByteCountMax == 2 << 20)
        #expect(options.storage.growthFactor == 1.5 && options.storage.chunkByteCountMin == 64)
        #expect(!options.storage.evicts && options.verbosity == 2 && options.runsInBackground)
        #expect(options.pidFile == "/run/x.pid" && options.user == "nobody")
        #expect(options.network.backlog == 7 && options.commands.allowsShutdown)
        #expect(options.dumpsCore && options.memory.locksMemory && options.memory.usesLargePages)
        let commands = options.commands
        #expect(commands.commandsInARowMax == 5 && !commands.hasCAS && commands.choice == .ascii)
        #expect(commands.prefixDelimiter == UInt8(ascii: "/") && commands.countsPrefixes)
        #expect(!commands.allowsFlush && !commands.allowsDump && !commands.allowsWatch)
        #expect(options.memory.file == "/run/x" && options.interfaceQueueCount == 2)
        let texts = try options.network.listeners().map(\.address.description)
        #expect(texts.count == 4 && texts.contains("127.0.0.2:5"))
    }

    @Test func longNamesMeanTheSame() throws {
        let options = try Self.read(
            "--port=5", "--memory-limit", "100", "--threads=3", "--disable-evictions",
            "--max-item-size=4k", "--unix-mask=600", "--extended=slab_chunk_max=4")
        #expect(options.network.port == 5 && options.storage.memoryLimit == 100 << 20)
        #expect(options.threadCount == 3 && !options.storage.evicts)
        #expect(
            options.storage.itemByteCountMax == 4_096 && options.network.socketPermissions == 0o600)
    }

    @Test(
        arguments: [
            (["-h"], .help), (["-V"], .version), (["-i"], .license), (["--configtest"], .test),
        ] as [([String], CacheOptions.Request)])
    func whatIsAskedForInsteadOfServing(arguments: [String], expected: CacheOptions.Request) throws
    {
        #expect(try CacheOptions(["cached"] + arguments).request == expected)
    }

    @Test(arguments: [
        (["-p", "70000"], "-p: expected port from -1 to 65535, not '70000'"),
        (["--port=x"], "--port: expected port from -1 to 65535, not 'x'"),
        (["-U", "x"], "-U: expected UDP port from -1 to 65535, not 'x'"),
        (["-a", "888"], "-a: the mask is octal, not '888'"),
        (["-m", "0"], "-m: expected megabytes from 1 to 256000, not '0'"),
        (["-t", "-1"], "-t: expected threads from 1 to 1024, not '-1'"),
        (["-f", "1"], "-f: the factor is greater than 1, not '1'"),
        (["-I", "2000m"], "-I: the largest item has 1k to 1024m bytes, not '2000m'"),
        (["-I", "10"], "-I: the largest item has 1k to 1024m bytes, not '10'"),
        (["-I", "40m"], "-I: the largest item takes half of the memory limit at most"),
        (["-B", "http"], "-B: expected auto, ascii or binary, not 'http'"),
        (["-y"], "invalid option -- 'y'"), (["-m"], "option requires an argument -- 'm'"),
        (["--nonsense"], "unrecognized option '--nonsense'"),
        (["--daemon=1"], "option '--daemon' doesn't allow an argument"),
        (["extra"], "unexpected argument 'extra'"),
    ])
    func aMistakeIsSaid(arguments: [String], message: String) {
        do {
            _ = try CacheOptions(["cached"] + arguments)
            Issue.record("\(arguments) is taken")
        } catch {
            #expect("\(error)" == message)
        }
    }

    @Test func aSocketAloneMeansNoNetwork() throws {
        func addresses(_ arguments: String...) throws -> [SocketAddress] {
            try CacheOptions(["cached"] + arguments).network.listeners().map(\.address)
        }
        #expect(try addresses("-s", "/run/x.sock") == [.unix("/run/x.sock")])
        #expect(try addresses("-s", "/run/x.sock", "-p", "5").count == 3)
        #expect(try addresses("-s", "/run/x.sock", "-l", "127.0.0.1").count == 2)
        #expect(try addresses("-p", "0").isEmpty)
        #expect(throws: OptionProblem.self) { try addresses("-l", "a.invalid") }
    }

    // MARK: Files

    private static func readFile(_ text: String, _ arguments: String...) throws -> CacheOptions {
        let file = try TemporaryFile(text)
        return try CacheOptions(["cached", "--config", file.path] + arguments)
    }

    @Test func aFileHasOneOptionALine() throws {
        let options = try Self.readFile(
            "# memory\n-m 128\n\n  -l 127.0.0.1  \n-vv\n--port=7\n-c\t9\n", "-c", "12")
        #expect(
            options.storage.memoryLimit == 128 << 20 && options.network.interfaceText == "127.0.0.1"
        )
        #expect(options.verbosity == 2 && options.network.port == 7)
        // The command line has the last word.
        #expect(options.network.connectionCountMax == 12)
    }

    @Test(arguments: [
        ("-m 128\n-m lots\n", 2, 4, "expected megabytes"),
        ("memory 5\n", 1, 1, "expected an option"),
        ("\n\n  -y\n", 3, 3, "invalid option -- 'y'"), ("-M 5\n", 1, 4, "takes no value"),
        ("-m\n", 1, 1, "requires an argument"), ("--config /x\n", 1, 1, "cannot name another"),
        ("-t 2\n-U x", 2, 4, "expected UDP port"), ("-o nonsense", 1, 4, "no 'nonsense'"),
    ])
    func aMistakeInAFileHasItsPlace(
        text: String, line: Int, column: Int, message: String
    ) throws {
        let file = try TemporaryFile(text)
        do {
            _ = try CacheOptions(["cached", "--config", file.path])
            Issue.record("\(text) is taken")
        } catch let error as Diagnostic {
            #expect("\(error)".hasPrefix("\(file.path):\(line):\(column): "), "\(error)")
            #expect("\(error)".contains(message), "\(error)")
        }
    }

    @Test func aFileThatIsNotThereIsNamed() {
        do {
            _ = try CacheOptions(["cached", "--config", "/nonexistent/holdfast.conf"])
            Issue.record("a file that is not there is taken")
        } catch {
            #expect("\(error)".contains("/nonexistent/holdfast.conf"))
        }
    }

    @Test func whatNeedsARestartIsNamed() throws {
        let running = try Self.read("-t", "2", "-m", "64")
        #expect(
            try Self.read("-t", "2", "-m", "96", "-c", "5").changedFixedOptions(from: running) == []
        )
        #expect(
            try Self.read("-t", "3", "-m", "64", "-I", "2m").changedFixedOptions(from: running)
                == ["-I", "-t"])
        #expect(try Self.read("-m", "64").changedFixedOptions(from: running) == ["-t"])
    }
}
