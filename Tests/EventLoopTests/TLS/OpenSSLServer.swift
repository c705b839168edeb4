import Base
import SystemInterface
import TestSupport

/// `openssl s_server -rev` on a port of its own choice: answers each line backwards.
final class OpenSSLServer: Sendable {
    let address: SocketAddress
    private let process: Int32

    /// Starts it with `server`'s certificate and further arguments.
    init(_ certificates: TestCertificates, _ arguments: [String] = []) throws {
        let log = certificates.path("s_server.log")
        try? Files.remove(log)
        let command = """
            exec openssl s_server -accept 127.0.0.1:0 -rev -cert "$1/server.pem" \\
                -key "$1/server.key" -CAfile "$1/ca.pem" \(arguments.joined(separator: " ")) \\
                > "$2" 2>&1
            """
        self.process = try ChildProcesses.start(
            "/bin/sh", ["-c", command, "sh", certificates.folder, log])
        let limit = SystemClock.now() + TLSPair.limit
        while true {
            let text = (try? Files.read(log, limit: 1 << 20)) ?? []
            let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
            let line = lines.first { $0.hasPrefix("ACCEPT 127.0.0.1:") }
            if let port = line.flatMap({ UInt16($0.dropFirst(17)) }) {
                self.address = .ipv4(0x7F00_0001, port: port)
                return
            }
            guard SystemClock.now() < limit else {
                ChildProcesses.signal(self.process, 9)
                throw Errno.timedOut
            }
            Processes.sleep(.milliseconds(5))
        }
    }

    deinit {
        ChildProcesses.signal(self.process, 9)
        _ = try? ChildProcesses.wait(for: self.process)
    }
}
