import Base
import TestSupport
import Testing

@testable import HTTPProtocol

/// Request heads: a table of what is read and what is refused; then every case byte by byte, cut
/// off at each byte and with each byte changed. The shapes are those by which requests were
/// smuggled.
@Suite struct RequestHeadTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let bytes: String
        let error: HTTPParseError
        init(_ bytes: String, _ error: HTTPParseError) {
            self.bytes = bytes
            self.error = error
        }
        var testDescription: String { "\(self.error): \(self.bytes.debugDescription)" }
    }

    static let accepted: [String] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a/b?c=d&e HTTP/1.1\r\nHost: example.org:8080\r\nCookie: a=b; c=d\r\n\r\n",
        "GET http://example.org/x HTTP/1.1\r\nHost: other\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "POST /p HTTP/1.1\nHost: a\nContent-Length: 3\n\n",
        "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:80\r\nX:\r\nY:  v \t\r\n\r\n",
        "M-SEARCH /\u{E4} HTTP/1.9\r\nhost:a\r\nConnection: close, x\r\n\r\n",
    ]

    static let refused: [Refusal] = [
        // The request line.
        Refusal("\u{16}\u{3}\u{1}", .badMethod),
        Refusal("G\u{1}T / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        Refusal("GET\r\n", .badRequestLine),
        Refusal("GET /\r\n", .badRequestLine),
        Refusal("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .badVersion),
        Refusal(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .badMethod),
        Refusal("GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET a HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n", .badTarget),
        Refusal("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion),
        Refusal("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/1\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / http/1.1\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("GET / HTTP/+1.1\r\nHost: a\r\n\r\n", .badVersion),
        Refusal("\r\n\r\n\r\nGET / HTTP/1.1\r\n", .badRequestLine),
        Refusal("\rGET / HTTP/1.1\r\n", .bareCarriageReturn),
        Refusal("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
        // Field lines.
        Refusal("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .spaceBeforeColon),
        Refusal("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", .spaceBeforeColon),
        Refusal("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .obsoleteFolding),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", .obsoleteFolding),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\n\tX: y\r\n\r\n", .obsoleteFolding),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX(: x\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX\u{E4}: x\r\n\r\n", .badFieldName),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{B}b\r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{7F}b\r\n\r\n", .badFieldValue),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n", .bareCarriageReturn),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n", .bareCarriageReturn),
        // Host.
        Refusal("GET / HTTP/1.1\r\n\r\n", .missingHost),
        Refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .severalHosts),
        Refusal("GET / HTTP/1.1\r\nHost:\r\n\r\n", .badHost),
        Refusal("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost),
        Refusal("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost),
        Refusal("GET / HTTP/1.1\r\nHost: a, b@c\r\n\r\n", .badHost),
        Refusal("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", .badHost),
        Refusal("GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", .badHost),
        Refusal("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .badHost),
        // Framing.
        Self.post("Content-Length: 3\r\nContent-Length: 4", .severalContentLengths),
        Self.post("Content-Length: 3\r\nContent-Length: 3", .severalContentLengths),
        Self.post("Content-Length: 3, 3", .badContentLength),
        Self.post("Content-Length: +3", .badContentLength),
        Self.post("Content-Length: -3", .badContentLength),
        Self.post("Content-Length: 0x3", .badContentLength),
        Self.post("Content-Length: 3 4", .badContentLength),
        Self.post("Content-Length: ", .badContentLength),
        Self.post("Content-Length: 99999999999999999999", .badContentLength),
        Self.post("Content-Length: 18446744073709551617", .badContentLength),
        Self.post("Content-Length: 9223372036854775808", .badContentLength),
        Self.post("Content-Length: 3\r\nTransfer-Encoding: chunked", .lengthAndTransferEncoding),
        Self.post("Transfer-Encoding: chunked\r\nContent-Length: 0", .lengthAndTransferEncoding),
        Self.post("Transfer-Encoding: identity", .unsupportedTransferEncoding),
        Self.post("Transfer-Encoding: gzip, chunked", .unsupportedTransferEncoding),
        Self.post("Transfer-Encoding: chunked, identity", .unsupportedTransferEncoding),
        Self.post("Transfer-Encoding: xchunked", .unsupportedTransferEncoding),
        Self.post("Transfer-Encoding: \"chunked\"", .unsupportedTransferEncoding),
        Self.post("Transfer-Encoding:", .unsupportedTransferEncoding),
        Self.post(
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            .unsupportedTransferEncoding),
        Self.post(
            "Transfer-Encoding: chunked\r\nTransfer-encoding: x", .unsupportedTransferEncoding),
        Self.post("Transfer-Encoding : chunked", .spaceBeforeColon),
        Self.post("Transfer-Encoding:\u{B}chunked", .badFieldValue),
        Refusal(
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            .unsupportedTransferEncoding),
    ]

    private static func post(_ fields: String, _ error: HTTPParseError) -> Refusal {
        Refusal("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n", error)
    }

    @Test(arguments: Self.accepted)
    func aHeadIsReadWhole(text: String) throws {
        let head = RequestHead()
        let bytes = Array((text + "GET /next").utf8)
        #expect(try head.parse(bytes.span) == text.utf8.count)
    }

    @Test(arguments: Self.accepted)
    func aHeadIsReadByteByByteAndNotBeforeItsEnd(text: String) throws {
        let whole = RequestHead()
        let bytes = Array(text.utf8)
        _ = try whole.parse(bytes.span)
        let dripped = RequestHead()
        for count in 0..<bytes.count {
            #expect(try dripped.parse(bytes.span.extracting(first: count)) == nil)
        }
        #expect(try dripped.parse(bytes.span) == bytes.count)
        #expect(summary(dripped) == summary(whole))
    }

    @Test(arguments: Self.refused)
    func aBadHeadIsRefused(refusal: Refusal) {
        let head = RequestHead()
        let bytes = Array(refusal.bytes.utf8)
        #expect(throws: refusal.error) { try head.parse(bytes.span) }
        #expect(head.fields.isEmpty)
    }

    @Test(arguments: Self.refused)
    func aBadHeadIsRefusedByteByByteToo(refusal: Refusal) {
        let head = RequestHead()
        let bytes = Array(refusal.bytes.utf8)
        #expect(throws: refusal.error) {
            for count in 0...bytes.count { _ = try head.parse(bytes.span.extracting(first: count)) }
        }
    }

    @Test func aHeadReadAfterABadOneIsRead() throws {
        for refusal in Self.refused {
            let head = RequestHead()
            let bad = Array(refusal.bytes.utf8)
            _ = try? head.parse(bad.span)
            head.clear()
            let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            #expect(try head.parse(good.span) == good.count)
            #expect(head.fields.count == 1)
        }
    }

    @Test func everyChangedByteIsReadOrRefused() {
        for text in Self.accepted {
            let bytes = Array(text.utf8)
            for index in bytes.indices {
                for byte in [UInt8]([0, 9, 10, 13, 32, 35, 37, 44, 58, 64, 127, 128, 255]) {
                    var changed = bytes
                    changed[index] = byte
                    let head = RequestHead()
                    if let count = try? head.parse(changed.span) {
                        #expect(count <= changed.count)
                        _ = summary(head)
                    }
                }
            }
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = TestSeed().generator
        let pieces = Self.accepted + Self.refused.map(\.bytes)
        for _ in 0..<2_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let piece = Array(pieces[Int.random(in: pieces.indices, using: &generator)].utf8)
                let start = Int.random(in: piece.indices, using: &generator)
                bytes += piece[start...]
            }
            let head = RequestHead()
            _ = try? head.parse(bytes.span)
            _ = summary(head)
        }
    }
}

/// What a head says, as one text.
func summary(_ head: RequestHead) -> String {
    var text = "\(head.method) \(head.targetForm) 1.\(head.minorVersion) \(head.framing)"
    text += " path=\(head.string(head.path)) query=\(head.query.map(head.string) ?? "-")"
    text += " host=\(head.string(head.host)) authority=\(head.string(head.authority))"
    text += " keep=\(head.wantsKeepAlive) continue=\(head.expectsContinue)"
    for field in head.fields {
        text += "\n\(head.string(field.name))=\(head.string(field.value)) \(field.known)"
        text += head.isHopByHop(field) ? " hop" : ""
    }
    return text
}
