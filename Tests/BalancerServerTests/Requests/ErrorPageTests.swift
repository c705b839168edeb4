import TestSupport
import Testing

/// `error_page` in all its forms, for the balancer's own failures and for those of servers.
@Suite(.timeLimit(.minutes(1))) struct ErrorPageTests {
    private static let configuration = nginx(
        """
        error_page 404 /404.html;
        error_page 500 502 503 504 /50x.html;
        location = /fail { return 503; }
        location = /dead { proxy_pass http://@@dead; }
        location /changed/ { error_page 404 =200 /404.html; return 404; }
        location /asked/ { error_page 403 = /teapot; return 403; }
        location = /teapot { return 418 short; }
        location /named/ { error_page 404 @other; error_page 403 =203 @other; }
        location = /named/closed { error_page 403 =203 @other; return 403; }
        location @other { return 200 "other $uri"; }
        location /away/ { error_page 404 http://other.test/lost; return 404; }
        location /away301/ { error_page 404 =301 http://other.test/lost; return 404; }
        location /proxied/ { proxy_pass http://@@1; }
        location /intercepted/ { proxy_intercept_errors on; proxy_pass http://@@1; }
        location /none/ { error_page 404 /missing.html; return 404; }
        location /second/ { error_page 404 /third/x; return 404; }
        location /third/ { error_page 403 /404.html; return 403; }
        location /twice/ { recursive_error_pages on; error_page 404 /third/x; return 404; }
        """)
    private static let files = ["404.html": "page 404", "50x.html": "page 50x"]

    @Test(arguments: [
        ("/missing", 404, "page 404"), ("/fail", 503, "page 50x"), ("/dead", 502, "page 50x"),
        ("/changed/x", 200, "page 404"), ("/asked/x", 418, "short"),
        ("/named/x", 404, "other /named/x"), ("/named/closed", 203, "other /named/closed"),
        ("/proxied/x", 404, "from the server"), ("/intercepted/x", 404, "page 404"),
    ])
    func thePageStandsForTheError(
        _ target: String, _ status: Int, _ body: String
    ) async throws {
        let script = answering(rawAnswer(404, "from the server"))
        try await withBalancer(Self.configuration, files: Self.files, servers: [script]) {
            let answer = try await $0.get(target)
            #expect(answer.status == status && answer.text == body, "\(answer.startLine)")
        }
    }

    @Test(arguments: [("/away/x", 302), ("/away301/x", 301)])
    func thePageMayBeElsewhere(_ target: String, _ status: Int) async throws {
        let script = answering(rawAnswer())
        try await withBalancer(Self.configuration, servers: [script]) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer.status == status && answer["location"] == "http://other.test/lost")
        }
    }

    @Test func aMissingPageLeavesTheErrorItsOwn() async throws {
        let script = answering(rawAnswer())
        try await withBalancer(Self.configuration, servers: [script]) { balancer in
            let answer = try await balancer.get("/none/x")
            #expect(answer.status == 404 && answer.text.contains("<h1>404 Not Found</h1>"))
            // The pages are not in the folder: the failure must not look like a wrong address.
            let dead = try await balancer.get("/dead")
            #expect(dead.status == 502 && dead.text.contains("502 Bad Gateway"))
        }
    }

    @Test func theErrorOfAPageGetsItsOwnPageOnlyWhereAsked() async throws {
        let script = answering(rawAnswer())
        try await withBalancer(Self.configuration, files: Self.files, servers: [script]) {
            let once = try await $0.get("/second/x")
            #expect(once.status == 403 && once.text.contains("403 Forbidden"))
        }
    }

    @Test func aPostBecomesAGetForItsPage() async throws {
        let script = answering(rawAnswer(200, "page of the server"))
        let configuration = nginx(
            """
            location = /form { error_page 405 =200 /page; }
            location = /page { proxy_pass http://@@1; }
            """)
        try await withBalancer(configuration, files: ["form": "x"], servers: [script]) {
            let answer = try await $0.get("/form", method: "POST", body: "a=b")
            #expect(answer.status == 200 && answer.text == "page of the server")
            let request = $0.servers[0].requests.first
            #expect(request?.startLine == "GET /page HTTP/1.1")
            #expect(request?.body.isEmpty == true && request?["content-length"] == nil)
        }
    }

    @Test func fieldsAreAddedToErrorsOnlyAlways() async throws {
        let configuration = nginx(
            """
            add_header X-Usual 1; add_header X-Always "$status" always;
            location = /ok { return 200 ok; }
            """)
        try await withBalancer(configuration) { balancer in
            let fine = try await balancer.get("/ok")
            #expect(fine["x-usual"] == "1" && fine["x-always"] == "200")
            let wrong = try await balancer.get("/missing")
            #expect(wrong["x-usual"] == nil && wrong["x-always"] == "404")
        }
    }

    @Test func aBodyBeyondTheLimitIsRefused() async throws {
        let configuration = nginx(
            """
            client_max_body_size 10; error_page 413 /413.html;
            location /up { proxy_pass http://@@1; }
            location /named { error_page 413 @late; proxy_pass http://@@1; }
            location @late { proxy_pass http://@@1; }
            location /wide { client_max_body_size 0; proxy_pass http://@@1; }
            """)
        let script = answering(rawAnswer(200, "taken"))
        try await withBalancer(
            configuration, files: ["413.html": "too much"], servers: [script]
        ) { balancer in
            let refused = try await balancer.get("/up", method: "POST", body: "01234567890")
            #expect(refused.status == 413 && refused.text == "too much")
            #expect(refused["connection"] == "close")
            let named = try await balancer.get("/named", method: "POST", body: "01234567890")
            #expect(named.status == 413 && named.text == "taken")
            #expect(balancer.servers[0].requests.first?.body.isEmpty == true)
            let chunked = try await balancer.connect()
            try await chunked.send(
                "POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "b\r\n01234567890\r\n0\r\n\r\n")
            let second = try await chunked.answer()
            #expect(second?.status == 413 && second?.text == "too much")
            let taken = try await balancer.get("/up", method: "POST", body: "0123456789")
            #expect(taken.text == "taken")
            let wide = try await balancer.get("/wide", method: "POST", body: "01234567890")
            #expect(wide.text == "taken")
        }
    }
}
