import Base
import EventLoop
import Logging
import SystemInterface

@testable import CacheServer
@testable import DaemonKit

/// A cache in this process, on a UNIX socket of its own.
final class TestCache: Sendable {
    let daemon: Daemon
    let service: CacheService
    let socketPath: String

    /// Starts a cache with these options on `loop`, beside a fresh socket.
    init(
        _ arguments: [String] = [], logs: LogOutput = LogOutput(form: .human, level: .error),
        on loop: Loop
    ) async throws {
        let nonce = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        self.socketPath = "/tmp/holdfast-cache-\(nonce).sock"
        let line = ["cached", "-s", self.socketPath] + arguments
        let options = try CacheOptions(line)
        var settings = DaemonSettings(name: "cached")
        settings.loopCount = options.threadCount
        self.daemon = try Daemon(settings, sockets: try ActivatedSockets([]), logs: logs)
        self.service = try CacheService(self.daemon, options, arguments: line)
        try await self.service.prepare(on: loop)
        try await self.service.serve()
    }

    /// Ends it. Not on one of its own loops.
    func stop() async {
        await self.service.stop()
        self.daemon.loops.stop()
    }
}
