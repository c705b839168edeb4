import HTTPProtocol
import HTTPTransport
import TestSupport
import Testing

/// What two servers could read in two ways is refused, and nothing behind it is read as a request.
/// Method: each shape with a second request behind it that must never be seen.
@Suite(.timeLimit(.minutes(1))) struct SmugglingTests {
    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

    /// Fields of a POST, what follows its head.
    private static let heads: [(name: String, fields: String, body: String)] = [
        ("both lengths", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("both, other order", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"),
        ("two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n", "ab"),
        ("twice the same length", "Content-Length: 1\r\nContent-Length: 1\r\n", "a"),
        ("a list of lengths", "Content-Length: 1, 1\r\n", "a"),
        ("a signed length", "Content-Length: +1\r\n", "a"),
        ("a negative length", "Content-Length: -1\r\n", "a"),
        ("a hexadecimal length", "Content-Length: 0x1\r\n", "a"),
        ("a length of blanks", "Content-Length: 1 1\r\n", "a"),
        ("no length in its field", "Content-Length: \r\n", "a"),
        ("a length beyond all", "Content-Length: 99999999999999999999\r\n", "a"),
        ("another coding", "Transfer-Encoding: gzip\r\n", "a"),
        ("chunked and another", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        (
            "chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n"
        ),
        ("chunked misspelt", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ("chunked with a vertical tab", "Transfer-Encoding: \u{B}chunked\r\n", "0\r\n\r\n"),
        ("a space before the colon", "Content-Length : 1\r\n", "a"),
        ("a tab before the colon", "Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"),
        ("folding", "A: b\r\n c\r\nContent-Length: 1\r\n", "a"),
        ("folding by a tab", "A: b\r\n\tc\r\nContent-Length: 1\r\n", "a"),
        ("a first field that folds", " Content-Length: 1\r\n", "a"),
        ("a bare CR in a value", "A: b\rc\r\nContent-Length: 1\r\n", "a"),
        ("a bare CR as an end", "A: b\rContent-Length: 1\r\n", "a"),
        ("a zero byte in a value", "A: b\u{0}c\r\nContent-Length: 1\r\n", "a"),
        ("a line without a colon", "Content-Length\r\n", "a"),
        ("an empty name", ": 1\r\n", ""),
        ("two hosts", "Host: other\r\n", ""),
    ]

    @Test(arguments: Self.heads.indices)
    func headsInTwoReadingsAreRefused(_ index: Int) async throws {
        let (name, fields, body) = Self.heads[index]
        try await withServer(handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send(
                "POST /first HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(body)\(Self.smuggled)")
            let answer = try await client.answer()
            #expect(answer?.status == 400, "\(name)")
            #expect(answer?["connection"] == "close", "\(name)")
            #expect(try await client.hasEnded(), "\(name)")
            #expect(server.targets == [], "\(name)")
        }
    }

    private static let chunks: [(name: String, body: String)] = [
        ("a bare LF after the size", "3\nabc\r\n0\r\n\r\n"),
        ("a bare LF after the data", "3\r\nabc\n0\r\n\r\n"),
        ("a bare LF after the last chunk", "0\n\r\n"),
        ("a bare LF at the very end", "0\r\n\n"),
        ("a bare CR after the size", "3\rabc\r\n0\r\n\r\n"),
        ("nothing after the data", "3\r\nabc0\r\n\r\n"),
        ("data longer than its size", "3\r\nabcd\r\n0\r\n\r\n"),
        ("no size", "\r\nabc\r\n0\r\n\r\n"),
        ("a size with a sign", "+3\r\nabc\r\n0\r\n\r\n"),
        ("a negative size", "-3\r\nabc\r\n0\r\n\r\n"),
        ("a size with a prefix", "0x3\r\nabc\r\n0\r\n\r\n"),
        ("a size with a blank before", " 3\r\nabc\r\n0\r\n\r\n"),
        ("a size with a blank within", "3 3\r\nabc\r\n0\r\n\r\n"),
        ("a size that is no number", "g\r\nabc\r\n0\r\n\r\n"),
        ("a size beyond 64 bits", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
        ("zeros without end", String(repeating: "0", count: 40) + "\r\n\r\n"),
        ("a control character in an extension", "3;a=\u{1}\r\nabc\r\n0\r\n\r\n"),
        ("a bare LF in an extension", "3;a\nb\r\nabc\r\n0\r\n\r\n"),
        ("a trailer with a bare LF", "0\r\nT: v\n\r\n"),
        ("a trailer that folds", "0\r\n T: v\r\n\r\n"),
        ("an extension too long", "3;" + String(repeating: "a", count: 2_000) + "\r\nabc\r\n"),
    ]

    @Test(arguments: Self.chunks.indices)
    func chunksInTwoReadingsAreRefused(_ index: Int) async throws {
        let (name, body) = Self.chunks[index]
        try await withServer(handler: { await gather($0, $1) }) { server in
            let client = try await server.connect()
            try await client.send(
                "POST /first HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + body + Self.smuggled)
            let answer = try await client.answer()
            #expect(answer?.status == 400, "\(name)")
            #expect(try await client.hasEnded(), "\(name)")
            #expect(server.targets == ["/first"], "\(name)")
        }
    }

    @Test func chunkedIsNoCodingOfHTTP10() async throws {
        try await withServer(handler: { await gather($0, $1) }) { server in
            let text = try await server.exchange(
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(Self.smuggled)")
            #expect(text.hasPrefix("HTTP/1.1 400 "))
            #expect(server.targets == [])
        }
    }

    @Test func aBareLineFeedEndsALineOfAHead() async throws {
        try await withServer { server in
            let text = try await server.exchange(
                "GET /a HTTP/1.1\nHost: h\nConnection: close\n\n")
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(server.targets == ["/a"])
        }
    }

    @Test func aHandlerThatReadsNoBodyDoesNotReadItAsARequestEither() async throws {
        try await withServer(handler: { $1.respond(200, "ok") }) { server in
            let client = try await server.connect()
            try await client.send(
                "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(Self.smuggled.utf8.count)\r\n\r\n"
                    + Self.smuggled + "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            while try await client.answer() != nil {}
            #expect(server.targets == ["/a", "/b"])
        }
    }
}
