import EventLoop
import SystemInterface
import Testing

@testable import DaemonKit

/// Sockets that were passed, matched to what is configured.
struct ActivatedSocketsTests {
    private static let loopback = SocketAddress.ipv4(0x7F00_0001, port: 0)

    private static func listening(
        at address: SocketAddress = loopback
    ) throws -> (number: Int32, address: SocketAddress) {
        let socket = try Sockets.listen(at: address, backlog: 5)
        let bound = try Sockets.localAddress(of: socket.number)
        return (socket.take(), bound)
    }

    @Test func aPassedSocketIsTakenAndTheOthersAreBound() throws {
        let (number, address) = try Self.listening()
        let sockets = try ActivatedSockets([("cache", number)])
        #expect(sockets.count == 1 && sockets.addresses(named: "cache") == [address])
        let listeners = try sockets.listeners(named: "cache", at: [Self.loopback, address])
        #expect(listeners.count == 2 && listeners[1].address == address)
        #expect(listeners[0].address != address)
        try sockets.checkAllClaimed()
        for listener in listeners { listener.stop() }
        // A reload may stop a listener and start it again.
        let again = try sockets.listeners(named: "cache", at: [address])
        #expect(again[0].address == address)
        again[0].stop()
    }

    @Test func aSocketNobodyConfiguredIsRefused() throws {
        let (number, address) = try Self.listening()
        let sockets = try ActivatedSockets([("cache", number)])
        #expect(
            throws: ActivationError.notConfigured(
                name: "cache", address: address, configured: [.unix("/x")])
        ) { _ = try sockets.listeners(named: "cache", at: [.unix("/x")]) }
        #expect(throws: ActivationError.unknownName(name: "cache", address: address)) {
            try sockets.checkAllClaimed()
        }
    }

    @Test func whatIsNoListeningSocketIsRefused() throws {
        let ends = try SocketPair()
        #expect(throws: ActivationError.notListening(name: "x", descriptor: ends.first)) {
            _ = try ActivatedSockets([("x", ends.first)])
        }
        #expect(throws: ActivationError.notListening(name: "x", descriptor: 9_999)) {
            _ = try ActivatedSockets([("x", 9_999)])
        }
    }

    @Test func anAddressThatIsTakenIsSaid() throws {
        let (number, address) = try Self.listening()
        defer { RawDescriptor.close(number) }
        let sockets = try ActivatedSockets([])
        #expect(throws: ActivationError.cannotListen(address, .addressInUse)) {
            _ = try sockets.listeners(named: "cache", at: [Self.loopback, address])
        }
    }

    @Test func withoutTheEnvironmentNothingIsPassed() throws {
        #expect(try ActivatedSockets.fromEnvironment().sockets.count == 0)
    }
}
