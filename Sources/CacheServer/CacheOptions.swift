import Base
package import CacheStorage
import DaemonKit
package import SystemInterface

/// memcached's options, as far as `cached` knows them.
package struct CacheOptions: Sendable {
    /// Why options are refused.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        /// The sentence.
        package let description: String
    }

    /// The TCP port (`-p`); 0 for none.
    package var port = 11_211
    /// Hosts, or hosts with ports, from `-l`.
    package var hosts: [String] = []
    /// The UNIX socket (`-s`).
    package var socketPath: String?
    /// Its permission bits (`-a`).
    package var socketPermissions: UInt32 = 0o700
    /// Threads that serve (`-t`); one a processor at the most.
    package var threadCount = 4
    /// Connections at once (`-c`).
    package var connectionCountMax = 1_024
    /// Connections that may wait to be accepted (`-b`).
    package var backlog: Int32 = 1_024
    /// How often `-v` was given.
    package var verbosity = 0
    /// Whether `shutdown` works (`-A`).
    package var allowsShutdown = false
    /// The items' memory (`-m`, `-I`, `-f`, `-n`, `-M`).
    package var storage = StorageSettings()
    /// The user to become (`-u`).
    package var user: String?
    /// Whether to go on in the background (`-d`).
    package var runsInBackground = false
    /// The file for the process's number (`-P`).
    package var pidFile: String?
    /// The file of further options (`--config`).
    package var configurationFile: String?
    /// The control socket (`--control`).
    package var controlPath: String?
    /// Whether the options ask for something else than serving.
    package var request = Request.serve
    /// The options that were given, as they are written.
    package var given: [String: String] = [:]
    private var hasNetworkOption = false

    /// What is asked for.
    package enum Request: Equatable, Sendable { case serve, help, version, license, test }

    static let letters = "p:U:s:a:Al:dr:u:m:Mc:kvhiVP:f:n:t:R:Cb:B:I:FXWo:"
    static let long: [LongOption] = [
        LongOption("port", "p", .required), LongOption("udp-port", "U", .required),
        LongOption("unix-socket", "s", .required), LongOption("unix-mask", "a", .required),
        LongOption("enable-shutdown", "A"), LongOption("listen", "l", .required),
        LongOption("daemon", "d"), LongOption("enable-coredumps", "r"),
        LongOption("user", "u", .required), LongOption("memory-limit", "m", .required),
        LongOption("disable-evictions", "M"), LongOption("conn-limit", "c", .required),
        LongOption("lock-memory", "k"), LongOption("verbose", "v"), LongOption("help", "h"),
        LongOption("license", "i"), LongOption("version", "V"),
        LongOption("pidfile", "P", .required), LongOption("slab-growth-factor", "f", .required),
        LongOption("slab-min-size", "n", .required), LongOption("threads", "t", .required),
        LongOption("max-reqs-per-event", "R", .required), LongOption("disable-cas", "C"),
        LongOption("listen-backlog", "b", .required), LongOption("protocol", "B", .required),
        LongOption("max-item-size", "I", .required), LongOption("config", nil, .required),
        LongOption("control", nil, .required), LongOption("configtest", nil),
    ]

    /// The defaults.
    package init() {}

    /// Reads a command line, the program's name first, and the file that it names.
    ///
    /// - Throws: `Problem`, or a `Diagnostic` with the place in the file.
    package init(_ arguments: [String]) throws {
        let line = try Arguments(arguments, short: Self.letters, long: Self.long)
        if let file = line.options.last(where: { $0.key == "config" })?.value {
            try self.readFile(file)
        }
        for option in line.options { try self.apply(option) }
        if let surplus = line.rest.first {
            throw Problem(description: "unexpected argument '\(surplus)'")
        }
        try self.check()
    }

    /// Takes one option.
    mutating func apply(_ option: Arguments.Option) throws {
        self.given[option.key] = option.argument ?? ""
        switch option.key {
        case "p": self.port = try self.number(option, 0...65_535, "port")
        case "U":
            guard try self.number(option, 0...65_535, "UDP port") == 0 else {
                throw Problem(description: "-U: UDP is not supported; only 0, off")
            }
        case "s": self.socketPath = option.value
        case "a":
            guard let mask = UInt32(option.value, radix: 8), mask <= 0o777 else {
                throw Problem(description: "-a: the mask is octal, not '\(option.value)'")
            }
            self.socketPermissions = mask
        case "l":
            self.hasNetworkOption = true
            self.hosts += option.value.split(separator: ",").map(String.init)
        case "A": self.allowsShutdown = true
        case "d": self.runsInBackground = true
        case "u": self.user = option.value
        case "P": self.pidFile = option.value
        case "v": self.verbosity += 1
        case "h": self.request = .help
        case "V": self.request = .version
        case "i": self.request = .license
        case "configtest": self.request = .test
        case "config": self.configurationFile = option.value
        case "control": self.controlPath = option.value
        case "r", "k", "R", "C", "F", "X", "W", "o": break
        case "B":
            guard ["auto", "ascii"].contains(option.value) else {
                throw Problem(description: "-B: only auto and ascii are supported")
            }
        default: try self.applySize(option)
        }
        if option.key == "p" { self.hasNetworkOption = true }
    }

    private mutating func applySize(_ option: Arguments.Option) throws {
        switch option.key {
        case "m": self.storage.memoryLimit = try self.number(option, 1...32_000, "megabytes") << 20
        case "M": self.storage.evicts = false
        case "c": self.connectionCountMax = try self.number(option, 1...1_000_000, "connections")
        case "t": self.threadCount = try self.number(option, 1...64, "threads")
        case "b": self.backlog = Int32(try self.number(option, 1...65_535, "connections"))
        case "n":
            self.storage.chunkByteCountMin = try self.number(option, 1...65_536, "bytes")
        case "f":
            guard let factor = Double(option.value), factor > 1, factor <= 100 else {
                throw Problem(description: "\(option.written): the factor is greater than 1")
            }
            self.storage.growthFactor = factor
        case "I": self.storage.itemByteCountMax = try self.size(option)
        default: preconditionFailure("every option that is scanned is known")
        }
    }

    private func number(
        _ option: Arguments.Option, _ range: ClosedRange<Int>, _ what: String
    ) throws -> Int {
        guard let number = Int(option.value), range.contains(number) else {
            throw Problem(
                description: "\(option.written): expected \(what) from \(range.lowerBound) to "
                    + "\(range.upperBound), not '\(option.value)'")
        }
        return number
    }

    private func size(_ option: Arguments.Option) throws -> Int {
        var digits = option.value
        var factor = 1
        if let last = digits.last?.lowercased(), last == "k" || last == "m" {
            factor = last == "k" ? 1 << 10 : 1 << 20
            digits.removeLast()
        }
        guard let number = Int(digits), number > 0, number <= 1 << 30,
            (1 << 10...1 << 30).contains(number * factor)
        else {
            throw Problem(
                description: "\(option.written): the largest item has 1k to 1024m bytes, not "
                    + "'\(option.value)'")
        }
        return number * factor
    }

    private func check() throws {
        if self.storage.itemByteCountMax > self.storage.memoryLimit / 2,
            self.storage.itemByteCountMax > 1 << 20
        {
            throw Problem(
                description: "-I: the largest item takes half of the memory limit at most")
        }
    }

    /// Where the cache listens. `-s` alone means the UNIX socket alone.
    package func addresses() throws -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        if let path = self.socketPath { addresses.append(.unix(path)) }
        guard self.socketPath == nil || self.hasNetworkOption, self.port != 0 || !self.hosts.isEmpty
        else { return addresses }
        let hosts = self.hosts.isEmpty ? ["0.0.0.0", "::"] : self.hosts
        for host in hosts {
            let (name, port) = try self.split(host)
            do {
                addresses += try SocketAddress.resolve(host: name, port: port)
            } catch {
                throw Problem(description: "-l: the host '\(name)' is not known")
            }
        }
        return addresses
    }

    private func split(_ host: String) throws -> (String, UInt16) {
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]"),
            host.firstIndex(of: ":") == colon || host.hasPrefix("[")
        {
            guard let port = UInt16(host[host.index(after: colon)...]) else {
                throw Problem(description: "-l: '\(host)' has no valid port")
            }
            return (String(host[..<colon]), port)
        }
        return (host, UInt16(self.port))
    }
}
