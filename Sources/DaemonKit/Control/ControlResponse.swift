package import Base
package import EventLoop

/// What a handler answers.
package struct ControlResponse: Sendable {
    /// What stands behind the head.
    package enum Body: Sendable {
        /// All of it.
        case whole([UInt8])
        /// Parts, as long as the function runs.
        case stream(@Sendable (ControlStream) async -> Void)
    }

    /// The HTTP status.
    package let status: Int
    /// The media type of the body.
    package let contentType: StaticString
    /// The body.
    package let body: Body

    /// The bytes of a whole body; empty for a stream.
    package var bytes: [UInt8] { if case .whole(let bytes) = self.body { bytes } else { [] } }

    /// A JSON document; `write` makes exactly one value.
    package static func json(
        status: Int = 200, _ write: (inout JSONWriter) -> Void
    ) -> ControlResponse {
        let buffer = ByteBuffer()
        var writer = JSONWriter(into: buffer)
        write(&writer)
        buffer.append(UInt8(ascii: "\n"))
        return ControlResponse(
            status: status, contentType: "application/json", body: .whole(buffer.bytes.makeArray()))
    }

    /// A text.
    package static func text(
        _ bytes: ByteBuffer, contentType: StaticString = "text/plain; charset=utf-8"
    ) -> ControlResponse {
        ControlResponse(
            status: 200, contentType: contentType, body: .whole(bytes.bytes.makeArray()))
    }

    /// JSON documents, one a line, as long as `produce` runs.
    package static func lines(
        _ produce: @escaping @Sendable (ControlStream) async -> Void
    ) -> ControlResponse {
        ControlResponse(
            status: 200, contentType: "application/x-ndjson", body: .stream(produce))
    }

    static func error(_ error: ControlError) -> ControlResponse {
        .json(status: error.status) { json in
            json.object { json in
                json.key("error")
                json.object { json in
                    json.member("code", error.code)
                    json.member("message", error.message)
                }
            }
        }
    }
}

/// The open body of an answer. On the loop of the control server.
package struct ControlStream: Sendable {
    /// The control server's loop.
    package let loop: Loop
    private let writeBytes: @Sendable ([UInt8]) async -> Bool

    init(loop: Loop, write: @escaping @Sendable ([UInt8]) async -> Bool) {
        self.loop = loop
        self.writeBytes = write
    }

    /// Sends a line, with its end added.
    ///
    /// - Returns: whether the client is still there.
    package func write(line: String) async -> Bool {
        await self.writeBytes(Array(line.utf8) + [UInt8(ascii: "\n")])
    }
}
