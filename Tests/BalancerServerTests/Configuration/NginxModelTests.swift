import BalancerServer
import Base
import LoadBalancing
import SystemInterface
import Testing

/// What nginx's language becomes in the model.
@Suite struct NginxModelTests {
    static let cluster = """
        worker_processes  2;
        error_log  logs/error.log warn;
        pid        nginx.pid;
        events { worker_connections  1024; }
        http {
            default_type  application/octet-stream;
            log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                              '$status $body_bytes_sent "$http_referer" '
                              '"$http_user_agent" "$http_x_forwarded_for"';
            access_log  logs/access.log  main;
            sendfile           on;
            keepalive_timeout  65;
            upstream tcsrvs {
                server 127.0.0.1:8084;
                server 127.0.0.1:8085;
            }
            server {
                listen       127.0.0.1:8080;
                server_name  localhost;
                location / {
                    proxy_pass http://tcsrvs;
                    index index.jsp index.html index.htm;
                }
                error_page   500 502 503 504  /50x.html;
                location = /50x.html {
                    root   html;
                }
            }
        }
        """

    static func compile(_ text: String) throws -> BalancerConfiguration {
        var overrides = ConfigurationOverrides()
        overrides.prefix = "/p"
        return try NginxCompiler.compile(
            path: "/p/nginx.conf", overrides: overrides,
            reader: .fixed(["/p/nginx.conf": text]))
    }

    static func find(_ path: String, in server: VirtualServer) -> Location? {
        let bytes = Array(path.utf8)
        let outcome = server.locations.find(bytes.span, state: VariableState())
        guard case .found(let location) = outcome else { return nil }
        return location
    }

    @Test func theClusterOfTwoNodesIsUnderstood() throws {
        let configuration = try Self.compile(Self.cluster)
        #expect(configuration.process.workerCount == 2)
        #expect(configuration.process.pidPath == "/p/nginx.pid")
        #expect(configuration.process.errorLog.target == .file("/p/logs/error.log"))
        #expect(configuration.process.errorLog.level == .warn)
        #expect(configuration.listeners.map(\.address.description) == ["127.0.0.1:8080"])
        #expect(
            configuration.upstreams[0].peers.map(\.name) == ["127.0.0.1:8084", "127.0.0.1:8085"])
        #expect(configuration.logFiles.map(\.path) == ["/p/logs/access.log"])
        let server = configuration.listeners[0].addresses[0].servers.defaultServer
        let page = try #require(Self.find("/testapp/index.jsp", in: server))
        #expect(page.name == "/")
        guard case .proxy(let proxy) = page.settings.content else {
            Issue.record("location / passes on")
            return
        }
        #expect(proxy.target == .upstream(0))
        #expect(proxy.path == .unchanged)
        #expect(proxy.requestFields.map(\.name) == ["Host"])
        #expect(proxy.host == "tcsrvs")
        let error = try #require(Self.find("/50x.html", in: server))
        #expect(error.settings.root.constant == Array("/p/html".utf8))
        #expect(error.settings.errorPages.map(\.statuses) == [[500, 502, 503, 504]])
        #expect(error.settings.keepAliveTimeout == .seconds(65))
    }

    @Test(arguments: [
        ("/", "/"), ("/index.html", "/"), ("/documents/document.html", "/documents/"),
        ("/images/1.gif", "/images/"), ("/documents/1.jpg", #"\.(gif|jpg|jpeg)$"#),
        ("/documents/1.JPG", #"\.(gif|jpg|jpeg)$"#), ("/exact", "/exact"),
        ("/exact/more", "/"), ("/nest/inner/x", "/nest/inner/"), ("/nest/x.php", #"\.php$"#),
        ("/nest/inner/x.gif", #"\.(gif|jpg|jpeg)$"#),
    ])
    func locationsAreFoundAsInNginx(_ path: String, _ name: String) throws {
        let configuration = try Self.compile(
            #"""
            events {} http { server { listen 1;
              location = /exact { } location / { } location /documents/ { }
              location ^~ /images/ { } location ~* \.(gif|jpg|jpeg)$ { }
              location /nest/ { location /nest/inner/ { } location ~ \.php$ { } }
            } }
            """#)
        let server = configuration.listeners[0].addresses[0].servers.defaultServer
        #expect(Self.find(path, in: server)?.name == name)
    }

    @Test(arguments: [
        ("a.example.com", "*.example.com"), ("www.example.com", "www.example.com"),
        ("example.org", "example.org"), ("x.example.org", "example.org"),
        ("mail.example.net", "mail.*"), ("u7.test", "~^u"), ("nobody", ""),
        ("WWW.EXAMPLE.COM.", "www.example.com"), ("", ""),
    ])
    func serversAreFoundAsInNginx(_ host: String, _ name: String) throws {
        let configuration = try Self.compile(
            #"""
            events {} http {
              server { listen 80 default_server; }
              server { listen 80; server_name *.example.com; }
              server { listen 80; server_name www.example.com; }
              server { listen 80; server_name .example.org; }
              server { listen 80; server_name mail.*; }
              server { listen 80; server_name ~^u(?<user>\d+)\.test$; }
            }
            """#)
        let table = configuration.listeners[0].addresses[0].servers
        let bytes = Array(host.utf8)
        let server = table.server(forHost: bytes.span, state: VariableState())
        #expect(server.name == name || server.name.hasPrefix(name) && !name.isEmpty)
    }

    @Test func listsAreInheritedAsAWhole() throws {
        let configuration = try Self.compile(
            """
            events {} http { proxy_set_header A 1; proxy_set_header B 2;
              server { listen 1; location /a { proxy_pass http://127.0.0.1:1; }
              location /b { proxy_pass http://127.0.0.1:1/x/; proxy_set_header Host $host; } } }
            """)
        let server = configuration.listeners[0].addresses[0].servers.defaultServer
        func proxy(_ path: String) -> ProxySettings? {
            guard case .proxy(let proxy)? = Self.find(path, in: server)?.settings.content else {
                return nil
            }
            return proxy
        }
        #expect(proxy("/a")?.requestFields.map(\.name) == ["Host", "A", "B"])
        #expect(proxy("/b")?.requestFields.map(\.name) == ["Host"])
        #expect(proxy("/b")?.path == .replacingPrefix(matched: 2, by: Array("/x/".utf8)))
        #expect(configuration.upstreams.count == 1, "one group for one address")
    }

    @Test func stickyRoutesAndServerParametersAreRead() throws {
        let configuration = try Self.compile(
            #"""
            events {} http {
              map $cookie_JSESSIONID $route { ~\.(?<node>\w+)$ $node; default ""; }
              upstream u { sticky route $route; keepalive 8; keepalive_timeout 5s;
                server 127.0.0.1:1 weight=3 max_fails=2 fail_timeout=1s route=node4;
                server unix:/s backup; server [::1]:7 down max_conns=5; }
              server { listen 1; location / { proxy_pass http://u; } }
            }
            """#)
        let upstream = configuration.upstreams[0]
        #expect(upstream.affinity == .route([ComplexValue(parts: [.variable(.map(0))])]))
        #expect(upstream.keepAlive.idleCountMax == 8)
        #expect(upstream.keepAlive.idleTimeout == .seconds(5))
        #expect(upstream.peers.map(\.address.description) == ["127.0.0.1:1", "unix:/s", "[::1]:7"])
        let policy = upstream.peers[0].policy
        #expect(policy.weight == 3 && policy.failureCountMax == 2 && policy.route == "node4")
        #expect(policy.failureWindow == .seconds(1))
        #expect(upstream.peers[1].policy.isBackup && upstream.peers[2].policy.isDown)
        #expect(upstream.peers[2].policy.requestCountMax == 5)
        #expect(configuration.slotNames == ["node"])
    }

    @Test func aWildcardCoversTheAddressesOfItsPort() throws {
        let configuration = try Self.compile(
            """
            events {} http { server { listen 80; server_name any; }
              server { listen 127.0.0.1:80; server_name local; } server { listen 81; } }
            """)
        #expect(configuration.listeners.map(\.address.description) == ["0.0.0.0:80", "0.0.0.0:81"])
        let listener = configuration.listeners[0]
        let local = listener.servers(forLocal: .ipv4(0x7F00_0001, port: 80))
        let other = listener.servers(forLocal: .ipv4(0x0A00_0001, port: 80))
        #expect(local.defaultServer.name == "local")
        #expect(other.defaultServer.name == "any")
    }

    @Test(
        arguments: [
            ("60", Duration.seconds(60)), ("500ms", .milliseconds(500)), ("1h30m", .seconds(5_400)),
            ("1h 30m", .seconds(5_400)), ("1d", .seconds(86_400)), ("0", .zero), ("5x", nil),
            ("", nil),
            ("30m1h", nil), ("-1", nil), ("1M", .seconds(2_592_000)),
        ] as [(String, Duration?)])
    func timesAreReadAsInNginx(_ text: String, _ expected: Duration?) {
        #expect(ConfigurationUnits.duration(text) == expected)
    }

    @Test(
        arguments: [
            ("8k", 8_192), ("1M", 1 << 20), ("2g", 2 << 30), ("7", 7), ("k", nil), ("1kk", nil),
            ("99999999999999999999g", nil),
        ] as [(String, Int?)])
    func sizesAreReadAsInNginx(_ text: String, _ expected: Int?) {
        #expect(ConfigurationUnits.size(text) == expected)
    }
}
