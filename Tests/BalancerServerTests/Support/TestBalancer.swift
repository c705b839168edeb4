import Base
import DaemonKit
import EventLoop
import SystemInterface
import TestSupport

@testable import BalancerServer

/// A balancer in this process, with a folder of its own and servers by script behind it.
final class TestBalancer: Sendable {
    let service: BalancerService
    let daemon: Daemon
    let folder: TestFolder
    let address: SocketAddress
    let servers: [ScriptedServer]
    /// The loop of the test; the balancer has its own.
    let loop: Loop
    private let names: TestNames
    private let dead: DeadAddress

    /// Starts a balancer whose configuration lies in `balancer.conf` of the folder.
    init(
        _ text: String, _ dialect: ConfigurationDialect, _ folder: TestFolder,
        _ servers: [ScriptedServer], on loop: Loop
    ) async throws {
        let socket = try Sockets.listen(at: .ipv4(0x7F00_0001, port: 0), backlog: 64)
        let number = socket.take()
        self.address = try Sockets.localAddress(of: number)
        self.folder = folder
        self.servers = servers
        self.loop = loop
        self.dead = try DeadAddress()
        self.names = TestNames(
            listen: self.address.description, root: folder.path, servers: servers.map(\.name),
            dead: self.dead.address.description)
        try folder.write("balancer.conf", self.names.filled(text))
        var settings = DaemonSettings(name: "balancerd")
        settings.loopCount = 1
        self.daemon = try Daemon(
            settings, sockets: try ActivatedSockets([("http", number)]),
            logs: LogOutput(form: .human, descriptor: try Files.open("/dev/null", .append).take()))
        var overrides = ConfigurationOverrides()
        overrides.prefix = folder.path
        let options = BalancerOptions(
            path: "balancer.conf", dialect: dialect, overrides: overrides)
        self.service = try BalancerService(try options.read(), options, daemon: self.daemon)
        try await self.service.prepare(on: loop)
        try await self.service.serve()
    }

    /// Ends it. Not on one of its own loops.
    func stop() async {
        await self.service.stop()
        self.daemon.loops.stop()
        for server in self.servers { server.stop() }
    }

    /// Puts another configuration in the place of the present one.
    func reload(_ text: String) async throws {
        try self.folder.write("balancer.conf", self.names.filled(text))
        try await self.service.reload()
    }

    // MARK: Asking

    /// The port it listens at.
    var port: UInt16 { self.address.port ?? 0 }

    /// The address without a server, as `@@dead` names it.
    var deadName: String { self.names.dead }

    /// A new connection to it.
    func connect() async throws -> RawConnection {
        try await RawConnection.connect(to: self.address, on: self.loop)
    }

    /// Asks once on a connection of its own; an answer that does not come is empty.
    func get(
        _ target: String, _ fields: String = "", method: String = "GET", body: String? = nil
    ) async throws -> RawMessage {
        let client = try await self.connect()
        defer { client.close() }
        var text = "\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(fields)"
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        try await client.send("\(text)\r\n\(body ?? "")")
        guard let answer = try await client.answer(to: method) else {
            var none = RawMessage()
            none.isWhole = false
            return none
        }
        return answer
    }

    /// The lines of a file of the folder, once there are at least so many. The balancer writes
    /// them after the answers have left.
    func lines(of name: String, atLeast count: Int) async throws -> [String] {
        let end = self.loop.now + RawConnection.limit
        while true {
            let lines = self.folder.read(name).split(separator: "\n").map(String.init)
            if lines.count >= count || self.loop.now >= end { return lines }
            await self.loop.sleep(until: self.loop.now + .milliseconds(2))
        }
    }

    /// Waits, with the usual limit, until something is so; answers whether it became so.
    func waits(until condition: () -> Bool) async -> Bool {
        let end = self.loop.now + RawConnection.limit
        while !condition() {
            if self.loop.now >= end { return false }
            await self.loop.sleep(until: self.loop.now + .milliseconds(1))
        }
        return true
    }

    /// The sum of a counter over the balancer's loops.
    func count(_ kind: BalancerCounters.Kind) -> Int {
        self.service.counters.reduce(0) { $0 + $1[kind] }
    }
}

/// What stands for names that are known only when a test runs: `@@listen` for the balancer's own
/// address, `@@root` for the folder, `@@1`, `@@2` … for the servers, `@@dead` for an address at
/// which nobody listens.
struct TestNames: Sendable {
    let listen: String, root: String
    let servers: [String]
    let dead: String

    func filled(_ text: String) -> String {
        var text = text.replacing("@@listen", with: self.listen)
            .replacing("@@root", with: self.root).replacing("@@dead", with: self.dead)
        for (index, name) in self.servers.enumerated() {
            text = text.replacing("@@\(index + 1)", with: name)
        }
        return text
    }
}

/// Runs `body` beside a balancer with a configuration, files in its folder, and servers by script.
func withBalancer(
    _ text: String, _ dialect: ConfigurationDialect = .nginx, files: [String: String] = [:],
    servers: [ScriptedServer.Script] = [],
    _ body: @escaping @Sendable (TestBalancer) async throws -> Void
) async throws {
    let folder = try TestFolder(files)
    try await runOnLoop { group in
        let loop = group.loops[0]
        let scripted = try servers.map { try ScriptedServer(on: loop, script: $0) }
        let balancer = try await TestBalancer(text, dialect, folder, scripted, on: loop)
        do {
            try await body(balancer)
        } catch {
            await balancer.stop()
            throw error
        }
        await balancer.stop()
    }
}

/// A configuration in nginx's language with one server.
func nginx(_ server: String, http: String = "") -> String {
    """
    error_log @@root/error.log info;
    events {}
    http {
        access_log off;
        \(http)
        server { listen @@listen; root @@root; \(server) }
    }
    """
}

/// A script that answers every request with a text.
func answering(_ text: String) -> ScriptedServer.Script {
    { peer, _, server in
        while try await server.request(of: peer) != nil { try await peer.send(text) }
    }
}

/// A script that takes a request and closes without an answer.
let closing: ScriptedServer.Script = { peer, _, server in _ = try await server.request(of: peer) }
