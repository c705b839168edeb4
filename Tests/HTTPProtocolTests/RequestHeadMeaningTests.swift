import Base
import Testing

@testable import HTTPProtocol

/// What a request's head is understood to say.
@Suite struct RequestHeadMeaningTests {
    private func read(_ text: String, limits: HTTPLimits = HTTPLimits()) throws -> RequestHead {
        let head = RequestHead()
        let bytes = Array(text.utf8)
        #expect(try head.parse(bytes.span, limits: limits) == bytes.count)
        return head
    }

    @Test func theTargetIsTakenApart() throws {
        let head = try self.read("GET /a%20b/c?d=e?f HTTP/1.1\r\nHost: x:80\r\n\r\n")
        #expect(head.method == .get)
        #expect(head.string(head.target) == "/a%20b/c?d=e?f")
        #expect(head.string(head.path) == "/a%20b/c")
        #expect(head.query.map(head.string) == "d=e?f")
        #expect(head.string(head.authority) == "x:80")
        #expect(head.string(head.host) == "x")
        #expect(head.string(head.requestLine) == "GET /a%20b/c?d=e?f HTTP/1.1")
    }

    @Test func anAbsoluteTargetOverridesHost() throws {
        let head = try self.read("GET HTTP://x:81?q HTTP/1.1\r\nHost: y\r\n\r\n")
        #expect(head.targetForm == .absolute)
        #expect(head.string(head.authority) == "x:81")
        #expect(head.path.isEmpty)
        #expect(head.query.map(head.string) == "q")
        #expect(head.string(.host) == "y")
    }

    @Test(arguments: [
        ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.0", "", false),
        ("1.0", "Connection: Keep-Alive\r\n", true),
        ("1.1", "Connection: keep-alive, CLOSE\r\n", false),
        ("1.1", "Connection: upgrade\r\nConnection: close\r\n", false),
    ])
    func keepingTheConnectionFollowsVersionAndConnection(
        version: String, fields: String, keeps: Bool
    ) throws {
        let head = try self.read("GET / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")
        #expect(head.wantsKeepAlive == keeps)
    }

    @Test func fieldsKeepTheirOrderAndDuplicates() throws {
        let head = try self.read(
            "GET / HTTP/1.1\r\nX-A: 1\r\nHost: a\r\nx-a:2\r\nCookie: a=1\r\nCOOKIE: b=2\r\n\r\n")
        #expect(
            head.fields.map { head.string($0.name) } == ["X-A", "Host", "x-a", "Cookie", "COOKIE"])
        #expect(head.fields.map { head.string($0.value) } == ["1", "a", "2", "a=1", "b=2"])
        #expect(head.string(named: "x-A") == "1")
        #expect(head.cookie("b").map(head.string) == "2")
        #expect(head.cookie("c") == nil)
    }

    @Test func whatConnectionNamesIsHopByHopUnlessItIsKnownToBeEndToEnd() throws {
        let head = try self.read(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-hop, cookie, host\r\nX-Hop: 1\r\n"
                + "Cookie: a=b\r\nTE: trailers\r\nUpgrade: h2c\r\nX-End: 1\r\n\r\n")
        let hopByHop = head.fields.filter(head.isHopByHop).map { head.string($0.name) }
        #expect(hopByHop == ["Connection", "X-Hop", "TE", "Upgrade"])
    }

    @Test func expectIsHeededForABodyAndHTTP11Only() throws {
        let rest = "Host: a\r\nExpect: 100-Continue\r\n"
        #expect(
            try self.read("POST / HTTP/1.1\r\n\(rest)Content-Length: 1\r\n\r\n").expectsContinue)
        #expect(
            try !self.read("POST / HTTP/1.0\r\n\(rest)Content-Length: 1\r\n\r\n").expectsContinue)
        #expect(try !self.read("GET / HTTP/1.1\r\n\(rest)\r\n").expectsContinue)
    }

    @Test(arguments: [
        ("GET", true), ("PUT", true), ("DELETE", true), ("PROPFIND", true), ("POST", false),
        ("PATCH", false), ("LOCK", false), ("get", false), ("BREW", false),
    ])
    func methodsThatMayBeRepeatedAreKnown(name: String, isIdempotent: Bool) {
        #expect(HTTPMethod(name.utf8.span).isIdempotent == isIdempotent)
    }

    @Test func allKnownFieldsAreFoundInAnyCase() {
        let names: [(String, KnownField)] = [
            ("HOST", .host), ("te", .te), ("Transfer-Encoding", .transferEncoding), ("DATE", .date),
            ("if-unmodified-since", .ifUnmodifiedSince), ("X-Forwarded-For", .xForwardedFor),
            ("ETag", .etag), ("Set-Cookie", .setCookie), ("Location", .location), ("Via", .via),
            ("X-Accel-Limit-Rate", .xAccelLimitRate), ("Keep-Alive", .keepAlive), ("X", .other),
            ("Hosts", .other), ("", .other), ("WWW-Authenticate", .wwwAuthenticate),
            ("Proxy-Authorization", .proxyAuthorization), ("Content-Length", .contentLength),
        ]
        for (name, known) in names {
            #expect(KnownField(name: name.utf8.span) == known, "\(name)")
        }
    }

    // MARK: Limits

    @Test func theRequestLineHasALimit() throws {
        var limits = HTTPLimits()
        limits.requestLineByteCountMax = 24
        _ = try self.read("GET /1234567890 HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits)
        for text in ["GET /12345678901 HTTP/1.1\r\n", "GET /12345678901234567890"] {
            let bytes = Array(text.utf8)
            #expect(throws: HTTPParseError.requestLineTooLong) {
                try RequestHead().parse(bytes.span, limits: limits)
            }
        }
    }

    @Test func fieldLinesHeadsAndTheirNumberHaveLimits() {
        var limits = HTTPLimits()
        limits.fieldLineByteCountMax = 10
        limits.fieldCountMax = 3
        limits.headByteCountMax = 50
        let cases: [(String, HTTPParseError)] = [
            ("X: 12345678\r\n\r\n", .fieldLineTooLong), ("X: 12345678", .fieldLineTooLong),
            ("A: 1\r\nB: 2\r\nC: 3\r\n\r\n", .tooManyFields),
            ("A: 1234567\r\nB: 1234567\r\nC: 1234567", .headTooLong),
        ]
        for (rest, error) in cases {
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(rest)".utf8)
            #expect(throws: error) { try RequestHead().parse(bytes.span, limits: limits) }
        }
    }

    @Test func everyErrorHasItsStatus() {
        #expect(HTTPParseError.requestLineTooLong.status == 414)
        #expect(HTTPParseError.tooManyFields.status == 431)
        #expect(HTTPParseError.unsupportedVersion.status == 505)
        #expect(HTTPParseError.bareCarriageReturn.status == 400)
    }
}
