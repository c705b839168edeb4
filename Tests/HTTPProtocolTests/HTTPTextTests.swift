import Base
import TestSupport
import Testing

@testable import HTTPProtocol

/// Dates, cookies, paths, queries, percent coding, media types: tables and round trips.
@Suite struct HTTPTextTests {
    // MARK: Dates

    @Test(arguments: [
        (Int64(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
    ])
    func datesAreWrittenAndRead(seconds: Int64, text: String) {
        #expect(HTTPDate.string(unixSeconds: seconds) == text)
        #expect(HTTPDate.parse(text.utf8.span) == seconds)
    }

    @Test(arguments: [
        ("Sunday, 06-Nov-94 08:49:37 GMT", Int64(784_111_777)),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
    ])
    func oldFormsOfDatesAreRead(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text.utf8.span) == seconds)
    }

    @Test func badDatesAreNone() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        for text in ["", "x", "Sun, 06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT", date + " "] {
            #expect(HTTPDate.parse(text.utf8.span) == nil, "\(text)")
        }
        for count in 0..<date.utf8.count {
            #expect(HTTPDate.parse(date.utf8.span.extracting(first: count)) == nil)
        }
    }

    @Test func everyDayIsItself() {
        var previous = HTTPDate.parts(ofUnixSeconds: -86_400 * 800)
        for day in -799..<40_000 {
            let seconds = Int64(day) * 86_400
            let parts = HTTPDate.parts(ofUnixSeconds: seconds)
            #expect(parts.weekday == (previous.weekday + 1) % 7)
            let back = HTTPDate.unixSeconds(
                year: parts.year, month: parts.month, day: parts.day, hour: 0, minute: 0, second: 0)
            #expect(back == seconds)
            previous = parts
        }
    }

    // MARK: Cookies

    @Test(arguments: [
        ("a=b", ["a=b"]), ("a=b; c=d", ["a=b", "c=d"]), ("a=b;c=d", ["a=b", "c=d"]),
        (" a = b ;; c=\"d e\" ;", ["a=b", "c=d e"]), ("a; =b; c=", ["c="]), ("a=b=c", ["a=b=c"]),
        ("", []), ("a=\"", ["a=\""]),
    ])
    func cookiePairsAreFound(text: String, pairs: [String]) {
        var reader = CookieReader()
        var found: [String] = []
        let span = text.utf8.span
        while let pair = reader.next(in: span) {
            let name = span.extracting(pair.name.range).makeString()
            found.append("\(name)=\(span.extracting(pair.value.range).makeString())")
        }
        #expect(found == pairs)
    }

    @Test func aCookieIsWrittenWithItsAttributes() {
        var cookie = SetCookie("JSESSIONID", "0A1B-n1.node4")
        cookie.path = "/testapp"
        cookie.isHTTPOnly = true
        #expect(cookie.text == "JSESSIONID=0A1B-n1.node4; Path=/testapp; HttpOnly")
        cookie.maxAgeSeconds = 0
        cookie.expiresUnixSeconds = 0
        cookie.domain = "a.org"
        cookie.isSecure = true
        cookie.sameSite = "Lax"
        #expect(
            cookie.text
                == "JSESSIONID=0A1B-n1.node4; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
                + "Domain=a.org; Path=/testapp; Secure; HttpOnly; SameSite=Lax")
    }

    @Test(arguments: ["a;b", "a b", "a\r\nX: y", "a,b", "\""])
    func aCookieThatWouldSayMoreIsNotValid(value: String) {
        #expect(!SetCookie("a", value).isValid)
        var cookie = SetCookie("a", "b")
        cookie.path = "/; Domain=x"
        #expect(!cookie.isValid)
        #expect(!SetCookie("a=", "b").isValid)
    }

    // MARK: Paths

    private func normalize(_ path: String, mergesSlashes: Bool = true) -> String? {
        guard
            let normal = RequestPath.normalize(path.utf8.span, mergesSlashes: mergesSlashes)
        else { return nil }
        return String(decoding: normal, as: UTF8.self)
    }

    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("//a///b/", "/a/b/"), ("/a/./b", "/a/b"), ("/a/../b", "/b"),
        ("/a/b/..", "/a/"), ("/a/b/.", "/a/b/"), ("/a/b/../", "/a/"), ("/.", "/"), ("/a/..", "/"),
        ("/%61%2F%2e%2e/b", "/b"), ("/a%20b", "/a b"), ("/...", "/..."), ("/.a", "/.a"),
        ("/a/%2e%2E/%2E/c", "/c"), ("/a//../b", "/b"), ("/%25", "/%"), ("/a%2fb", "/a/b"),
    ])
    func pathsAreNormalised(path: String, normal: String) {
        #expect(self.normalize(path) == normal)
    }

    @Test(arguments: [
        "", "a", "/..", "/a/../..", "/%", "/%4", "/%zz", "/%00", "/a/%2e%2e/%2e%2e/x",
    ])
    func pathsThatLeadOutOrAreCodedBadlyAreRefused(path: String) {
        #expect(self.normalize(path) == nil)
    }

    @Test func slashesStayWhereTheyAreToStay() {
        #expect(self.normalize("/a//b/%2F/..//c", mergesSlashes: false) == "/a//b///c")
    }

    @Test func normalPathsStayAndNothingLeadsOut() {
        var generator = TestSeed().generator
        let pieces = ["/", "a", ".", "..", "%2e", "%2F", "b", "//", "%", "?"]
        for _ in 0..<5_000 {
            var path = "/"
            for _ in 0..<Int.random(in: 0...10, using: &generator) {
                path += pieces[Int.random(in: pieces.indices, using: &generator)]
            }
            guard let text = self.normalize(path) else { continue }
            #expect(text.hasPrefix("/") && !text.contains("//"), "\(path) -> \(text)")
            let segments = text.split(separator: "/", omittingEmptySubsequences: true)
            #expect(!segments.contains("..") && !segments.contains("."), "\(path) -> \(text)")
        }
    }

    // MARK: Coding and queries

    @Test func percentCodingGoesBothWays() {
        let all = (0...255).map { UInt8($0) }
        for place in [PercentCoding.Place.path, .component] {
            let output = ByteBuffer()
            PercentCoding.append(all.span, for: place, to: output)
            #expect(PercentCoding.decode(output.bytes) == all)
        }
        #expect(PercentCoding.encode("/a b\"?%\u{E4}", for: .path) == "/a%20b%22%3F%25%C3%A4")
        #expect(PercentCoding.encode("a/b+c", for: .component) == "a%2Fb%2Bc")
        #expect(PercentCoding.decode("a+b%2B".utf8.span, plusIsBlank: true) == Array("a b+".utf8))
    }

    @Test(arguments: [
        ("a=1&b=2", ["a=1", "b=2"]), ("a&&b=", ["a=", "b="]), ("=x", ["=x"]), ("", []),
        ("a=b%20c+d&%41=%zz", ["a=b c d", "A=%zz"]), ("a=b=c", ["a=b=c"]),
    ])
    func queriesAreSplit(query: String, pairs: [String]) {
        let found = QueryReader.pairs(of: query.utf8.span).map { "\($0.name)=\($0.value)" }
        #expect(found == pairs)
    }

    @Test func queriesHaveALimit() {
        #expect(QueryReader.pairs(of: "a&b&c".utf8.span, pairCountMax: 2).count == 2)
    }

    @Test(
        arguments: [
            ("/a/b.html", "text/html"), ("/a.b/c", nil), ("/x.CSS", "text/css"), ("/x.", nil),
            ("/x.unknown", nil), ("b.tar.gz", "application/gzip"),
        ] as [(String, String?)])
    func mediaTypesFollowTheEnding(path: String, type: String?) {
        #expect(MediaTypes.type(ofPath: path) == type)
    }

    @Test func tokensAndFieldValuesAreTold() {
        let areTokens = ["X-a_b.c!", "", "a b"].map { HTTPText.isToken($0.utf8.span) }
        #expect(areTokens == [true, false, false])
        for byte in UInt8.min...UInt8.max {
            let isToken =
                byte.isASCIILetter || byte.isASCIIDigit
                || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            #expect(HTTPText.isTokenByte(byte) == isToken, "\(byte)")
            let isValue = byte == 9 || byte >= 32 && byte != 127
            let found = HTTPText.isFieldValue([byte].span)
            #expect(found == isValue, "\(byte)")
        }
    }
}
