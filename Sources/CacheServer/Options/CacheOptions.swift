package import CacheStorage
import DaemonKit

/// memcached's options, each with memcached's default.
///
/// ```
/// Arguments ─► CacheOptions.take ─┬─► network      -p -U -l -s -a -c -b
///  (and a file's lines)           ├─► commands     -A -F -X -W -C -R -D -B -S -Y
///                                 ├─► storage, memory  -m -M -I -f -n -L -k -e
///                                 ├─► replication  -x -X -q --replication-secret
///                                 └─► -o … ─► memory, network, tls
/// ```
package struct CacheOptions: Sendable {
    /// Where it listens.
    package var network = NetworkOptions()
    /// What clients may do.
    package var commands = ProtocolOptions()
    /// The items' memory (`-m`, `-I`, `-f`, `-n`, `-M`).
    package var storage = StorageSettings()
    /// The rest about memory.
    package var memory = MemoryOptions()
    /// TLS for clients.
    package var tls = TLSOptions()
    /// Peers with the same items.
    package var replication = ReplicationOptions()
    /// Threads that serve (`-t`); one a processor at the most.
    package var threadCount = 4
    /// How often `-v` was given.
    package var verbosity = 0
    /// The user to become (`-u`).
    package var user: String?
    /// Whether to go on in the background (`-d`).
    package var runsInBackground = false
    /// The file for the process's number (`-P`).
    package var pidFile: String?
    /// Whether a core may be written whatever its size (`-r`).
    package var dumpsCore = false
    /// Whether `-o drop_privileges` was given, for `stats settings` only.
    package var dropsPrivileges = false
    /// `-N`, for `stats settings` only.
    package var interfaceQueueCount = 0
    /// `-o read_buf_mem_limit` in megabytes, for `stats settings` only.
    package var readBufferMegabytes = 0
    /// Whether commands for tests work (`-o relaxed_privileges`, as memcached's debug build).
    package var allowsTestCommands = false
    /// The file of further options (`--config`).
    package var configurationFile: String?
    /// The control socket (`--control`).
    package var controlPath: String?
    /// Whether the options ask for something else than serving.
    package var request = Request.serve
    /// The options that were given, as they are written.
    package var given: [String: String] = [:]

    /// What is asked for.
    package enum Request: Equatable, Sendable { case serve, help, version, license, test }

    /// The defaults.
    package init() {}

    /// Reads a command line, the program's name first, and the file that it names.
    ///
    /// - Throws: `OptionProblem`, `ArgumentsError`, or a `Diagnostic` with the place in the file.
    package init(_ arguments: [String]) throws {
        let line = try OptionTable.read(arguments)
        if let file = line.options.last(where: { $0.key == "config" })?.value {
            try self.readFile(file)
        }
        for option in line.options { try self.take(option) }
        // What only prints needs no options that go together.
        if self.request != .serve, self.request != .test { return }
        if let surplus = line.rest.first {
            throw OptionProblem(description: "unexpected argument '\(surplus)'")
        }
        try self.settle()
    }

    /// Whether the options go together, and what they mean for each other.
    private mutating func settle() throws(OptionProblem) {
        if self.interfaceQueueCount > self.threadCount {
            throw OptionProblem(
                description: "-N: there are no more than the threads of -t, \(self.threadCount)",
                exitStatus: .usage)
        }
        try self.memory.settle(&self.storage)
        self.storage.hasCASNumbers = self.commands.hasCAS
        try self.commands.settle(udpPort: self.network.udpPort)
        self.network.settle()
        try self.tls.check(self.network)
        if self.commands.authenticationFile != nil,
            self.network.endpoints.contains(where: { $0.protocolChoice == .binary })
        {
            throw OptionProblem(
                description: "-l: no binary protocol where users are asked for (-Y)",
                exitStatus: .system)
        }
    }
}
