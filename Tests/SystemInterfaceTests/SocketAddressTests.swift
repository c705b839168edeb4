import SystemInterface
import Testing

/// Addresses as people write them, and back.
struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:80"), ("*", "0.0.0.0:80"), ("::1", "[::1]:80"),
        ("[fe80::1]", "[fe80::1]:80"), ("255.255.255.255", "255.255.255.255:80"),
    ])
    func readsNumericAddresses(host: String, expected: String) {
        #expect(SocketAddress(numeric: host, port: 80)?.description == expected)
    }

    @Test(arguments: ["localhost", "1.2.3", "", "::1::", "256.1.1.1", "[1.2.3.4"])
    func refusesWhatIsNoAddress(host: String) {
        #expect(SocketAddress(numeric: host, port: 80) == nil)
    }

    @Test func theKernelGivesBackWhatWasBound() throws {
        for address in [
            SocketAddress.ipv4(0x7F00_0001, port: 0),
            .ipv6([UInt8](repeating: 0, count: 15) + [1], port: 0),
        ] {
            guard let socket = try? Sockets.listen(at: address, backlog: 1) else { continue }
            let bound = try Sockets.localAddress(of: socket.number)
            #expect(bound.hostText == address.hostText)
            #expect(bound.port != 0)
            #expect(Sockets.isListening(socket.number))
        }
    }

    @Test func aPathThatIsTooLongIsRefused() {
        let path = "/tmp/" + String(repeating: "x", count: 200)
        #expect(throws: Errno.self) { _ = try Sockets.listen(at: .unix(path), backlog: 1) }
    }

    @Test func filesAreReplacedWholeAndReadWithALimit() throws {
        let path = "/tmp/holdfast-files-\(Processes.identifier)-\(SystemClock.unixNanoseconds())"
        try Files.write(Array("one".utf8), to: path)
        try Files.write(Array("three".utf8), to: path)
        #expect(try Files.read(path, limit: 5) == Array("three".utf8))
        #expect(throws: Errno.fileTooLarge) { _ = try Files.read(path, limit: 4) }
        #expect(try Files.status(path).kind == .regular)
        try Files.remove(path)
        try Files.remove(path)
        #expect(throws: Errno.noSuchFile) { _ = try Files.status(path) }
    }
}
