import Base
import EventLoop
import MemcacheProtocol
import Synchronization
import SystemInterface

/// The cache by datagrams (`-U`): each bears whole commands, and each answer goes back by itself.
///
/// As memcached has it, but that a datagram's commands are its own: one that is not whole is
/// dropped, where memcached takes the next datagram, whoever sends it, for the rest.
final class CacheDatagrams: Sendable {
    /// A socket, and when it was asked last.
    struct Place: Sendable {
        let socket: DatagramSocket
        let lastCommand: LastCommand
    }

    /// When something came last, on the loops' clock.
    final class LastCommand: Sendable { let nanoseconds = Atomic<Int64>(0) }

    private let places: [Place]

    /// Binds at the addresses, one loop after another.
    init(
        _ addresses: [SocketAddress], on loops: [Loop], for service: CacheService
    ) throws(Errno) {
        var places: [Place] = []
        for (index, address) in addresses.enumerated() {
            let loop = loops[index % loops.count]
            let last = LastCommand()
            // Here it is not the loop's thread yet, whose clock this is too.
            last.nanoseconds.store(SystemClock.now().nanoseconds, ordering: .relaxed)
            let socket = try DatagramSocket(address, on: loop) { batch, index in
                last.nanoseconds.store(loop.now.nanoseconds, ordering: .relaxed)
                Self.serve(batch, index, service, at: loop.now)
            }
            places.append(Place(socket: socket, lastCommand: last))
        }
        self.places = places
    }

    /// Where it is bound.
    var addresses: [SocketAddress] { self.places.map(\.socket.address) }
    /// The sockets' descriptors and addresses, and when each was asked last.
    var numbers: [(descriptor: Int32, address: SocketAddress, lastCommand: Int64)] {
        self.places.map {
            (
                $0.socket.descriptorNumber, $0.socket.address,
                $0.lastCommand.nanoseconds.load(ordering: .relaxed)
            )
        }
    }

    /// Begins to serve.
    func start() { for place in self.places { place.socket.start() } }

    /// Serves no more.
    func stop() { for place in self.places { place.socket.stop() } }

    private static func serve(
        _ batch: DatagramBatch, _ index: Int, _ service: CacheService, at time: Instant
    ) {
        let datagram = batch.bytes(at: index)
        guard let requestID = DatagramFrame.requestID(datagram) else { return }
        let input = ByteBuffer()
        input.append(datagram.extracting(droppingFirst: DatagramFrame.byteCount))
        let output = ByteBuffer()
        let session = CommandSession(
            service, service.options.commands.choice, nil, service.commands.commandsOfDatagrams())
        while !input.isEmpty, !session.isQuitting {
            let line = Self.firstLine(of: input)
            output.clear()
            guard session.executeFirst(input, output, at: time) else { break }
            Self.answer(output, to: line, requestID, batch, index)
        }
    }

    /// Puts the answer to one command into the batch, in as many messages as memcached makes of it.
    private static func answer(
        _ output: ByteBuffer, to line: [UInt8], _ requestID: UInt16, _ batch: DatagramBatch,
        _ index: Int
    ) {
        let bytes = output.bytes
        var start = 0
        for end in GetAnswerParts.ends(of: bytes, line: line.span) {
            let message = bytes.extracting(start..<end)
            start = end
            guard let count = DatagramFrame.datagramCount(messageByteCount: message.count) else {
                continue
            }
            for number in 0..<count {
                let byteCount = DatagramFrame.append(
                    datagram: number, of: message, requestID: requestID, to: batch.answers)
                batch.finishAnswer(byteCount: byteCount, to: index)
            }
        }
    }

    private static func firstLine(of input: ByteBuffer) -> [UInt8] {
        let bytes = input.bytes
        var end = bytes.firstIndex(of: 0x0A) ?? 0
        if end > 0, bytes[end - 1] == 0x0D { end -= 1 }
        return bytes.extracting(0..<end).makeArray()
    }
}
