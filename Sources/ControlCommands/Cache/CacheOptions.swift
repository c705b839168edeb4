import ArgumentParser
import EventLoop
import SystemInterface

/// The options that say which cache is meant.
struct CacheOptions: ParsableArguments {
    /// Where a cache listens unless it is told otherwise.
    static let defaultServer = "127.0.0.1:11211"

    @Option(
        help: ArgumentHelp(
            "The cache: HOST:PORT, [IPV6]:PORT, unix:PATH, or the name of an instance.",
            valueName: "address"))
    var server: String?
    @Option(
        help: ArgumentHelp(
            "A file with USER:PASSWORD, for a cache that wants a login (-Y).", valueName: "file"))
    var login: String?
    @OptionGroup var daemons: DaemonOptions

    /// Connects to the cache that is meant, and logs in where that is wanted.
    func connect(on loop: Loop) async throws -> CacheConnection {
        let connection = try await CacheConnection.open(try await self.address(on: loop), on: loop)
        if let login { try await Self.logIn(connection, file: login) }
        return connection
    }

    /// The control socket of the cache that is meant: the only one, or the one that `--server`
    /// names.
    ///
    /// - Throws: `CommandFailure` when there is none, or `--server` is an address: only a cached of
    ///   this machine has one.
    func control(on loop: Loop) async throws -> ControlClient {
        let sockets = try await self.daemons.sockets(of: "cached", on: loop)
        let names = sockets.map(\.name).joined(separator: ", ")
        guard let server else {
            guard sockets.count == 1, let only = sockets.first else {
                throw CommandFailure(
                    description: "there are several caches here: \(names); choose one with "
                        + "--server")
            }
            return ControlClient(only, on: loop)
        }
        guard let socket = sockets.first(where: { $0.name == server }) else {
            throw CommandFailure(
                description: "--server takes the name of a cache of this machine here, not "
                    + "'\(server)'; there are \(names)")
        }
        return ControlClient(socket, on: loop)
    }

    /// The control socket of the cache that is meant, for what any cache can answer another way;
    /// nil where it has none here.
    func pager(on loop: Loop) async -> ControlClient? {
        if let server, server.contains(":") || server.hasPrefix("/") { return nil }
        return try? await self.control(on: loop)
    }

    /// The address that was meant.
    ///
    /// - Throws: `CommandFailure` when it is none, a name that cannot be resolved, or one of
    ///   several.
    func address(on loop: Loop) async throws -> SocketAddress {
        guard let server else { return try await self.onlyCache(on: loop) }
        if server.hasPrefix("unix:") { return .unix(String(server.dropFirst(5))) }
        if server.hasPrefix("/") { return .unix(server) }
        if let colon = server.lastIndex(of: ":"),
            let port = UInt16(server[server.index(after: colon)...])
        {
            var host = String(server[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
            }
            guard let address = try? SocketAddress.resolve(host: host, port: port).first else {
                throw CommandFailure(
                    .unreachable, description: "--server: the host '\(host)' is not known")
            }
            return address
        }
        let caches = await self.caches(on: loop)
        guard let cache = caches.first(where: { $0.name == server }) else {
            let known =
                caches.isEmpty ? "" : "; there are \(caches.map(\.name).joined(separator: ", "))"
            throw CommandFailure(
                description: "--server takes HOST:PORT, unix:PATH or the name of a cache, not "
                    + "'\(server)'\(known)")
        }
        return try Self.reachable(cache.listening, name: cache.name)
    }

    private func onlyCache(on loop: Loop) async throws -> SocketAddress {
        let caches = await self.caches(on: loop)
        // Who names a socket means that cache, and no other that may be here.
        if caches.isEmpty, !self.daemons.sockets.isEmpty {
            _ = try await self.daemons.sockets(of: "cached", on: loop)
        }
        if caches.count > 1 {
            let names = caches.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                description: "there are several caches here: \(names); choose one with --server")
        }
        let listening = caches.first?.listening ?? [Self.defaultServer]
        return try Self.reachable(listening, name: caches.first?.name ?? "cached")
    }

    /// The caches whose control sockets answer, with where they listen.
    private func caches(on loop: Loop) async -> [(name: String, listening: [String])] {
        guard let sockets = try? self.daemons.found() else { return [] }
        return await DaemonOptions.statuses(of: sockets, on: loop).compactMap { status in
            guard case .success(let report) = status.answer, report.daemon == "cached" else {
                return nil
            }
            return (status.socket.name, report.listening ?? [])
        }
    }

    /// The address to connect to for one of those where a cache listens; UNIX sockets first.
    static func reachable(_ listening: [String], name: String) throws -> SocketAddress {
        if let path = listening.first(where: { $0.hasPrefix("unix:") }) {
            return .unix(String(path.dropFirst(5)))
        }
        for text in listening {
            guard let colon = text.lastIndex(of: ":"),
                let port = UInt16(text[text.index(after: colon)...])
            else { continue }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
            }
            // Who listens everywhere listens here.
            if host == "0.0.0.0" || host == "*" || host.isEmpty { host = "127.0.0.1" }
            if host == "::" { host = "::1" }
            if let address = try? SocketAddress.resolve(host: host, port: port).first {
                return address
            }
        }
        throw CommandFailure(.unreachable, description: "\(name): listens nowhere")
    }

    private static func logIn(_ connection: CacheConnection, file: String) async throws {
        let text: String
        do {
            text = String(decoding: try Files.read(file, limit: 65_536), as: UTF8.self)
        } catch {
            throw CommandFailure(description: "--login: \(file): \(error)")
        }
        let line = text.split(separator: "\n").first.map(String.init) ?? ""
        guard let colon = line.firstIndex(of: ":") else {
            throw CommandFailure(description: "--login: \(file) has no line USER:PASSWORD")
        }
        let words = Array("\(line[..<colon]) \(line[line.index(after: colon)...])".utf8)
        try await connection.send("set auth 0 0 \(words.count)", data: words)
        guard try await connection.line() == "STORED" else {
            throw CommandFailure(.forbidden, description: "--login: the cache does not take it")
        }
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
