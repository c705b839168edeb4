import BalancerServer
import TestSupport
import Testing

/// What a client encodes in its path comes decoded into variables; it must stay within its line,
/// in requests to servers and in answers. Method: line breaks and blanks in all places.
@Suite(.timeLimit(.minutes(1))) struct InjectionTests {
    /// `a`, a line break with a field behind it, and a second request.
    private static let path =
        "/x/a%20b%0d%0aX-Evil:%201%0d%0a%0d%0aGET%20/evil%20HTTP/1.1%0d%0aHost:%20h%0d%0a%0d%0a"

    private static func check(
        _ text: String, _ dialect: ConfigurationDialect, target: String = Self.path
    ) async throws {
        let script = answering(rawAnswer(200, "ok"))
        try await withBalancer(text, dialect, servers: [script]) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer["x-evil"] == nil && answer.isWhole, "\(text)")
            #expect(answer.fields.allSatisfy { !$0.name.lowercased().contains("evil") })
            _ = try await balancer.get("/x/after")
            let requests = balancer.servers[0].requests
            #expect(requests.allSatisfy { $0["x-evil"] == nil }, "\(text)")
            #expect(requests.allSatisfy { !$0.target.hasPrefix("/evil") }, "\(text)")
            for request in requests {
                #expect(request.startLine.split(separator: " ").count == 3, "\(request.startLine)")
            }
        }
    }

    @Test(arguments: [
        #"location ~ (?s)^/x/(.*)$ { proxy_pass http://@@1/to/$1; }"#,
        #"location / { proxy_pass http://@@1$uri; }"#,
        #"location / { set $t "http://@@1/$uri"; proxy_pass $t; }"#,
        #"location / { proxy_set_header X-Path $uri; proxy_pass http://@@1; }"#,
        #"location / { proxy_set_header Connection $uri; proxy_pass http://@@1; }"#,
        #"location / { proxy_set_header Host $uri; proxy_pass http://@@1; }"#,
        #"location / { rewrite (?s)^/x/(.*)$ /y/$1 break; proxy_pass http://@@1; }"#,
        #"location / { add_header X-Path $uri; return 200 ok; }"#,
        #"location / { add_header X-Path $uri always; return 404; }"#,
        #"location / { add_header X-Path $uri; proxy_pass http://@@1; }"#,
        #"location / { return 302 $uri; }"#,
        #"location / { rewrite (?s)^/x/(.*)$ http://o.test/$1 redirect; }"#,
        #"location / { error_page 404 http://o.test$uri; return 404; }"#,
    ])
    func nginxsVariablesStayWithinTheirLine(_ server: String) async throws {
        try await Self.check(nginx(server), .nginx)
    }

    @Test(arguments: [
        "ProxyPassMatch (?s)^/x/(.*)$ http://@@1/to/$1", "ProxyPass /x http://@@1/y",
        "ProxyPass / http://@@1/\nRequestHeader set X-Path \"%U\"",
        "ProxyPass / http://@@1/\nHeader set X-Path \"%U\"",
        "RedirectMatch (?s)^/x/(.*)$ http://o.test/$1", "Redirect /x http://o.test/",
    ])
    func httpdsValuesStayWithinTheirLine(_ lines: String) async throws {
        try await Self.check("Listen @@listen\nErrorLog @@root/e.log\n\(lines)", .httpd)
    }

    @Test func whatTheServersTargetIsMadeOfIsEncoded() async throws {
        let text = nginx(#"location ~ (?s)^/x/(.*)$ { proxy_pass http://@@1/to/$1; }"#)
        try await withBalancer(text, servers: [answering(rawAnswer())]) { balancer in
            _ = try await balancer.get("/x/a%20b%0a%7fc")
            #expect(balancer.servers[0].requests.map(\.target) == ["/to/a%20b%0A%7Fc"])
        }
    }
}
