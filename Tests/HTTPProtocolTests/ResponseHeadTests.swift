import Base
import TestSupport
import Testing

@testable import HTTPProtocol

/// Heads of answers: what is read, what is refused, and how the body is framed.
@Suite struct ResponseHeadTests {
    private func read(_ text: String) throws -> ResponseHead {
        let head = ResponseHead()
        let bytes = Array(text.utf8)
        #expect(try head.parse(bytes.span) == bytes.count)
        return head
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n\r\n", 200, "OK"), ("HTTP/1.1 200 \r\n\r\n", 200, ""),
        ("HTTP/1.1 200\r\n\r\n", 200, ""), ("HTTP/1.0 404 Not  Found\n\n", 404, "Not  Found"),
        ("HTTP/1.1 999 \u{E4}\r\n\r\n", 999, "\u{E4}"),
    ])
    func statusLinesAreRead(text: String, status: Int, reason: String) throws {
        let head = try self.read(text)
        #expect(head.status == status)
        #expect(head.string(head.reason) == reason)
    }

    @Test(arguments: [
        ("HTTP/1.1 20 OK\r\n", HTTPParseError.badStatusLine), ("HTTP/1.1 2000\r\n", .badStatusLine),
        ("HTTP/1.1  200 OK\r\n", .badStatusLine), ("HTTP/1.1 099 X\r\n", .badStatusLine),
        ("HTTP/2.0 200 OK\r\n", .unsupportedVersion), ("ICY 200 OK\r\n", .badStatusLine),
        ("HTTP/1.1 2x0 OK\r\n", .badStatusLine), ("HTTP/1.1 200 OK\rX\r\n", .bareCarriageReturn),
        ("HTTP/1.1 200 O\u{0}K\r\n", .badStatusLine),
        ("HTTP/1.1 200 OK\r\nX : y\r\n", .spaceBeforeColon),
        ("HTTP/1.1 200 OK\r\nX: y\r\n z\r\n", .obsoleteFolding),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            .severalContentLengths
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n", .badContentLength),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .unsupportedTransferEncoding),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
            .lengthAndTransferEncoding
        ),
    ])
    func badHeadsAreRefused(text: String, error: HTTPParseError) {
        let bytes = Array(text.utf8)
        #expect(throws: error) { try ResponseHead().parse(bytes.span) }
        #expect(throws: error) {
            let head = ResponseHead()
            for count in 0...bytes.count { _ = try head.parse(bytes.span.extracting(first: count)) }
        }
    }

    @Test func theBodysFramingFollowsMethodStatusAndFields() throws {
        let length = "Content-Length: 5\r\n"
        let chunked = "Transfer-Encoding: chunked\r\n"
        let table: [(String, String, HTTPMethod, BodyFraming)] = [
            ("200", length, .get, .length(5)), ("200", chunked, .get, .chunked),
            ("200", "", .get, .untilClose), ("200", length, .head, .none),
            ("200", chunked, .head, .none), ("204", length, .get, .none),
            ("304", length, .get, .none), ("304", "", .get, .none), ("100", length, .get, .none),
            ("200", "Content-Length: 0\r\n", .get, .none), ("500", length, .post, .length(5)),
        ]
        for (status, fields, method, framing) in table {
            let head = try self.read("HTTP/1.1 \(status) X\r\n\(fields)\r\n")
            #expect(head.framing(to: method) == framing, "\(status) \(fields) to \(method)")
        }
    }

    @Test func keepAliveAndInterimAreTold() throws {
        #expect(try self.read("HTTP/1.1 200 OK\r\n\r\n").allowsKeepAlive)
        #expect(try !self.read("HTTP/1.1 200 OK\r\nConnection: Close\r\n\r\n").allowsKeepAlive)
        #expect(try !self.read("HTTP/1.0 200 OK\r\n\r\n").allowsKeepAlive)
        #expect(try self.read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n").allowsKeepAlive)
        #expect(try self.read("HTTP/1.1 103 Early Hints\r\n\r\n").isInterim)
        #expect(try !self.read("HTTP/1.1 101 Switching Protocols\r\n\r\n").isInterim)
    }

    @Test func changedAndCutHeadsNeverTrap() throws {
        let text =
            "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: keep-alive, x\r\nX: y\r\n\r\n"
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = byte
                let head = ResponseHead()
                _ = try? head.parse(changed.span)
                for field in head.fields { _ = head.string(field.value) }
            }
            #expect(try ResponseHead().parse(bytes.span.extracting(first: index)) == nil)
        }
    }
}
