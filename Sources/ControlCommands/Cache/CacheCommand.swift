import ArgumentParser
import EventLoop
import SystemInterface

/// `ctl cache …`.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Look into a cache and change what it holds.",
        discussion: """
            Speaks memcached's text protocol, so that any memcached server can be asked.

            Examples:
              ctl cache get greeting
              ctl cache stats --server 127.0.0.1:11212
            """,
        subcommands: [
            CacheGetCommand.self, CacheSetCommand.self, CacheDeleteCommand.self,
            CacheStatsCommand.self,
        ])
}

/// The option that says which cache is meant.
struct CacheOptions: ParsableArguments {
    /// Where a cache listens unless it is told otherwise.
    static let defaultServer = "127.0.0.1:11211"

    @Option(
        help: ArgumentHelp(
            "The cache: HOST:PORT, [IPV6]:PORT or unix:PATH.", valueName: "address"))
    var server = CacheOptions.defaultServer

    /// The address that was meant.
    ///
    /// - Throws: `CommandFailure` when it is none, or a name that cannot be resolved.
    func address() throws -> SocketAddress {
        if self.server.hasPrefix("unix:") { return .unix(String(self.server.dropFirst(5))) }
        if self.server.hasPrefix("/") { return .unix(self.server) }
        guard let colon = self.server.lastIndex(of: ":"),
            let port = UInt16(self.server[self.server.index(after: colon)...])
        else {
            throw CommandFailure(
                description: "--server takes HOST:PORT or unix:PATH, not '\(self.server)'")
        }
        let host = String(self.server[..<colon])
        guard let address = try? SocketAddress.resolve(host: host, port: port).first else {
            throw CommandFailure(description: "--server: the host '\(host)' is not known")
        }
        return address
    }

    /// Connects to the cache that is meant.
    func connect(on loop: Loop) async throws -> CacheConnection {
        try await CacheConnection.open(try self.address(), on: loop)
    }
}

/// A key that a cache will take: 1 to 250 bytes without space or control characters.
struct CacheKey: ExpressibleByArgument, Sendable {
    /// The longest key in bytes (memcached's protocol.txt).
    static let byteCountMax = 250

    /// The key's text.
    let text: String

    init?(argument: String) {
        let isPlain = argument.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        guard isPlain, (1...Self.byteCountMax).contains(argument.utf8.count) else { return nil }
        self.text = argument
    }
}
