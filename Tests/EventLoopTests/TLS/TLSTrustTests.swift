import Base
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import EventLoop

/// Who is believed: authorities, names, clients' certificates; and how it is said.
@Suite(.timeLimit(.minutes(1)))
struct TLSTrustTests {
    private let certificates: TestCertificates

    init() throws { self.certificates = try TestCertificates() }

    /// What a client is told when it cannot come to terms; nil when it can.
    private func refusal(
        serverName: String? = "localhost", server: @escaping @Sendable (inout TLSSettings) -> Void,
        client: @escaping @Sendable (inout TLSSettings) -> Void = { _ in }
    ) async throws -> (client: String?, server: String?) {
        let certificates = self.certificates
        let seen = Mutex<String?>(nil)
        let told = try await runOnLoop { group -> String? in
            let pair = try TLSPair(
                certificates, on: group,
                failed: { error in
                    if case .tls(let error) = error { seen.withLock { $0 = error.description } }
                }, change: server)
            let told = await Self.told(pair, serverName, client)
            // The server may learn of it last.
            let limit = pair.loop.now + TLSPair.limit
            while pair.listener.openCount > 0, pair.loop.now < limit {
                await pair.loop.sleep(until: pair.loop.now + .milliseconds(1))
            }
            pair.listener.stop()
            return told
        }
        return (told, seen.withLock { $0 })
    }

    private static func told(
        _ pair: TLSPair, _ serverName: String?, _ client: (inout TLSSettings) -> Void
    ) async -> String? {
        do {
            let connection = try await pair.connect(
                try pair.clientContext(client), serverName: serverName)
            // In TLS 1.3 a client learns only now that it was not taken.
            let answer = try await TLSPair.exchange([1], over: connection)
            connection.close()
            return answer == [1] ? nil : "closed"
        } catch ConnectionError.tls(let error) {
            return error.description
        } catch {
            return "\(error)"
        }
    }

    @Test func aServerOfAnotherAuthorityIsNotBelieved() async throws {
        let stranger = self.certificates.path("stranger")
        let (client, server) = try await self.refusal(server: {
            $0.chainPath = "\(stranger).pem"
            $0.keyPath = "\(stranger).key"
        })
        #expect(
            client == "the certificate of CN=stranger,O=Holdfast test is not believed: "
                + "unable to get local issuer certificate")
        #expect(server?.contains("unknown ca") == true, "\(server ?? "nothing")")
    }

    @Test func theNameMustStandInTheCertificate() async throws {
        let (client, _) = try await self.refusal(serverName: "elsewhere.test", server: { _ in })
        #expect(client?.hasSuffix("is not believed: hostname mismatch") == true)
        let (byAddress, _) = try await self.refusal(serverName: "127.0.0.1", server: { _ in })
        #expect(byAddress == nil)
        let (wrongAddress, _) = try await self.refusal(serverName: "127.0.0.2", server: { _ in })
        #expect(wrongAddress?.hasSuffix("is not believed: IP address mismatch") == true)
    }

    @Test(arguments: [TLSSettings.Verification.none, .request, .require, .requireOnce])
    func clientsCertificates(mode: TLSSettings.Verification) async throws {
        let certificates = self.certificates
        for name in [nil, "client", "stranger"] {
            let (client, server) = try await self.refusal(
                server: { $0.verification = mode },
                client: {
                    $0.chainPath = name.map { certificates.path("\($0).pem") }
                    $0.keyPath = name.map { certificates.path("\($0).key") }
                })
            let isTaken: Bool
            switch (mode, name) {
            case (.none, _), (_, "client"), (.request, nil): isTaken = true
            default: isTaken = false
            }
            #expect((client == nil) == isTaken, "\(mode) \(name ?? "-"): \(client ?? "taken")")
            if isTaken { continue }
            let reason = name == nil ? "did not return a certificate" : "CN=stranger"
            #expect(server?.contains(reason) == true, "\(server ?? "nothing")")
        }
    }

    @Test func anOlderVersionIsRefused() async throws {
        let certificates = self.certificates
        let server = try OpenSSLServer(certificates, ["-tls1_2"])
        try await runOnLoop { group in
            let pair = try TLSPair(certificates, on: group)
            let context = try pair.clientContext { $0.minimumVersion = .tls13 }
            await #expect(throws: ConnectionError.self) {
                _ = try await pair.connect(context, to: server.address)
            }
            pair.listener.stop()
        }
    }

    @Test func whatIsNoTLSIsSaidToBeNone() async throws {
        let certificates = self.certificates
        let seen = Mutex<ConnectionError?>(nil)
        try await runOnLoop { group in
            let pair = try TLSPair(
                certificates, on: group, failed: { error in seen.withLock { $0 = error } })
            let client = try await pair.connectPlainly()
            client.output.append("get a key that is long enough\r\n")
            try await client.flush()
            while try await client.fill(deadline: pair.loop.now + TLSPair.limit) > 0 {}
            client.close()
            pair.listener.stop()
        }
        guard case .tls(let error)? = seen.withLock({ $0 }) else {
            Issue.record("no TLS error")
            return
        }
        #expect(error.kind == .handshake)
        #expect(error.description == "wrong version number")
    }

    @Test func aHandshakeHasADeadline() async throws {
        let certificates = self.certificates
        try await runOnLoop { group in
            let pair = try TLSPair(certificates, on: group)
            let silent = try Listener.bind(TLSPair.loopback)
            silent.start(on: group.loops) { connection in
                while let count = try? await connection.fill(), count > 0 {}
            }
            let client = try await pair.connectPlainly(to: silent.address)
            let context = try pair.clientContext()
            await #expect(throws: ConnectionError.deadlineReached) {
                try await client.startTLS(context, deadline: pair.loop.now + .milliseconds(20))
            }
            client.close()
            silent.stop()
            pair.listener.stop()
        }
    }

    @Test func filesThatCannotBeUsedAreNamed() throws {
        let certificates = self.certificates
        func problem(_ change: (inout TLSSettings) -> Void) -> String {
            var settings = TLSSettings()
            settings.chainPath = certificates.path("server.pem")
            settings.keyPath = certificates.path("server.key")
            change(&settings)
            do {
                _ = try TLSContext(settings, role: .server)
                return "none"
            } catch {
                return error.description
            }
        }
        #expect(problem { _ in } == "none")
        #expect(
            problem { $0.chainPath = "/nowhere.pem" }
                == "the certificate chain /nowhere.pem cannot be used: No such file or directory")
        #expect(problem { $0.keyPath = certificates.path("client.key") }.contains("key values"))
        #expect(problem { $0.authorityPath = "/nowhere" }.contains("No such file"))
        #expect(problem { $0.ciphers = "NONSENSE" }.contains("no cipher match"))
        #expect(
            problem {
                $0.keyPath = certificates.path("server.der")
                $0.keyFormat = .der
            } == "none")
        #expect(problem { $0.keyPath = certificates.path("server.der") } != "none")
    }
}
