import BalancerServer
import Base
import LoadBalancing
import SystemInterface
import Testing

/// What httpd's language becomes in the model.
@Suite struct HttpdModelTests {
    static func compile(
        _ text: String, files: [String: String] = [:]
    ) throws -> BalancerConfiguration {
        var overrides = ConfigurationOverrides()
        overrides.prefix = "/r"
        var files = files
        files["/r/httpd.conf"] = text
        return try HttpdCompiler.compile(
            path: "/r/httpd.conf", overrides: overrides, reader: .fixed(files))
    }

    private static func group(_ inside: String) throws -> UpstreamSettings {
        let configuration = try Self.compile(
            "Listen 80\n<Proxy balancer://Cluster>\n\(inside)\n</Proxy>\n"
                + "ProxyPass / balancer://cluster/\n")
        return try #require(configuration.upstreams.first { $0.name == "cluster" })
    }

    @Test func membersAndTheirParametersAreRead() throws {
        let group = try Self.group(
            """
            BalancerMember http://10.0.0.1:8080
            BalancerMember "http://10.0.0.2:8081" loadfactor=2.5 route=r2 redirect=r1 lbset=3 \\
                retry=5 timeout=7 connectiontimeout=500ms
            balancermember http://[::1]:9 status=+H
            BalancerMember http://10.0.0.4 status=D
            BalancerMember http://10.0.0.5 status=+N-D ttl=5
            BalancerMember http://10.0.0.6 status=+R retry=0
            BalancerMember unix:/run/s.sock|http://localhost status=+I
            """)
        #expect(
            group.peers.map(\.address.description) == [
                "10.0.0.1:8080", "10.0.0.2:8081", "[::1]:9", "10.0.0.4:80", "10.0.0.5:80",
                "10.0.0.6:80", "unix:/run/s.sock",
            ])
        #expect(group.peers.map(\.policy.weight) == [100, 250, 100, 100, 100, 100, 100])
        let second = group.peers[1]
        #expect(second.policy.route == "r2" && second.policy.redirectRoute == "r1")
        #expect(second.policy.set == 3 && second.policy.failureWindow == .seconds(5))
        #expect(second.readTimeout == .seconds(7))
        #expect(second.connectTimeout == .milliseconds(500))
        #expect(group.peers[0].policy.failureWindow == .seconds(60))
        #expect(group.peers[2].policy.isBackup && group.peers[3].policy.isDown)
        #expect(group.peers[4].policy.isDraining && !group.peers[4].policy.isDown)
        #expect(group.peers[5].policy.isSpare && group.peers[5].policy.failureWindow == .zero)
        #expect(group.peers[6].policy.ignoresFailures)
        #expect(group.method == .byRequests)
        #expect(group.health == .errorState(forcesRecovery: true))
        #expect(group.keepAlive.idleTimeout == .seconds(5))
    }

    @Test(arguments: [
        ("byrequests", BalancingMethod.byRequests), ("bytraffic", .byTraffic),
        ("bybusyness", .byBusyness),
    ])
    func methodsAreRead(_ name: String, _ method: BalancingMethod) throws {
        let group = try Self.group("BalancerMember http://10.0.0.1\nProxySet lbmethod=\(name)")
        #expect(group.method == method)
    }

    @Test(arguments: [
        "stickysession=JSESSIONID|jsessionid nofailover=On stickysessionsep=-",
        "nofailover=On stickysessionsep=- stickysession=JSESSIONID|jsessionid",
        "nofailover=On\nProxySet stickysession=JSESSIONID|jsessionid\nProxySet stickysessionsep=-",
    ])
    func sessionsAreReadInAnyOrder(_ words: String) throws {
        let group = try Self.group("BalancerMember http://10.0.0.1\nProxySet \(words)")
        var rule = SessionAffinity(cookie: "JSESSIONID", parameter: "jsessionid")
        rule.refusesFailover = true
        rule.separator = UInt8(ascii: "-")
        #expect(group.affinity == .session(rule))
    }

    @Test func theGroupsOtherParametersAreRead() throws {
        let group = try Self.group(
            """
            BalancerMember http://10.0.0.1 disablereuse=on
            ProxySet maxattempts=3 forcerecovery=Off failonstatus=500,503 timeout=5
            """)
        #expect(group.failoverCountMax == 3 && group.failureStatuses == [500, 503])
        #expect(group.health == .errorState(forcesRecovery: false))
        #expect(group.keepAlive.idleCountMax == 0)
    }

    @Test func aGroupMayBeToldOutsideOfItsSection() throws {
        let configuration = try Self.compile(
            """
            Listen 80
            BalancerMember balancer://c http://10.0.0.1 route=a
            BalancerMember balancer://c http://10.0.0.2 route=b
            ProxyPass /app balancer://c/app stickysession=S lbmethod=bybusyness
            ProxySet balancer://c maxattempts=1
            """)
        let group = try #require(configuration.upstreams.first)
        #expect(configuration.upstreams.count == 1)
        #expect(group.peers.map(\.policy.route) == ["a", "b"])
        #expect(group.method == .byBusyness && group.failoverCountMax == 1)
        #expect(group.affinity == .session(SessionAffinity(cookie: "S", parameter: "S")))
    }

    @Test func sectionsThatChooseAreTakenOrLeft() throws {
        let configuration = try Self.compile(
            """
            Define ON yes
            Define PORT 81
            <IfModule mod_proxy_balancer.c>
              <IfDefine ON>
                Listen ${PORT}
              </IfDefine>
            </IfModule>
            <IfModule !proxy_http_module>
              Listen 82
            </IfModule>
            <IfModule mod_ssl.c>
              Listen 443
              Unheard Of
              Include ssl/*.conf
              Define PORT 443
            </IfModule>
            <IfDefine !ON>
              Define OTHER yes
              Include none.conf
            </IfDefine>
            <IfDefine OTHER>
              Listen 83
            </IfDefine>
            <IfVersion >= 2.4>
              Listen 84
            </IfVersion>
            <IfVersion < 2.4>
              Listen 85
            </IfVersion>
            """)
        #expect(
            configuration.listeners.map(\.address.description) == ["0.0.0.0:81", "0.0.0.0:84"])
    }

    @Test func namesThatAreNotDefinedComeFromTheEnvironment() throws {
        var reader = ConfigurationReader.fixed([
            "/r/httpd.conf": "Define PORT 81\nListen ${PORT}\nListen ${OTHER_PORT}\n"
        ])
        reader.environment = { ["PORT": "1", "OTHER_PORT": "82"][$0] }
        var overrides = ConfigurationOverrides()
        overrides.prefix = "/r"
        let configuration = try HttpdCompiler.compile(
            path: "/r/httpd.conf", overrides: overrides, reader: reader)
        #expect(
            configuration.listeners.map(\.address.description) == ["0.0.0.0:81", "0.0.0.0:82"])
    }

    @Test func includesAreReadFromTheServersRoot() throws {
        let configuration = try Self.compile(
            """
            ServerRoot "/etc/h"
            Include conf.d/*.conf
            IncludeOptional none/*.conf
            IncludeOptional none.conf
            PidFile run/pid
            """,
            files: [
                "/etc/h/conf.d/1.conf": "Listen 81", "/etc/h/conf.d/2.conf": "# two\n\nListen 82\n",
                "/etc/h/conf.d/.3.conf": "Listen 83",
            ])
        #expect(
            configuration.listeners.map(\.address.description) == ["0.0.0.0:81", "0.0.0.0:82"])
        #expect(configuration.process.pidPath == "/etc/h/run/pid")
    }

    @Test(arguments: [
        ("5", Duration.seconds(5)), ("5s", .seconds(5)), ("500ms", .milliseconds(500)),
        ("2min", .seconds(120)), ("2mi", .seconds(120)), ("1h", .seconds(3_600)),
    ])
    func timesHaveHttpdsUnits(_ text: String, _ expected: Duration) throws {
        let group = try Self.group("BalancerMember http://10.0.0.1 retry=\(text)")
        #expect(group.peers[0].policy.failureWindow == expected)
    }
}
