import TestSupport
import Testing

/// Files as nginx's static, index and try_files modules serve them.
@Suite(.timeLimit(.minutes(1))) struct StaticFileTests {
    private static let files = [
        "index.html": "home", "a.txt": "0123456789", "a b.txt": "blank", "empty.txt": "",
        "docs/index.htm": "docs", "docs/b.bin": "binary", "none/x.txt": "x",
        "big.dat": String(repeating: "0123456789abcdef", count: 20_000),
    ]
    private static let configuration = nginx(
        """
        index index.html index.htm;
        default_type application/x-test;
        types { text/plain txt; text/html html htm; }
        location /alias/ { alias @@root/docs/; }
        location /try/ { try_files $uri $uri/ /try/fallback =404; }
        location /tried/ { rewrite ^/tried(/.*)$ $1 break; try_files $uri $uri/ =404; }
        location /or404/ { try_files $uri =404; }
        location /named/ { try_files $uri @other; }
        location @other { return 200 "named $uri"; }
        location /shown { index missing.html /a.txt; alias @@root/none/; }
        location = /quiet { etag off; alias @@root/a.txt; }
        """)

    private static func get(
        _ target: String, _ fields: String = "", method: String = "GET",
        _ check: @escaping @Sendable (RawMessage) throws -> Void
    ) async throws {
        try await withBalancer(Self.configuration, files: Self.files) { balancer in
            try check(try await balancer.get(target, fields, method: method))
        }
    }

    @Test(arguments: [
        ("/", 200, "text/html", "home"), ("/a.txt", 200, "text/plain", "0123456789"),
        ("/a%20b.txt", 200, "text/plain", "blank"), ("/empty.txt", 200, "text/plain", ""),
        ("/docs/", 200, "text/html", "docs"), ("/docs/b.bin", 200, "application/x-test", "binary"),
        ("/alias/b.bin", 200, "application/x-test", "binary"),
        ("/alias/", 200, "text/html", "docs"),
        ("/named/x", 200, "application/x-test", "named /named/x"),
    ])
    func theFileIsSentWithItsType(
        _ target: String, _ status: Int, _ type: String, _ body: String
    ) async throws {
        try await Self.get(target) { answer in
            #expect(answer.status == status && answer.text == body, "\(answer.startLine)")
            #expect(answer["content-type"] == type)
            #expect(answer["content-length"] == "\(body.utf8.count)")
        }
    }

    @Test(arguments: [
        ("/missing.txt", 404), ("/a.txt/", 404), ("/a.txt/x", 404), ("/docs", 301),
        ("/none/", 403), ("/tried/docs", 301), ("/tried/none", 301), ("/tried/x", 404),
        ("/or404/x", 404), ("/nodir/", 404),
        ("/" + String(repeating: "a", count: 300), 404),
    ])
    func whatIsNoFileGetsAStatus(_ target: String, _ status: Int) async throws {
        try await Self.get(target) { #expect($0.status == status) }
    }

    @Test(arguments: ["POST", "PUT", "DELETE"])
    func filesAreOnlyRead(_ method: String) async throws {
        try await Self.get("/a.txt", "Content-Length: 0\r\n", method: method) {
            #expect($0.status == 405)
        }
    }

    @Test func headGetsTheHeadAlone() async throws {
        try await Self.get("/a.txt", method: "HEAD") { answer in
            #expect(answer.status == 200 && answer["content-length"] == "10")
            #expect(answer.body.isEmpty)
        }
    }

    @Test func aGreatFileComesWhole() async throws {
        try await Self.get("/big.dat") { answer in
            #expect(answer.isWhole)
            #expect(answer.text == Self.files["big.dat"])
        }
    }

    @Test(
        arguments: [
            ("bytes=0-3", 206, "0123", "bytes 0-3/10"), ("bytes=4-", 206, "456789", "bytes 4-9/10"),
            ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=8-99", 206, "89", "bytes 8-9/10"),
            ("bytes=10-", 416, "", "bytes */10"), ("bytes=-0", 416, "", "bytes */10"),
            ("bytes=5-2", 200, "0123456789", nil), ("bytes=x", 200, "0123456789", nil),
            ("lines=0-3", 200, "0123456789", nil),
        ] as [(String, Int, String, String?)])
    func partsOfAFileAreSent(
        _ range: String, _ status: Int, _ body: String, _ contentRange: String?
    ) async throws {
        try await Self.get("/a.txt", "Range: \(range)\r\n") { answer in
            #expect(answer.status == status, "\(range)")
            #expect(answer["content-range"] == contentRange)
            if status != 416 { #expect(answer.text == body) }
        }
    }

    @Test func whoHasTheFileIsToldSo() async throws {
        try await withBalancer(Self.configuration, files: Self.files) { balancer in
            let first = try await balancer.get("/a.txt")
            let tag = try #require(first["etag"])
            let date = try #require(first["last-modified"])
            for (fields, status) in [
                ("If-None-Match: \(tag)", 304), ("If-None-Match: \"x\", \(tag)", 304),
                ("If-None-Match: W/\(tag)", 304), ("If-None-Match: *", 304),
                ("If-None-Match: \"x\"", 200), ("If-Modified-Since: \(date)", 304),
                ("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 200),
                ("If-None-Match: \"x\"\r\nIf-Modified-Since: \(date)", 200),
                ("If-Match: \(tag)", 200), ("If-Match: \"x\"", 412),
                ("If-Unmodified-Since: \(date)", 200),
                ("If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 412),
                ("Range: bytes=0-0\r\nIf-Range: \(tag)", 206),
                ("Range: bytes=0-0\r\nIf-Range: \"x\"", 200),
                ("Range: bytes=0-0\r\nIf-Range: \(date)", 206),
            ] {
                let answer = try await balancer.get("/a.txt", "\(fields)\r\n")
                #expect(answer.status == status, "\(fields)")
                if status == 304 {
                    #expect(answer.body.isEmpty && answer["content-length"] == nil)
                    #expect(answer["etag"] == tag && answer["last-modified"] == date)
                }
            }
            let quiet = try await balancer.get("/quiet")
            #expect(quiet["etag"] == nil && quiet["last-modified"] != nil)
        }
    }

    @Test func aPageThatStandsForAnErrorIsSentAsItIs() async throws {
        let configuration = nginx(
            "error_page 404 /404.html; error_page 403 =200 /404.html;"
                + "location = /closed { return 403; }")
        try await withBalancer(configuration, files: ["404.html": "not here"]) { balancer in
            for fields in [
                "", "If-None-Match: *\r\n", "Range: bytes=0-1\r\n", "If-Match: \"x\"\r\n",
                "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT\r\n",
            ] {
                let answer = try await balancer.get("/missing", fields)
                #expect(answer.status == 404 && answer.text == "not here", "\(fields)")
                #expect(answer["last-modified"] == nil && answer["accept-ranges"] == nil)
                #expect(answer["content-range"] == nil)
            }
            let changed = try await balancer.get("/closed", "Range: bytes=0-2\r\n")
            #expect(changed.text == "not" && changed["content-range"] == "bytes 0-2/8")
        }
    }

    @Test func aConnectionServesSeveralFiles() async throws {
        try await withBalancer(Self.configuration, files: Self.files) { balancer in
            let client = try await balancer.connect()
            for (target, body) in [("/a.txt", "0123456789"), ("/big.dat", nil), ("/", "home")] {
                try await client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = try await client.answer()
                #expect(answer?.text == body ?? Self.files["big.dat"])
            }
            client.close()
        }
    }
}
