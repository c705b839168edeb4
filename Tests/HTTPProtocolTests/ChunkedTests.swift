import Base
import TestSupport
import Testing

@testable import HTTPProtocol

/// Chunked bodies and the reader over all framings: tables, byte by byte, cut off, and random
/// bodies against what was put in.
@Suite struct ChunkedTests {
    /// Feeds `pieces` one after another; answers the data, or nil when the body has not ended.
    private func decode(
        _ pieces: [[UInt8]], framing: BodyFraming = .chunked, limits: HTTPLimits = HTTPLimits()
    ) throws(HTTPParseError) -> (data: [UInt8], rest: [UInt8])? {
        let input = ByteBuffer()
        var reader = BodyReader(framing, limits: limits)
        var data: [UInt8] = []
        var pieces = pieces[...]
        while true {
            switch try reader.next(in: input) {
            case .needMore:
                guard let piece = pieces.popFirst() else { return nil }
                input.append(piece)
            case .data(let count):
                let taken = max(1, count / 2)
                data += input.bytes.extracting(first: taken).makeArray()
                reader.consume(taken, from: input)
            case .end:
                for piece in pieces { input.append(piece) }
                return (data, input.bytes.makeArray())
            }
        }
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static let accepted: [(String, String)] = [
        ("0\r\n\r\n", ""), ("3\r\nabc\r\n0\r\n\r\n", "abc"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("a\r\n0123456789\r\n000\r\n\r\n", "0123456789"), ("1;x=y\r\na\r\n0;z\r\n\r\n", "a"),
        ("1 ;x=\"a;\\\"b\"\r\na\r\n0\r\n\r\n", "a"), ("1 \r\na\r\n0\r\n\r\n", "a"),
        ("1\r\na\r\n2\r\nbc\r\n0\r\nX-Trailer: 1\r\nY: 2\r\n\r\n", "abc"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
    ]

    static let refused: [(String, HTTPParseError)] = [
        ("\r\n", .badChunkSize), ("g\r\n", .badChunkSize), ("-1\r\n", .badChunkSize),
        ("+1\r\n", .badChunkSize), ("0x1\r\n", .badChunkSize), (" 1\r\n", .badChunkSize),
        ("1\na\r\n", .badChunkSize), ("1 1\r\n", .badChunkSize),
        ("1\r\na\n0\r\n\r\n", .badChunkEnd),
        ("1\r\nab\r\n", .badChunkEnd), ("1\r\na\rx", .badChunkEnd), ("1\rx", .bareCarriageReturn),
        ("1;x\n", .badChunkSize), ("1;\u{0}", .badChunkSize),
        ("fffffffffffffffff\r\n", .badChunkSize),
        ("1000000000000000000\r\n", .badChunkSize),
        ("000000000000000000000000000000000\r\n", .badChunkSize), ("0\r\n\n", .badTrailer),
        ("0\r\nX: 1\n\r\n", .badTrailer), ("0\r\n X: 1\r\n", .badTrailer),
        ("0\r\n\rx", .bareCarriageReturn),
        ("0\r\nX: \u{0}\r\n", .badTrailer),
    ]

    @Test(arguments: Self.accepted)
    func aBodyIsDecodedInAnyPieces(text: String, data: String) throws {
        let whole = self.bytes(text + "GET")
        for pieces in [[whole], whole.map { [$0] }] {
            let found = try self.decode(pieces)
            #expect(found?.data == self.bytes(data))
            #expect(found?.rest == self.bytes("GET"))
        }
        for count in 0..<text.utf8.count {
            #expect(try self.decode([Array(whole[..<count])]) == nil)
        }
    }

    @Test(arguments: Self.refused)
    func badFramingIsRefused(text: String, error: HTTPParseError) {
        #expect(throws: error) { try self.decode([self.bytes(text)]) }
        #expect(throws: error) { try self.decode(self.bytes(text).map { [$0] }) }
    }

    @Test func extensionsAndTrailersHaveLimits() {
        var limits = HTTPLimits()
        limits.chunkExtensionByteCountMax = 8
        limits.trailerByteCountMax = 8
        #expect(throws: HTTPParseError.chunkExtensionTooLong) {
            try self.decode([self.bytes("1;123456789\r\n")], limits: limits)
        }
        #expect(throws: HTTPParseError.badTrailer) {
            try self.decode([self.bytes("0\r\nX: 123456\r\n\r\n")], limits: limits)
        }
    }

    @Test func whatIsEncodedIsDecoded() throws {
        var generator = TestSeed().generator
        for _ in 0..<200 {
            let output = ByteBuffer()
            var data: [UInt8] = []
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let count = Int.random(in: 0...300, using: &generator)
                let chunk = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                data += chunk
                output.appendChunk(chunk.span)
            }
            output.appendLastChunk()
            var rest = output.bytes.makeArray()[...]
            var pieces: [[UInt8]] = []
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &generator)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(try self.decode(pieces)?.data == data)
        }
    }

    @Test func aLengthEndsTheBodyAndTheCloseEndsTheOther() throws {
        #expect(
            try self.decode([self.bytes("abcdef")], framing: .length(3))?.data == self.bytes("abc"))
        #expect(try self.decode([self.bytes("ab")], framing: .length(3)) == nil)
        #expect(try self.decode([self.bytes("x")], framing: .none)?.rest == self.bytes("x"))
        var reader = BodyReader(.untilClose)
        let input = ByteBuffer("abc")
        #expect(try reader.next(in: input) == .data(3))
        reader.consume(3, from: input)
        #expect(try reader.next(in: input) == .needMore)
        try reader.inputEnded()
        #expect(reader.isFinished)
    }

    @Test func aBodyCutShortIsToldFromAWholeOne() {
        for framing in [BodyFraming.length(3), .chunked] {
            var reader = BodyReader(framing)
            #expect(throws: HTTPParseError.truncated) { try reader.inputEnded() }
        }
        var none = BodyReader(.none)
        #expect(throws: Never.self) { try none.inputEnded() }
    }
}
