import BalancerServer
import Base
import Testing

/// What httpd refuses is refused here, in its words, with the place. Method: one file a case.
@Suite struct HttpdRefusalTests {
    private static let cases: [(text: String, expected: String)] = [
        (
            "Listen 80\nProxyPas / http://10.0.0.1/",
            "2:1: Invalid command 'ProxyPas', perhaps misspelled or defined by a module not"
        ),
        ("Listen", "1:1: Listen takes one to two arguments"),
        ("Listen 80 https", "1:11: only http is listened for"),
        ("Listen 0", "1:8: Port must be specified"), ("Listen x", "1:8: Port must be specified"),
        ("Listen 80\nListen 80", "2:8: could not bind to address 0.0.0.0:80"),
        ("", "no listening sockets available, expected Listen"),
        ("Listen 80\n<Proxy balancer://c>\n", "2:2: <Proxy> was not closed."),
        ("Listen 80\n</Proxy>", "2:1: </Proxy> without matching <Proxy> section"),
        (
            "Listen 80\n<Location />\n</Proxy>", "3:1: Expected </Location> but saw </Proxy>"
        ),
        ("Listen 80\n<Location /\n</Location>", "2:1: <Location> directive missing closing '>'"),
        ("<IfModule nix>\n<Location />\n</IfModule>", "3:1: Expected </Location> but saw"),
        ("<IfModule nix>\nListen 80", "1:2: <IfModule> was not closed."),
        ("<Location />\n  Listen 80\n</Location>", "2:3: Listen not allowed here"),
        ("Listen 80\n<Listen 80>\n</Listen>", "2:2: Invalid command '<Listen'"),
        (
            "BalancerMember http://10.0.0.1",
            "1:1: BalancerMember must define balancer name when outside <Proxy > section"
        ),
        ("BalancerMember balancer://c ftp://10.0.0.1", "1:29: 'ftp' is not supported"),
        ("BalancerMember balancer://c nonsense", "1:29: Unable to parse URL: 'nonsense'"),
        ("BalancerMember balancer://c http://10.0.0.1:x", "1:29: invalid port"),
        ("BalancerMember balancer://c http://nowhere", "1:29: DNS lookup failure for: nowhere"),
        (
            "BalancerMember balancer://c http://10.0.0.1 loadfactor=0",
            "1:45: BalancerMember loadfactor must be a number between 1 and 100"
        ),
        (
            "BalancerMember balancer://c http://10.0.0.1 loadfactor=101",
            "1:45: BalancerMember loadfactor must be a number between 1 and 100"
        ),
        (
            "BalancerMember balancer://c http://10.0.0.1 loadfactor",
            "1:45: 'loadfactor': expected parameters of the form key=value"
        ),
        (
            "BalancerMember balancer://c http://10.0.0.1 lodfactor=1",
            "1:45: unknown Worker parameter lodfactor"
        ),
        (
            "BalancerMember balancer://c http://10.0.0.1 retry=soon",
            "1:45: BalancerMember retry must be a time"
        ),
        (
            "BalancerMember balancer://c http://10.0.0.1 lbset=100",
            "1:45: BalancerMember lbset must be a number between 0 and 99"
        ),
        (
            "BalancerMember balancer://c http://10.0.0.1 status=Z",
            "1:45: unknown status parameter Z"
        ),
        (
            "BalancerMember balancer://c http://10.0.0.1 loadfactor=nan",
            "1:45: BalancerMember loadfactor must be a number between 1 and 100"
        ),
        ("ProxySet balancer://c lbmethod=best", "1:23: unknown lbmethod best"),
        ("ProxySet balancer://c stickysession=", "1:23: invalid value '' of stickysession"),
        ("ProxySet balancer://c sticky=x", "1:23: unknown Balancer parameter sticky"),
        ("ProxySet balancer://c maxattempts=x", "1:23: invalid value 'x' of maxattempts"),
        (
            "ProxyPass /",
            "1:1: ProxyPass|ProxyPassMatch needs a path when not defined in a location"
        ),
        ("ProxyPass / ajp://10.0.0.1/", "1:13: 'ajp' is not supported"),
        ("ProxyPassMatch ( http://10.0.0.1/", "1:16: Regex could not be compiled"),
        (
            "ProxyPassReverse /",
            "1:1: ProxyPassReverse needs a path when not defined in a location"
        ),
        ("ProxyVia maybe", "1:10: ProxyVia must be one of: off | on | full | block"),
        ("ProxyRequests On", "1:1: ProxyRequests On is not supported"),
        ("ProxyPreserveHost maybe", "1:19: ProxyPreserveHost must be On or Off"),
        ("ProxyTimeout soon", "1:14: 'soon' must be a time"),
        ("<Location />\nOrder down\n</Location>", "2:7: unknown order"),
        ("<Location />\nAllow for all\n</Location>", "2:1: allow and deny must be followed by"),
        ("<Location />\nDeny from host.test\n</Location>", "2:11: 'host.test' is not supported"),
        ("<Location />\nRequire user eve\n</Location>", "2:1: Require user is not supported"),
        ("<Location />\nRequire ip 1.2.3.4.5\n</Location>", "2:12: 'ip' directive contains"),
        ("<Location />\nRequire all\n</Location>", "2:1: Argument for 'Require all' must be"),
        ("Include none.conf", "1:9: Could not open configuration file /c/none.conf"),
        ("Include none/*.conf", "1:9: No matches for the wildcard in 'none/*.conf', failing"),
        ("ErrorDocument 200 /x", "1:15: Unsupported HTTP response code 200"),
        ("LogFormat \"%Z\" x", "1:11: Unrecognized LogFormat directive %Z"),
        ("LogFormat \"%{a\" x", "1:11: Unterminated '{' in log format"),
        ("CustomLog \"|prog\" common", "1:11: only files are supported as logs"),
        ("LogLevel loud", "1:10: LogLevel requires level keyword"),
        ("RewriteEngine On", "1:1: RewriteEngine On is not supported"),
        ("AuthType Basic", "1:1: AuthType is not supported"),
        ("SSLEngine on", "1:1: SSLEngine is not supported: TLS is not there yet"),
    ]

    @Test(arguments: Self.cases.indices)
    func mistakesAreNamedWithTheirPlace(_ index: Int) {
        let (text, expected) = Self.cases[index]
        let reader = ConfigurationReader.fixed(["/c/httpd.conf": text])
        var overrides = ConfigurationOverrides()
        overrides.prefix = "/c"
        let error = #expect(throws: Diagnostic.self, "\(text)") {
            _ = try HttpdCompiler.compile(
                path: "/c/httpd.conf", overrides: overrides, reader: reader)
        }
        let shown = error?.summary ?? ""
        #expect(
            shown.hasPrefix("/c/httpd.conf:" + expected)
                || shown.hasPrefix("/c/httpd.conf: " + expected), "\(text) gave \(shown)")
    }

    @Test func everyTruncationIsRefusedOrReadWithoutATrap() {
        for (text, _) in Self.cases {
            let bytes = Array(text.utf8)
            for count in 0...bytes.count {
                let part = String(decoding: bytes[..<count], as: UTF8.self)
                let reader = ConfigurationReader.fixed(["/c/h": part])
                _ = try? HttpdCompiler.compile(path: "/c/h", reader: reader)
            }
        }
    }

    @Test func aMistakeInAnIncludedFileNamesThatFile() {
        let reader = ConfigurationReader.fixed([
            "/c/h": "Listen 80\nInclude /c/d/*.conf", "/c/d/1.conf": "ProxyVia \\\n    maybe",
        ])
        let error = #expect(throws: Diagnostic.self) {
            _ = try HttpdCompiler.compile(path: "/c/h", reader: reader)
        }
        #expect(error?.summary.hasPrefix("/c/d/1.conf:") == true)
        #expect(error?.summary.contains("ProxyVia must be one of") == true)
    }

    @Test func filesThatIncludeThemselvesEnd() {
        let reader = ConfigurationReader.fixed(["/c/h": "Include /c/h"])
        let error = #expect(throws: Diagnostic.self) {
            _ = try HttpdCompiler.compile(path: "/c/h", reader: reader)
        }
        #expect(error?.message.hasPrefix("Exceeded maximum include depth") == true)
    }

    @Test func sectionsThatNestTooDeepEnd() {
        let text = String(repeating: "<Location />\n", count: 10_000)
        let reader = ConfigurationReader.fixed(["/c/h": text])
        let error = #expect(throws: Diagnostic.self) {
            _ = try HttpdCompiler.compile(path: "/c/h", reader: reader)
        }
        #expect(error?.message == "sections are nested too deep")
    }
}
