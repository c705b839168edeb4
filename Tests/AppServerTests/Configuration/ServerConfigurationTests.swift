import AppServer
import Base
import HTTPTransport
import Sessions
import Testing

/// server.xml: what is taken, and each refusal with its place.
@Suite struct ServerConfigurationTests {
    /// A whole file around the attributes and elements of a case.
    static func file(
        connector: String = "port=\"8080\"", engine: String = "", host: String = "",
        context: String = "", manager: String = ""
    ) -> String {
        """
        <Server port="-1">
        <Service name="Catalina">
        <Connector \(connector)/>
        <Engine name="Catalina" defaultHost="h" \(engine)>
        <Host name="h" appBase="webapps">
        <Context path="/t" docBase="t" \(context)>\(manager)</Context>
        \(host)
        </Host></Engine></Service></Server>
        """
    }

    static func read(_ source: String) throws -> ServerConfiguration {
        try ServerConfigurationReader.read(Array(source.utf8), file: "server.xml", base: "/base")
    }

    @Test func theSeedsFormIsRead() throws {
        let manager = """
            <Manager className="de.javakaffee.web.msm.MemcachedBackupSessionManager"
             memcachedNodes="n1:127.0.0.1:11211,n2:127.0.0.1:11212" failoverNodes="n1"
             requestUriIgnorePattern=".*\\.(ico|png)$" transcoderFactoryClass="x.Y"/>
            """
        let configuration = try Self.read(
            Self.file(
                connector: "port=\"8084\" address=\"127.0.0.1\" connectionTimeout=\"20000\"",
                engine: "jvmRoute=\"node4\"",
                host: """
                    <Alias>Other.Example</Alias>
                    <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs"
                     prefix="access." suffix=".txt" pattern="common"/>
                    """,
                context: "reloadable=\"true\"", manager: manager))
        let service = try #require(configuration.services.first)
        #expect(configuration.shutdownPort == nil)
        #expect(service.connectors[0].endpoint == .tcp(host: "127.0.0.1", port: 8_084))
        #expect(service.connectors[0].http.headerTimeout == .seconds(20))
        #expect(service.engine.jvmRoute == "node4")
        let host = service.engine.hosts[0]
        #expect(host.aliases == ["other.example"])
        #expect(host.accessLogs[0].directory == "/base/logs")
        #expect(host.accessLogs[0].dateFormat == "yyyy-MM-dd")
        let context = host.contexts[0]
        #expect(context.docBase == "/base/webapps/t")
        #expect(context.isReloadable)
        #expect(context.manager.nodes?.nodes.map(\.id) == ["n1", "n2"])
        #expect(context.manager.requestURIIgnorePattern == ".*\\.(ico|png)$")
        #expect(
            configuration.notices.map(\.summary) == [
                "server.xml:8:43: Manager transcoderFactoryClass is replaced: sessions are stored "
                    + "in Holdfast's own language-neutral form"
            ])
    }

    @Test(arguments: [
        (
            "prot=\"1\"", "3:12",
            "Connector has no attribute \"prot\"; expected one of port, protocol"
        ),
        ("port=\"x\"", "3:12", "port=\"x\": expected a number from 0 to 65535"),
        ("address=\"::1\"", "3:1", "Connector needs a port or a unixDomainSocketPath"),
        (
            "port=\"1\" protocol=\"AJP/1.3\"", "3:21",
            "protocol=\"AJP/1.3\": there is no AJP; expected HTTP/1.1"
        ),
        ("port=\"1\" URIEncoding=\"GBK\"", "3:21", "URIEncoding=\"GBK\": expected UTF-8"),
        (
            "port=\"1\" SSLEnabled=\"true\"", "3:21",
            "Connector SSLEnabled is refused: TLS ends at the balancer; give this connector plain "
                + "HTTP"
        ),
    ]) func aWrongConnectorIsRefusedWithItsPlace(
        connector: String, place: String, message: String
    ) {
        Self.expectRefusal(Self.file(connector: connector), place, message)
    }

    @Test(arguments: [
        (
            "<Manager className=\"de.javakaffee.web.msm.MemcachedBackupSessionManager\" "
                + "memcachedNodes=\"\"/>",
            "Manager is refused: memcachedNodes is empty: write id:host:port, or host:port for "
                + "one node"
        ),
        (
            "<Manager className=\"de.javakaffee.web.msm.MemcachedBackupSessionManager\" "
                + "memcachedNodes=\"n1:h:1,n2:h:2\" failoverNodes=\"n3\"/>",
            "Manager is refused: failoverNodes: there is no node 'n3' in memcachedNodes"
        ),
        (
            "<Manager className=\"x.PersistentManager\"/>",
            "Manager is refused: className: 'x.PersistentManager' is neither the "
                + "memcached-session-manager nor Tomcat's StandardManager"
        ),
        (
            "<Valve className=\"org.apache.catalina.valves.RemoteAddrValve\" allow=\"x\"/>",
            "Valve org.apache.catalina.valves.RemoteAddrValve is refused: it has no counterpart "
                + "here, and what it guards would stand open"
        ),
        (
            "<Valve className=\"org.apache.catalina.valves.AccessLogValve\" pattern=\"%Q\"/>",
            "pattern: %Q is not known"
        ),
        ("<Nothing/>", "Context cannot have a <Nothing>"),
    ]) func aWrongContextIsRefused(manager: String, message: String) {
        Self.expectRefusal(Self.file(manager: manager), nil, message)
    }

    @Test(arguments: [
        (
            "<Server><Service><Engine name='e' defaultHost='h'><Host "
                + "name='h'/></Engine></Service></Server>",
            "no Service has a Connector"
        ),
        ("<Service/>", "the outermost element is <Service>; expected <Server>"),
        ("<Server><Service><Connector port='1'/></Service></Server>", "Service needs an Engine"),
        (
            "<Server><Service><Connector port='1'/><Engine name='e' defaultHost='x'><Host "
                + "name='h'/></Engine></Service></Server>",
            "defaultHost=\"x\": no Host has this name"
        ),
        (
            "<Server><Service><Connector port='1'/><Engine name='e' defaultHost='h'><Host "
                + "name='h'/><Host name='H'/></Engine></Service></Server>",
            "two Hosts have the name \"h\""
        ),
        (
            "<Server><Service><Connector port='1'/><Engine name='e' defaultHost='h' "
                + "jvmRoute='a.b'><Host name='h'/></Engine></Service></Server>",
            "jvmRoute=\"a.b\": expected letters, digits, \"-\" and \"_\""
        ),
    ]) func aWrongFileIsRefused(source: String, message: String) {
        Self.expectRefusal(source, nil, message)
    }

    static func expectRefusal(_ source: String, _ place: String?, _ message: String) {
        do {
            _ = try Self.read(source)
            Issue.record("accepted: \(source)")
        } catch let error as Diagnostic {
            #expect(error.message == message)
            #expect(error.line > 0 && !error.sourceLine.isEmpty)
            if let place { #expect("\(error.line):\(error.column)" == place) }
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func propertiesOfTheEnvironmentReachTheFile() throws {
        let configuration = try ServerConfigurationReader.read(
            Array(Self.file(connector: "port=\"${PORT:9}\"").utf8), file: "s", base: "/b"
        ) { $0 == "PORT" ? "7777" : nil }
        #expect(configuration.services[0].connectors[0].endpoint == .tcp(host: nil, port: 7_777))
    }

    @Test func everyRuleHasAReasonThatReadsAsASentence() {
        for (kind, rules) in AttributeTable.rules {
            for (name, treatment) in rules {
                #expect(!name.isEmpty && !name.contains(" "), "\(kind.rawValue) \(name)")
                switch treatment {
                case .honoured: continue
                case .ignored(let reason), .replaced(let reason), .refused(let reason):
                    #expect(reason.count > 8 && !reason.hasSuffix("."), "\(kind) \(name)")
                }
            }
        }
    }
}
