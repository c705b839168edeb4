import Base
import EventLoop
import HTTPProtocol
import HTTPTransport

/// The body that is passed on with a request: read from the client piece by piece, its beginning
/// kept so that another server can get it too. Loop thread only.
final class RequestBody {
    /// How much of a body is kept for another server; more is streamed and cannot be sent again.
    static let replayByteCountMax = 65_536
    /// How much waits to be sent before the client is left alone for a while.
    private static let outputHighWater = 65_536

    /// How it is framed for the server.
    let framing: BodyFraming
    /// Whether all of it that was taken from the client is still there.
    private(set) var isReplayable = true

    private let connection: ServerConnection
    private var kept: ByteBuffer?
    private let isOwn: Bool

    /// The client's body.
    init(of connection: ServerConnection) {
        self.connection = connection
        self.framing = connection.request.framing
        self.isOwn = false
    }

    /// A body of the balancer's own; an empty one is none.
    init(_ bytes: [UInt8], on connection: ServerConnection) {
        self.connection = connection
        self.framing = bytes.isEmpty ? .none : .length(UInt64(bytes.count))
        self.isOwn = true
        if !bytes.isEmpty {
            let kept = ByteBuffer()
            kept.append(bytes)
            self.kept = kept
        }
    }

    /// Appends what there is of the body, from its beginning.
    ///
    /// - Returns: whether that is all of it.
    /// - Throws: what the client did wrong.
    func begin(to output: ByteBuffer) throws(HTTPTransportError) -> Bool {
        if self.framing == .none { return true }
        if let kept = self.kept { self.append(kept.bytes, to: output) }
        if self.isOwn { return true }
        return try self.pump(to: output)
    }

    /// Appends what the client has sent meanwhile, up to the high water mark.
    ///
    /// - Returns: whether the body is whole.
    /// - Throws: what the client did wrong.
    func pump(to output: ByteBuffer) throws(HTTPTransportError) -> Bool {
        while output.count < Self.outputHighWater {
            guard let count = try self.connection.bodyPartNow() else { return false }
            if count == 0 {
                if self.framing == .chunked { output.appendLastChunk() }
                return true
            }
            let input = self.connection.connection.input
            let bytes = input.bytes.extracting(first: count)
            self.append(bytes, to: output)
            self.keep(bytes)
            self.connection.consumeBody(count)
        }
        return self.connection.bodyIsFinished && self.framing != .chunked
    }

    private func append(_ bytes: Span<UInt8>, to output: ByteBuffer) {
        if self.framing == .chunked {
            output.appendChunk(bytes)
        } else {
            output.append(bytes)
        }
    }

    private func keep(_ bytes: Span<UInt8>) {
        guard self.isReplayable else { return }
        let kept = self.kept ?? ByteBuffer()
        if kept.count + bytes.count > Self.replayByteCountMax {
            self.isReplayable = false
            self.kept = nil
        } else {
            kept.append(bytes)
            self.kept = kept
        }
    }
}
