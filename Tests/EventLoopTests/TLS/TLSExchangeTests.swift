import Base
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import EventLoop

/// The same straight-line code over TLS as without: fill, flush, whileReadable, sendFile.
@Suite(.timeLimit(.minutes(1)))
struct TLSExchangeTests {
    private let certificates: TestCertificates

    init() throws { self.certificates = try TestCertificates() }

    @Test(arguments: [TLSSettings.Version.tls12, .tls13], [false, true])
    func echoesSmallAndLarge(version: TLSSettings.Version, kernel: Bool) async throws {
        let certificates = self.certificates
        try await runOnLoop(loopCount: 2) { group in
            let pair = try TLSPair(
                certificates, on: group,
                change: {
                    $0.minimumVersion = version
                    $0.usesKernelTLS = kernel
                })
            let context = try pair.clientContext()
            let client = try await pair.connect(context)
            #expect(client.tlsPeer?.commonName == "server")
            #expect(client.tlsPeer?.dnsNames == ["localhost", "cache.test"])
            #expect(client.tlsPeer?.isVerified == true)
            #expect(client.tlsPeer?.subject == "CN=server,O=Holdfast test")
            for length in [1, 100, 16_384, 16_385, 1_000_000] {
                let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                #expect(try await TLSPair.exchange(message, over: client) == message)
            }
            #expect(client.receivedByteCount == client.sentByteCount)
            client.close()
            pair.listener.stop()
        }
    }

    @Test func recordsThatDripByteByByteAreReadAllTheSame() async throws {
        let certificates = self.certificates
        try await runOnLoop { group in
            let pair = try TLSPair(certificates, on: group)
            let relay = try DripRelay(to: pair.listener.address, on: group.loops[0])
            let client = try await pair.connect(
                try pair.clientContext(), to: relay.listener.address)
            let message = Array("drip, drip, drip".utf8)
            #expect(try await TLSPair.exchange(message, over: client) == message)
            client.close()
            relay.listener.stop()
            pair.listener.stop()
        }
    }

    @Test func theLoopCallsTheStepAndTheStepSeesWholeRecords() async throws {
        let certificates = self.certificates
        try await runOnLoop { group in
            let pair = try TLSPair(
                certificates, on: group,
                serve: { connection in
                    try? await connection.whileReadable {
                        guard let count = try? connection.fillNow() else { return true }
                        if count == 0 { return false }
                        let input = connection.input
                        connection.output.append(input)
                        input.consume(input.count)
                        return (try? connection.flushNow()) ?? false
                    }
                })
            let relay = try DripRelay(to: pair.listener.address, on: group.loops[0])
            let client = try await pair.connect(
                try pair.clientContext(), to: relay.listener.address)
            for word in ["one", "two", "three"] {
                let bytes = Array(word.utf8)
                #expect(try await TLSPair.exchange(bytes, over: client) == bytes)
            }
            client.close()
            relay.listener.stop()
            pair.listener.stop()
        }
    }

    @Test func aWriterWaitsForASlowReader() async throws {
        let certificates = self.certificates
        try await runOnLoop { group in
            let total = 3_000_000
            let pair = try TLSPair(
                certificates, on: group,
                serve: { connection in
                    connection.output.append([UInt8](repeating: 7, count: total))
                    try? await connection.flush()
                })
            let client = try await pair.connect(try pair.clientContext())
            var received = 0
            while true {
                let count = try await client.fill(
                    atMost: 1_000, deadline: pair.loop.now + TLSPair.limit)
                if count == 0 { break }
                received += count
                client.input.consume(count)
            }
            #expect(received == total)
            client.close()
            pair.listener.stop()
        }
    }

    @Test func filesAreSent() async throws {
        let certificates = self.certificates
        let path = certificates.path("large")
        let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        try Files.write(content, to: path)
        try await runOnLoop { group in
            let pair = try TLSPair(
                certificates, on: group,
                serve: { connection in
                    guard let file = try? Files.open(path, .read) else { return }
                    connection.output.append("head ")
                    try? await connection.sendFile(file, offset: 1_000, byteCount: 150_000)
                })
            let client = try await pair.connect(try pair.clientContext())
            while try await client.fill(deadline: pair.loop.now + TLSPair.limit) > 0 {}
            let expected = Array("head ".utf8) + content[1_000..<151_000]
            #expect(client.input.makeArray() == expected)
            client.close()
            pair.listener.stop()
        }
    }

    @Test func waitUntilReadableWaitsForWordsNotForRecords() async throws {
        let certificates = self.certificates
        try await runOnLoop { group in
            let pair = try TLSPair(certificates, on: group)
            let client = try await pair.connect(try pair.clientContext())
            // The server's session tickets have come, or will: nothing that a reader would get.
            await #expect(throws: ConnectionError.deadlineReached) {
                try await client.waitUntilReadable(deadline: pair.loop.now + .milliseconds(30))
            }
            client.output.append("x")
            try await client.flush()
            try await client.waitUntilReadable(deadline: pair.loop.now + TLSPair.limit)
            #expect(try client.fillNow() == 1)
            client.close()
            pair.listener.stop()
        }
    }

    @Test func anEndWithoutGoodbyeIsNoEnd() async throws {
        let certificates = self.certificates
        let seen = Mutex<ConnectionError?>(nil)
        try await runOnLoop { group in
            let pair = try TLSPair(
                certificates, on: group,
                serve: { connection in
                    do throws(ConnectionError) {
                        while try await connection.fill() > 0 {}
                    } catch {
                        seen.withLock { $0 = error }
                    }
                })
            for saysGoodbye in [true, false] {
                let client = try await pair.connect(try pair.clientContext())
                client.output.append("hello")
                try await client.flush()
                client.tls?.saysGoodbye = saysGoodbye
                client.close()
                let limit = pair.loop.now + TLSPair.limit
                while pair.listener.openCount > 0, pair.loop.now < limit {
                    await pair.loop.sleep(until: pair.loop.now + .milliseconds(1))
                }
                guard case .tls(let error)? = seen.withLock({ $0 }) else {
                    #expect(saysGoodbye, "an end without close_notify was taken for one")
                    continue
                }
                #expect(!saysGoodbye)
                #expect(error.kind == .truncated)
            }
            pair.listener.stop()
        }
    }

    @Test func halfClosedOneWayTheOtherGoesOn() async throws {
        let certificates = self.certificates
        try await runOnLoop { group in
            let pair = try TLSPair(
                certificates, on: group,
                serve: { connection in
                    while let count = try? await connection.fill(), count > 0 {}
                    connection.output.append("\(connection.input.count) bytes")
                    try? await connection.flush()
                })
            let client = try await pair.connect(try pair.clientContext())
            client.output.append("twelve bytes")
            try await client.flush()
            client.shutdownOutput()
            while try await client.fill(deadline: pair.loop.now + TLSPair.limit) > 0 {}
            #expect(client.input.makeString() == "12 bytes")
            client.close()
            pair.listener.stop()
        }
    }
}
