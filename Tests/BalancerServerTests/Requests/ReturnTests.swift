import TestSupport
import Testing

/// `return`, `rewrite`, `set`, `if`, `map` and the variables in them. Method: each path answers
/// with what its location made.
@Suite(.timeLimit(.minutes(1))) struct ReturnTests {
    private static let configuration = nginx(
        #"""
        location = /ok { return 200 "text $request_method $uri$is_args$args"; }
        location = /empty { return 204; }
        location = /gone { return 410; }
        location = /bare { return 200; }
        location = /target { return 200 "$request_uri $uri"; }
        location = /moved { return 301 /elsewhere?$args; }
        location = /url { return http://other.test/x; }
        location = /see { return 303 https://other.test/; }
        location = /cut { return 444; }
        location = /typed { default_type application/json; return 200 "{}"; }
        location = /set { set $a 1; set $b "$a-2"; return 200 "$b"; }
        location = /arg { return 200 "$arg_name,$arg_none"; }
        location = /field { return 200 "$http_x_test|$http_user_agent|$cookie_c"; }
        location = /map { return 200 "$kind"; }
        location = /host { return 200 "$host $server_name $scheme $server_protocol"; }
        location = /braces { return 200 "${request_method}s"; }
        location /if {
            if ($arg_a = yes) { return 200 "is yes"; }
            if ($arg_a != no) { set $seen "not no "; }
            if ($http_x_test ~* "^(\w+)-test$") { return 200 "$seen$1"; }
            if (!-f @@root/there.txt) { return 200 "no file"; }
            return 200 "file";
        }
        location /rw/ {
            rewrite ^/rw/redirect/(.*)$ /new/$1 redirect;
            rewrite ^/rw/permanent/(.*)$ /new/$1? permanent;
            rewrite ^/rw/url$ http://other.test/y;
            rewrite ^/rw/one/(.*)$ /rw/two/$1;
            rewrite ^/rw/two/(.*)$ /ok?from=$1 last;
            return 404;
        }
        """#,
        http: #"""
            map $http_x_test $kind {
                default other; "" none; exact one; ~^re(\d) "number $1"; *.wild no; ~*CASE any;
            }
            """#)

    @Test(arguments: [
        ("/ok?a=b", "text GET /ok?a=b"), ("/ok", "text GET /ok"), ("/set", "1-2"),
        ("/arg?x=1&name=v%20w&name=z", "v%20w,"), ("/host", "test  http HTTP/1.1"),
        ("/braces", "GETs"), ("/target?a=b", "/target?a=b /target"),
        ("http://test/target?a=b", "/target?a=b /target"), ("/if?a=yes", "is yes"),
        ("/if?a=no", "no file"),
        ("/rw/two/z", "text GET /ok?from=z"), ("/rw/one/z?q=1", "text GET /ok?from=z&q=1"),
    ])
    func theTextIsMadeOfTheRequest(_ target: String, _ expected: String) async throws {
        try await withBalancer(Self.configuration) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer.status == 200 && answer.text == expected, "\(answer.startLine)")
        }
    }

    @Test(arguments: [
        ("/field", "X-Test: a\r\nUser-Agent: u\r\nCookie: b=1; c=2\r\n", "a|u|2"),
        ("/map", "", "none"), ("/map", "X-Test: exact\r\n", "one"),
        ("/map", "X-Test: re7\r\n", "number 7"), ("/map", "X-Test: case\r\n", "any"),
        ("/map", "X-Test: zzz\r\n", "other"), ("/map", "X-Test: EXACT\r\n", "one"),
        ("/if?a=x", "X-Test: my-TEST\r\n", "not no my"), ("/if", "", "no file"),
    ])
    func fieldsOfTheRequestCount(
        _ target: String, _ fields: String, _ expected: String
    ) async throws {
        try await withBalancer(Self.configuration) { balancer in
            let answer = try await balancer.get(target, fields)
            #expect(answer.text == expected)
        }
    }

    @Test(arguments: [
        ("/moved?a=1", 301, "http://test:@/elsewhere?a=1"), ("/url", 302, "http://other.test/x"),
        ("/see", 303, "https://other.test/"),
        ("/rw/redirect/a?q=1", 302, "http://test:@/new/a?q=1"),
        ("/rw/permanent/a?q=1", 301, "http://test:@/new/a"),
        ("/rw/url", 302, "http://other.test/y"),
    ])
    func theClientIsSentElsewhere(
        _ target: String, _ status: Int, _ location: String
    ) async throws {
        try await withBalancer(Self.configuration) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer.status == status)
            #expect(answer["location"] == location.replacing("@", with: "\(balancer.port)"))
        }
    }

    @Test func statusesWithoutATextHaveTheirPage() async throws {
        try await withBalancer(Self.configuration) { balancer in
            let empty = try await balancer.get("/empty")
            #expect(empty.status == 204 && empty["content-length"] == nil)
            let gone = try await balancer.get("/gone")
            #expect(gone.status == 410 && gone.text.contains("<h1>410 Gone</h1>"))
            #expect(gone["content-type"] == "text/html")
            let typed = try await balancer.get("/typed")
            #expect(typed["content-type"] == "application/json")
            let bare = try await balancer.get("/bare")
            #expect(bare["content-type"] == "text/plain" && bare["content-length"] == "0")
            #expect(empty["content-type"] == nil)
        }
    }

    @Test func aConnectionCanBeClosedWithoutAWord() async throws {
        try await withBalancer(Self.configuration) { balancer in
            let client = try await balancer.connect()
            try await client.send("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n")
            let hasEnded = try await client.hasEnded()
            #expect(hasEnded)
        }
    }

    @Test func aLineBreakInAVariableMakesNoField() async throws {
        let configuration = nginx(#"location ~ (?s)^/x/(.*)$ { return 302 /to/$1; }"#)
        try await withBalancer(configuration) { balancer in
            let answer = try await balancer.get("/x/a%0d%0aSet-Cookie:%20evil=1")
            #expect(answer.status == 302)
            #expect(answer["set-cookie"] == nil)
            #expect(answer.values(of: "location").count == 1)
        }
    }
}
