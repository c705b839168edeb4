import Base
import Synchronization
import SystemInterface

/// A real peer that a test runs, such as memcached; killed when the test lets go of it.
package final class PeerProcess: Sendable {
    private static let startLimit = Duration.seconds(10)

    /// The UNIX socket that the peer listens at.
    package let socketPath: String
    private let program: String
    private let arguments: @Sendable (String) -> [String]
    private let process = Mutex<Int32>(0)

    /// Starts a program with the arguments that `arguments` makes for the path of a fresh socket,
    /// and waits until it takes connections there.
    ///
    /// - Throws: when it cannot be started or does not listen in time.
    package init(
        _ program: String, arguments: @escaping @Sendable (_ socketPath: String) -> [String]
    ) throws {
        self.program = program
        self.arguments = arguments
        let nonce = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        self.socketPath = "/tmp/holdfast-peer-\(nonce).sock"
        try self.start()
    }

    deinit {
        self.stop(9)
        try? Files.remove(self.socketPath)
    }

    /// Debian's memcached on a UNIX socket, or nil where it is not installed.
    package static func memcached() throws -> PeerProcess? {
        let path = "/usr/bin/memcached"
        guard (try? Files.status(path)) != nil else { return nil }
        return try PeerProcess(path) { ["-s", $0, "-u", "nobody", "-a", "0777", "-U", "0"] }
    }

    /// Runs a program that should end by itself, and answers its status; 137 when it had to be
    /// killed after some seconds.
    package static func status(of program: String, _ arguments: [String]) throws -> Int32 {
        let number = try ChildProcesses.start(
            "/usr/bin/timeout", ["-s", "KILL", "5", program] + arguments)
        return try ChildProcesses.wait(for: number)
    }

    /// Starts the program again after `stop`, at the same socket.
    package func start() throws {
        try? Files.remove(self.socketPath)
        // Tests of the service manager's messages name their socket in this process's environment:
        // a peer that inherited it would wait for ever once nobody reads there.
        let number = try ChildProcesses.start(
            "/usr/bin/env", ["-u", "NOTIFY_SOCKET", self.program] + self.arguments(self.socketPath))
        self.process.withLock { $0 = number }
        let limit = SystemClock.now() + Self.startLimit
        while true {
            if (try? Sockets.startConnecting(to: .unix(self.socketPath))) != nil { return }
            guard SystemClock.now() < limit else { throw Errno.timedOut }
            Processes.sleep(.milliseconds(5))
        }
    }

    /// Sends a signal, by its number, and leaves the process to it.
    package func signal(_ number: Int32) {
        self.process.withLock { if $0 > 0 { ChildProcesses.signal($0, number) } }
    }

    /// Ends the process with a signal (9 kills it) and waits for its end.
    package func stop(_ signal: Int32) {
        let number = self.process.withLock { number in
            defer { number = 0 }
            return number
        }
        guard number > 0 else { return }
        ChildProcesses.signal(number, signal)
        _ = try? ChildProcesses.wait(for: number)
    }
}
