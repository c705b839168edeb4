import TestSupport
import Testing

/// Which location answers, as nginx's documentation of `location` has it. Method: each location
/// answers with its own name.
@Suite(.timeLimit(.minutes(1))) struct LocationChoiceTests {
    private static let configuration = nginx(
        #"""
        location = / { return 200 exact-root; }
        location / { return 200 root; }
        location /docs/ { return 200 docs; }
        location ^~ /images/ { return 200 images; }
        location ~* \.(gif|jpg)$ { return 200 picture; }
        location ~ \.GIF$ { return 200 never; }
        location ~ ^/user/(?<name>\w+)/(\d+)$ { return 200 "$name-$2"; }
        location = /exact { return 200 exact; }
        location /folder/ { proxy_pass http://@@dead; }
        location /inside { internal; return 200 inside; }
        location /go { rewrite ^ /inside last; }
        location /again/ { rewrite ^/again/(.*)$ /docs/$1 last; return 200 never; }
        location /stay/ { rewrite ^/stay/(.*)$ /docs/$1 break; return 200 "$uri"; }
        location /loop { rewrite ^ /loop last; }
        """#)

    @Test(arguments: [
        ("/", "exact-root"), ("/index.html", "root"), ("/docs/x.html", "docs"),
        ("/docs", "root"), ("/images/1.gif", "images"), ("/docs/1.gif", "picture"),
        ("/docs/1.JPG", "picture"), ("/x.GIF", "picture"), ("/user/eve/42", "eve-42"),
        ("/user/eve/x", "root"), ("/exact", "exact"), ("/exact/", "root"), ("/exact?a=b", "exact"),
        ("/%64ocs/x", "docs"), ("/docs/../images/x", "images"), ("//docs//x", "docs"),
        ("/docs/./x", "docs"), ("/docs%2Fx", "docs"), ("/go", "inside"), ("/again/x.txt", "docs"),
        ("/again/x.gif", "picture"), ("http://other/exact", "exact"),
    ])
    func theLocationIsFound(_ target: String, _ expected: String) async throws {
        try await withBalancer(Self.configuration) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer.status == 200 && answer.text == expected, "\(answer.startLine)")
        }
    }

    @Test(arguments: [
        ("/inside", 404), ("/loop", 500), ("/..", 400), ("/docs/../../x", 400), ("/%zz", 400),
        ("/a%00b", 400), ("/folder", 301),
    ])
    func otherTargetsGetAStatus(_ target: String, _ status: Int) async throws {
        try await withBalancer(Self.configuration) { balancer in
            let answer = try await balancer.get(target)
            #expect(answer.status == status)
        }
    }

    @Test func aFolderWithoutItsSlashIsNamedWithIt() async throws {
        try await withBalancer(Self.configuration) { balancer in
            let answer = try await balancer.get("/folder?a=b%20c")
            #expect(answer["location"] == "http://test:\(balancer.port)/folder/?a=b%20c")
        }
        try await withBalancer(
            nginx("absolute_redirect off; location /folder/ { proxy_pass http://@@dead; }")
        ) { balancer in
            let answer = try await balancer.get("/folder")
            #expect(answer["location"] == "/folder/")
        }
    }

    @Test func serversAreChosenByHost() async throws {
        let configuration = nginx(
            "server_name one; return 200 one;",
            http: """
                server { listen @@listen; server_name two *.wild.test; return 200 "two $host"; }
                server { listen @@listen default_server; server_name _; return 200 default; }
                """)
        try await withBalancer(configuration) { balancer in
            for (host, expected) in [
                ("one", "one"), ("ONE:80", "one"), ("two", "two two"),
                ("a.b.wild.test", "two a.b.wild.test"), ("nobody", "default"),
            ] {
                let client = try await balancer.connect()
                try await client.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(try await client.answer()?.text == expected)
                client.close()
            }
        }
    }

    @Test func aBrokenOffRewriteStaysInItsLocation() async throws {
        try await withBalancer(
            nginx(
                #"""
                location /stay/ { rewrite ^/stay/(.*)$ /docs/$1 break; }
                location /docs/ { return 200 never; }
                """#), files: ["docs/a.txt": "the file"]
        ) { balancer in
            let answer = try await balancer.get("/stay/a.txt")
            #expect(answer.text == "the file")
        }
    }
}
