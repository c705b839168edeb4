import BalancerServer
import Base
import Testing

/// What nginx refuses is refused here, in its words, with the place. Method: one file a case.
@Suite struct NginxRefusalTests {
    private static let cases: [(text: String, expected: String)] = [
        ("foo 1;", "1:1: unknown directive \"foo\""),
        (
            "events {} http { prox_pass x; }",
            "1:18: unknown directive \"prox_pass\"; did you mean \"proxy_pass\"?"
        ),
        ("events {} listen 80;", "1:11: \"listen\" directive is not allowed here"),
        ("events {} http", "1:15: unexpected end of file, expecting \";\" or \"}\""),
        ("events {} http {", "1:17: unexpected end of file, expecting \"}\""),
        ("events {} }", "1:11: unexpected \"}\""),
        ("events {} ;", "1:11: unexpected \";\""),
        ("events {} http;", "1:15: directive \"http\" has no opening \"{\""),
        ("events {} pid a {}", "1:11: directive \"pid\" is not terminated by \";\""),
        (
            "events {} http { server { listen; } }",
            "1:27: invalid number of arguments in \"listen\" directive"
        ),
        ("events {} pid a; pid b;", "1:18: \"pid\" directive is duplicate"),
        ("worker_processes x; events {}", "1:18: invalid value \"x\""),
        ("http {}", "no \"events\" section in configuration"),
        (
            "events {}\nhttp {\n  sendfile maybe;\n}",
            "3:12: invalid value \"maybe\" in \"sendfile\" directive, it must be \"on\" or \"off\""
        ),
        (
            "events {} http { server { location / { proxy_pass ftp://a; } } }",
            "1:51: invalid URL prefix"
        ),
        (
            "events {} http { server { location / { proxy_pass http://nowhere; } } }",
            "1:51: host not found in upstream \"nowhere\""
        ),
        ("events {} http { upstream a { } }", "1:18: no servers are inside upstream \"a\""),
        (
            "events {} http { upstream a { server 1.2.3.4 weight=0; } }",
            "1:46: invalid parameter \"weight=0\""
        ),
        (
            "events {} http { server { location / {} location / {} } }",
            "1:41: duplicate location \"/\""
        ),
        (
            "events {} http { server { location /a { location /b {} } } }",
            "1:41: location \"/b\" is outside location \"/a\""
        ),
        (
            "events {} http { server { location ~ ( {} } }",
            "1:38: pcre2_compile() failed: missing closing parenthesis in \"(\" at \"1\""
        ),
        (
            "events {} http { server { return 200 $nix; } }", "1:38: unknown \"nix\" variable"
        ),
        (
            "events {} http { server { error_page 200 /a; } }",
            "1:38: value \"200\" must be between 300 and 599"
        ),
        (
            "events {} http { access_log a nix; }", "1:31: unknown log format \"nix\""
        ),
        ("events {} http { deny 1.2.3; }", "1:23: invalid parameter \"1.2.3\""),
        (
            "events {} http { server { listen 99999; } }",
            "1:34: invalid port in \"99999\" of the \"listen\" directive"
        ),
        ("events {} error_log a blue;", "1:23: invalid log level \"blue\""),
        ("events {} include nix.conf;", "1:19: open() \"/c/nix.conf\" failed (2: "),
        ("pid \"a\"b; events {}", "1:8: unexpected \"b\""),
        (
            "events {} http { map $host $a { default 1; default 2; } }",
            "1:44: duplicate default map parameter"
        ),
        (
            "events {} http { server { server_name a*b; } }",
            "1:39: server name \"a*b\" is invalid"
        ),
        (
            "events {} http { server { location / { if (x) {} } } }",
            "1:43: invalid condition \"(x)\""
        ),
        (
            "events {} http { server { auth_basic on; } }",
            "1:27: \"auth_basic\" is not supported: "
        ),
    ]

    @Test(arguments: Self.cases.indices)
    func mistakesAreNamedWithTheirPlace(_ index: Int) throws {
        let (text, expected) = Self.cases[index]
        let reader = ConfigurationReader.fixed(["/c/nginx.conf": text])
        let error = #expect(throws: Diagnostic.self) {
            _ = try NginxCompiler.compile(path: "/c/nginx.conf", reader: reader)
        }
        let shown = error?.summary ?? ""
        #expect(
            shown.hasPrefix("/c/nginx.conf:" + expected)
                || shown.hasPrefix("/c/nginx.conf: " + expected),
            "\(text) gave \(shown)")
    }

    @Test func everyTruncationIsRefusedOrReadWithoutATrap() {
        for (text, _) in Self.cases {
            let bytes = Array(text.utf8)
            for count in 0...bytes.count {
                let part = String(decoding: bytes[..<count], as: UTF8.self)
                let reader = ConfigurationReader.fixed(["/c/n": part])
                _ = try? NginxCompiler.compile(path: "/c/n", reader: reader)
            }
        }
    }

    @Test func aMistakeInAnIncludedFileNamesThatFile() {
        let reader = ConfigurationReader.fixed([
            "/c/n": "events {}\ninclude d/*.conf;", "/c/d/1.conf": "pid x;",
            "/c/d/2.conf": "\n  bad;", "/c/d/.3.conf": "hidden;",
        ])
        let error = #expect(throws: Diagnostic.self) {
            _ = try NginxCompiler.compile(path: "/c/n", reader: reader)
        }
        #expect(error?.summary == "/c/d/2.conf:2:3: unknown directive \"bad\"")
        #expect(error?.sourceLine == "  bad;")
    }

    @Test func filesThatIncludeThemselvesEnd() {
        let reader = ConfigurationReader.fixed(["/c/n": "include n;"])
        let error = #expect(throws: Diagnostic.self) {
            _ = try NginxCompiler.compile(path: "/c/n", reader: reader)
        }
        #expect(error?.message == "files include each other too deep")
    }
}
