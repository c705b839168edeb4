import Base
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import EventLoop

/// Reload, sessions, and OpenSSL's own programs at the other end.
@Suite(.timeLimit(.minutes(1)))
struct TLSPeersTests {
    private let certificates: TestCertificates

    init() throws { self.certificates = try TestCertificates() }

    @Test func reloadChangesNewConnectionsAndLeavesTheOldOnes() async throws {
        let certificates = self.certificates
        try certificates.copy("server.pem", to: "live.pem")
        try certificates.copy("server.key", to: "live.key")
        try await runOnLoop(loopCount: 2) { group in
            let pair = try TLSPair(
                certificates, on: group,
                change: {
                    $0.chainPath = certificates.path("live.pem")
                    $0.keyPath = certificates.path("live.key")
                })
            let context = try pair.clientContext()
            let first = try await pair.connect(context)
            try certificates.copy("server2.pem", to: "live.pem")
            // The key is still the old one: nothing changes, and it is said.
            #expect(throws: TLSError.self) { try pair.server.reload() }
            let second = try await pair.connect(context)
            #expect(second.tlsPeer?.commonName == "server")
            try certificates.copy("server2.key", to: "live.key")
            try pair.server.reload()
            let third = try await pair.connect(context)
            #expect(third.tlsPeer?.commonName == "server2")
            for client in [first, second, third] {
                #expect(try await TLSPair.exchange([1, 2, 3], over: client) == [1, 2, 3])
                client.close()
            }
            pair.listener.stop()
        }
    }

    @Test func talksToOpenSSLsServer() async throws {
        let certificates = self.certificates
        let server = try OpenSSLServer(certificates, ["-Verify 1", "-verify_return_error"])
        try await runOnLoop { group in
            let pair = try TLSPair(certificates, on: group)
            let context = try pair.clientContext {
                $0.chainPath = certificates.path("client.pem")
                $0.keyPath = certificates.path("client.key")
            }
            let client = try await pair.connect(context, to: server.address)
            client.output.append("abc\n")
            try await client.flush()
            while client.input.count < 4 {
                guard try await client.fill(deadline: pair.loop.now + TLSPair.limit) > 0 else {
                    break
                }
            }
            #expect(client.input.makeString() == "cba\n")
            client.close()
            pair.listener.stop()
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func openSSLsClientTalksToUs(version: String) async throws {
        let certificates = self.certificates
        let answer = certificates.path("answer")
        try await runOnLoop(loopCount: 2) { group in
            let pair = try TLSPair(certificates, on: group)
            let port = pair.listener.address.port.map { "\($0)" } ?? ""
            let command = """
                printf 'hello\\n' | openssl s_client -connect 127.0.0.1:"$1" -CAfile "$2" \\
                    -verify_return_error -verify_hostname localhost "$3" -ign_eof > "$4" 2>&1 &
                client=$!
                tail -n +1 -f "$4" --pid $client 2>/dev/null | grep -m 1 -q '^hello'
                kill $client
                """
            // The server's loop is another thread.
            let status = try ChildProcesses.run(
                "/bin/sh",
                ["-c", command, "sh", port, certificates.path("ca.pem"), version, answer])
            #expect(status == 0)
            let text = String(decoding: try Files.read(answer, limit: 1 << 20), as: UTF8.self)
            #expect(text.contains("Verify return code: 0 (ok)"), "\(text)")
            #expect(text.contains("\nhello\n"))
            pair.listener.stop()
        }
    }
}
