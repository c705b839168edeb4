import Base
import Synchronization
import SystemInterface
import TestSupport
import Testing

@testable import EventLoop

/// Datagrams on real sockets: batches, answers to the right peer, more answers than the kernel
/// takes at once.
@Suite(.timeLimit(.minutes(1)))
struct DatagramSocketTests {
    private static let loopback = SocketAddress.ipv4(0x7F00_0001, port: 0)

    /// Answers each datagram with `copies` of it.
    private static func echo(
        on loop: Loop, at address: SocketAddress = loopback, copies: Int = 1
    ) throws -> DatagramSocket {
        let socket = try DatagramSocket(address, on: loop) { batch, index in
            for _ in 0..<copies {
                let bytes = batch.bytes(at: index)
                batch.answers.append(bytes)
                batch.finishAnswer(byteCount: bytes.count, to: index)
            }
        }
        socket.start()
        return socket
    }

    /// A client is a socket of the same kind that keeps what comes.
    private final class Client: Sendable {
        let socket: DatagramSocket
        let received = Mutex<[[UInt8]]>([])

        init(on loop: Loop) throws {
            let place = Mutex<Client?>(nil)
            self.socket = try DatagramSocket(loopback, on: loop) { batch, index in
                let bytes = batch.bytes(at: index).makeArray()
                place.withLock { $0 }?.received.withLock { $0.append(bytes) }
            }
            place.withLock { $0 = self }
            self.socket.start()
        }

        func wait(for count: Int, on loop: Loop) async {
            let limit = loop.now + .seconds(10)
            while self.received.withLock({ $0.count }) < count, loop.now < limit {
                await loop.sleep(until: loop.now + .milliseconds(1))
            }
        }
    }

    @Test func answersGoToWhoAsked() async throws {
        try await runOnLoop(loopCount: 2) { group in
            let loop = group.loops[0]
            let server = try Self.echo(on: group.loops[1], copies: 2)
            let clients = try (0..<3).map { _ in try Client(on: loop) }
            for (number, client) in clients.enumerated() {
                for round in 0..<40 {
                    let text = Array("client \(number) round \(round)".utf8)
                    try client.socket.send(text, to: server.address)
                }
            }
            for (number, client) in clients.enumerated() {
                await client.wait(for: 80, on: loop)
                let texts = client.received.withLock {
                    $0.map { String(decoding: $0, as: UTF8.self) }
                }
                #expect(texts.count == 80)
                #expect(texts.allSatisfy { $0.hasPrefix("client \(number) round ") })
                client.socket.stop()
            }
            server.stop()
        }
    }

    @Test func manyAnswersLeaveInSeveralCalls() async throws {
        try await runOnLoop(loopCount: 2) { group in
            let loop = group.loops[0]
            // More than one sendmmsg takes.
            let server = try Self.echo(on: group.loops[1], copies: 150)
            let client = try Client(on: loop)
            try client.socket.send([1, 2, 3], to: server.address)
            await client.wait(for: 150, on: loop)
            let received = client.received.withLock { $0 }
            #expect(received == [[UInt8]](repeating: [1, 2, 3], count: 150))
            client.socket.stop()
            server.stop()
        }
    }

    @Test func anAddressInUseIsRefusedAndAStoppedSocketFreesIt() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let first = try Self.echo(on: loop)
            #expect(throws: Errno.addressInUse) {
                _ = try DatagramSocket(first.address, on: loop) { _, _ in }
            }
            await loop.sleep(until: loop.now + .milliseconds(1))
            first.stop()
            await loop.sleep(until: loop.now + .milliseconds(1))
            let second = try Self.echo(on: loop, at: first.address)
            second.stop()
        }
    }
}
