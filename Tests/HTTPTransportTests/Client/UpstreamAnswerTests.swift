import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import TestSupport
import Testing

/// Answers of servers: every kind of framing, in pieces, cut off, or in two readings. Method: a
/// server that sends a text and closes.
@Suite(.timeLimit(.minutes(1))) struct UpstreamAnswerTests {
    private struct Outcome: Equatable {
        var answer: UpstreamAnswer?
        var error: HTTPTransportError?
        var isReusable = false
    }

    /// Asks a server that sends `text`, byte by byte or at once, and then closes or waits.
    private static func outcome(
        of text: String, to method: HTTPMethod = .get, isDripped: Bool = false,
        staysOpen: Bool = false, on loop: Loop
    ) async throws -> Outcome {
        let server = try ScriptedServer(on: loop) { peer, _, server in
            _ = try await server.request(of: peer)
            if isDripped { try await peer.drip(text) } else { try await peer.send(text) }
            if staysOpen { _ = try await peer.rest() }
        }
        defer { server.stop() }
        let upstream = try await UpstreamConnection.connect(
            to: server.address, on: loop, deadline: loop.now + RawConnection.limit)
        defer { upstream.close() }
        do throws(HTTPTransportError) {
            let answer = try await upstream.ask(method)
            return Outcome(answer: answer, error: nil, isReusable: upstream.isReusable)
        } catch {
            return Outcome(answer: nil, error: error, isReusable: upstream.isReusable)
        }
    }

    private static let wholes: [(text: String, status: Int, body: String, isKept: Bool)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nhel\r\n2;x\r\nlo\r\n0\r\nT: v\r\n\r\n", 200, "hello", true
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", 200, "ok", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok", 200, "ok",
            true
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, "", true),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", 304, "", true),
        ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true),
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "ok", true),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK", 200, "ok", false),
    ]

    @Test(arguments: Self.wholes.indices, [false, true])
    func wholeAnswersAreRead(_ index: Int, _ isDripped: Bool) async throws {
        let (text, status, body, isKept) = Self.wholes[index]
        try await runOnLoop { group in
            let outcome = try await Self.outcome(
                of: text, isDripped: isDripped, staysOpen: true, on: group.loops[0])
            let answer = UpstreamAnswer(status: status, body: body)
            #expect(outcome.answer == answer, "\(text)")
            #expect(outcome.error == nil)
            // What comes byte by byte behind an answer may not be there yet.
            if !(isDripped && text.hasSuffix("OK")) { #expect(outcome.isReusable == isKept) }
        }
    }

    @Test(arguments: [false, true])
    func anAnswerWithoutLengthEndsWithTheConnection(_ isDripped: Bool) async throws {
        try await runOnLoop { group in
            let outcome = try await Self.outcome(
                of: "HTTP/1.1 200 OK\r\n\r\nhello", isDripped: isDripped, on: group.loops[0])
            #expect(outcome.answer == UpstreamAnswer(status: 200, body: "hello"))
            #expect(!outcome.isReusable)
        }
    }

    @Test func anAnswerToHeadHasNoBodyWhateverItSays() async throws {
        for field in ["Content-Length: 99", "Transfer-Encoding: chunked", "A: b"] {
            try await runOnLoop { group in
                let outcome = try await Self.outcome(
                    of: "HTTP/1.1 200 OK\r\n\(field)\r\n\r\n", to: .head, staysOpen: true,
                    on: group.loops[0])
                #expect(outcome.answer == UpstreamAnswer(status: 200, body: ""))
                #expect(outcome.isReusable, "\(field)")
            }
        }
    }

    /// A server that ends at each byte of its answer: never a whole answer, always told apart from
    /// no answer at all.
    @Test(arguments: [0, 2])
    func anAnswerThatIsCutAtAnyByteIsAFailure(_ index: Int) async throws {
        let text = Self.wholes[index].text
        try await runOnLoop { group in
            for count in 0..<text.utf8.count {
                let part = String(decoding: text.utf8.prefix(count), as: UTF8.self)
                let outcome = try await Self.outcome(of: part, on: group.loops[0])
                let expected: HTTPTransportError =
                    count == 0 ? .noMessage : .invalidMessage(.truncated)
                #expect(outcome.error == expected, "after \(count) bytes")
                #expect(!outcome.isReusable)
            }
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 20 OK\r\n\r\n", HTTPParseError.badStatusLine),
            ("HTTP/1.1 2000 OK\r\n\r\n", .badStatusLine), ("hello\r\n\r\n", .badStatusLine),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                .severalContentLengths
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                .lengthAndTransferEncoding
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .badContentLength),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .unsupportedTransferEncoding),
            ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .spaceBeforeColon),
            ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .obsoleteFolding),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", .badChunkSize),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
                .badChunkEnd
            ),
            (String(repeating: "HTTP/1.1 103 Hints\r\n\r\n", count: 20), .badStatusLine),
            ("HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 9_000), .fieldLineTooLong),
        ] as [(String, HTTPParseError)])
    func anAnswerThatIsNoneIsAFailure(_ text: String, _ error: HTTPParseError) async throws {
        try await runOnLoop { group in
            let outcome = try await Self.outcome(of: text, staysOpen: true, on: group.loops[0])
            #expect(outcome.error == .invalidMessage(error), "\(text.prefix(80))")
            #expect(!outcome.isReusable)
        }
    }

    @Test func aServerThatSaysNothingIsGivenUp() async throws {
        try await runOnLoop { group in
            let loop = group.loops[0]
            let server = try ScriptedServer(on: loop) { peer, _, _ in _ = try await peer.rest() }
            let upstream = try await UpstreamConnection.connect(
                to: server.address, on: loop, deadline: loop.now + RawConnection.limit)
            await #expect(throws: HTTPTransportError.connection(.deadlineReached)) {
                _ = try await upstream.ask(timeout: .milliseconds(30))
            }
            #expect(upstream.hasSentBytes && !upstream.hasAnswerBytes && !upstream.isReusable)
            upstream.close()
            server.stop()
        }
    }
}
