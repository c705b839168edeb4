package import Base

/// Finds a body in what a connection received, whatever its framing. Pure: it looks at a buffer
/// that others fill.
///
/// ```
/// switch try reader.next(in: input) {
/// case .data(let count): use(input.bytes.extracting(first: count)); reader.consume(count, from:
/// input) case .needMore: fill, or inputEnded()
/// case .end: done
/// }
/// ```
package struct BodyReader: Sendable {
    /// What the front of the buffer is, once the framing before it is gone.
    package enum Step: Equatable, Sendable {
        /// The body has not ended and nothing of it is there.
        case needMore
        /// So many bytes of the body, at least one.
        case data(Int)
        /// The body has ended; what follows belongs to the next message.
        case end
    }

    private enum State {
        case finished
        case length(UInt64)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var state: State

    /// Stands before a body.
    package init(_ framing: BodyFraming, limits: HTTPLimits = HTTPLimits()) {
        switch framing {
        case .none: self.state = .finished
        case .length(let count): self.state = count == 0 ? .finished : .length(count)
        case .chunked: self.state = .chunked(ChunkedDecoder(limits: limits))
        case .untilClose: self.state = .untilClose
        }
    }

    /// Whether the whole body has been read.
    package var isFinished: Bool {
        if case .finished = self.state { return true }
        return false
    }

    /// How many bytes of the body are still to come, where that is known.
    package var remaining: UInt64? {
        switch self.state {
        case .finished: 0
        case .length(let count): count
        case .chunked, .untilClose: nil
        }
    }

    /// Says what the front of `input` is; framing before it is consumed.
    package mutating func next(in input: ByteBuffer) throws(HTTPParseError) -> Step {
        switch self.state {
        case .finished: return .end
        case .length(let rest):
            return input.isEmpty ? .needMore : .data(Int(min(rest, UInt64(input.count))))
        case .untilClose: return input.isEmpty ? .needMore : .data(input.count)
        case .chunked(var decoder):
            let step = try decoder.next(input.bytes)
            self.state = decoder.isFinished ? .finished : .chunked(decoder)
            switch step {
            case .needMore(let skip):
                input.consume(skip)
                return .needMore
            case .data(let skip, let count):
                input.consume(skip)
                return .data(count)
            case .end(let skip):
                input.consume(skip)
                return .end
            }
        }
    }

    /// Drops `count` bytes of the body, at most as many as `next` told.
    package mutating func consume(_ count: Int, from input: ByteBuffer) {
        input.consume(count)
        switch self.state {
        case .length(let rest):
            precondition(UInt64(count) <= rest, "more was taken than the body has")
            self.state = rest == UInt64(count) ? .finished : .length(rest - UInt64(count))
        case .chunked(var decoder):
            decoder.took(count)
            self.state = .chunked(decoder)
        case .untilClose: break
        case .finished: precondition(count == 0, "a body that has ended has no more bytes")
        }
    }

    /// Tells that the peer has finished sending.
    ///
    /// - Throws: `truncated` when the body's framing says that more was to come.
    package mutating func inputEnded() throws(HTTPParseError) {
        switch self.state {
        case .finished: return
        case .untilClose: self.state = .finished
        case .length, .chunked: throw .truncated
        }
    }
}
