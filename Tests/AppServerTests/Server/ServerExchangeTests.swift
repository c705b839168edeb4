import Base
import DaemonKit
import EventLoop
import SystemInterface
import TestSupport
import Testing

@testable import AppServer

/// A whole server in this process, on a fresh UNIX socket, asked over it byte for byte.
@Suite struct ServerExchangeTests {
    /// A base folder that is made for one test.
    private struct BaseFolder {
        let path: String
        var socket: String { "\(self.path)/http" }

        init(web: String = "", files: [String: String]) throws {
            let name = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
            self.path = "/tmp/holdfast-app-\(name)"
            for folder in ["", "/conf", "/webapps", "/webapps/t", "/webapps/t/WEB-INF"] {
                try Files.makeDirectory(self.path + folder)
            }
            let server = """
                <Server port="-1"><Service name="Catalina">
                <Connector unixDomainSocketPath="\(self.path)/http"/>
                <Engine name="Catalina" defaultHost="localhost" jvmRoute="r1">
                <Host name="localhost" appBase="webapps"><Context path="/t" docBase="t"/>
                <Valve className="org.apache.catalina.valves.AccessLogValve" rotatable="false"
                 pattern="%m %U%q %s %b %{a}c" buffered="false"/></Host></Engine></Service></Server>
                """
            try Files.write(Array(server.utf8), to: "\(self.path)/conf/server.xml")
            if !web.isEmpty {
                try self.write("WEB-INF/web.xml", "<web-app>\(web)</web-app>")
            }
            for (name, text) in files { try self.write(name, text) }
        }

        func write(_ name: String, _ text: String) throws {
            try Files.write(Array(text.utf8), to: "\(self.path)/webapps/t/\(name)")
        }
    }

    /// Starts a server on the folder, sends each request on one connection, and gives the answers.
    private func answers(
        _ base: BaseFolder, _ requests: [String]
    ) async throws -> [String] {
        var settings = DaemonSettings(name: "sessiond")
        settings.loopCount = 1
        let daemon = try Daemon(
            settings, sockets: ActivatedSockets([]),
            logs: LogOutput(form: .human, descriptor: try Files.open("/dev/null", .append).take()))
        let server = try ApplicationServer(ServerOptions(base: base.path), daemon: daemon)
        let path = base.socket
        let answers = try await runOnLoop { group in
            let loop = group.loops[0]
            try await server.prepare(on: loop)
            try await server.serve()
            var answers: [String] = []
            let deadline = loop.now + .seconds(20)
            let connection = try await Connection.connect(
                to: .unix(path), on: loop, deadline: deadline)
            for request in requests {
                connection.output.append(request)
                try await connection.flush(deadline: deadline)
                answers.append(try await Self.readAnswer(connection, deadline))
            }
            connection.close()
            _ = await server.drain(deadline: loop.now + .seconds(5))
            await server.stop()
            return answers
        }
        daemon.loops.stop()
        return answers
    }

    private static func readAnswer(
        _ connection: Connection, _ deadline: Instant
    ) async throws -> String {
        let input = connection.input
        while true {
            let text = input.bytes.makeString()
            if let end = text.range(ofHead: "\r\n\r\n") {
                let length = text.field("content-length").flatMap { Int($0) } ?? 0
                let headCount = text[..<end].utf8.count + 4
                if input.count >= headCount + length {
                    let whole = input.bytes.extracting(first: headCount + length).makeString()
                    input.consume(headCount + length)
                    return whole
                }
            }
            if try await connection.fill(deadline: deadline) == 0 { return text }
        }
    }

    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
    }

    @Test func pagesHaveTheirSessionAndItsCookieOnce() async throws {
        let base = try BaseFolder(files: [
            "c.jsp": """
            <% Integer n = (Integer) session.getAttribute("n");
               session.setAttribute("n", n == null ? 1 : n + 1);
                %>n=<%= session.getAttribute("n") %>
            """
        ])
        let first = try await self.answers(base, [self.get("/t/c.jsp")])[0]
        let cookie = try #require(first.field("set-cookie"))
        #expect(first.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(cookie.hasSuffix(".r1; Path=/t; HttpOnly"))
        #expect(cookie.hasPrefix("JSESSIONID="))
        #expect(first.contains("n=1"))
        let both = try await self.answers(base, [self.get("/t/c.jsp"), self.get("/t/c.jsp")])
        #expect(both[0].field("set-cookie") != both[1].field("set-cookie"), "no cookie was sent")
    }

    @Test func addressesLeadWhereTomcatLeads() async throws {
        let base = try BaseFolder(files: ["index.html": "home", "a.txt": "0123456789"])
        let answers = try await self.answers(
            base,
            [
                self.get("/t"), self.get("/t?x=1"), self.get("/t/"), self.get("/none"),
                self.get("/t/WEB-INF/web.xml"), self.get("/t/web-inf/web.xml"),
                self.get("/t/a.txt", "Range: bytes=2-4\r\n"), self.get("/t/a.txt;v=1"),
                "HEAD /t/a.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            ])
        #expect(answers[0].field("location") == "/t/")
        #expect(answers[1].field("location") == "/t/?x=1")
        #expect(answers[2].hasSuffix("\r\n\r\nhome"))
        for answer in answers[3...5] { #expect(answer.hasPrefix("HTTP/1.1 404 ")) }
        #expect(answers[6].hasPrefix("HTTP/1.1 206 ") && answers[6].hasSuffix("\r\n\r\n234"))
        #expect(answers[6].field("content-range") == "bytes 2-4/10")
        #expect(answers[7].hasSuffix("0123456789"))
        #expect(answers[8].field("content-length") == "10" && answers[8].hasSuffix("\r\n\r\n"))
    }

    @Test func mistakesAndErrorPagesAreShown() async throws {
        let base = try BaseFolder(
            web: "<error-page><error-code>404</error-code><location>/e.jsp</location></error-page>",
            files: [
                "e.jsp": "own <%= request.getAttribute(\"jakarta.servlet.error.status_code\") %>",
                "bad.jsp": "line one\n<% int x = ; %>", "go.jsp": "<jsp:forward page=\"to.jsp\"/>",
                "to.jsp": "<%= request.getServletPath() %>",
                "s.jsp": "<% response.sendRedirect(\"x y\"); %>", "p.jsp": "${param.a}${param.b}",
            ])
        let answers = try await self.answers(
            base,
            [
                self.get("/t/none"), self.get("/t/bad.jsp"), self.get("/t/go.jsp"),
                self.get("/t/s.jsp"),
                "POST /t/p.jsp?a=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\n\r\nb=%41",
                "PUT /t/p.jsp HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
            ])
        #expect(answers[0].hasPrefix("HTTP/1.1 404 ") && answers[0].hasSuffix("own 404"))
        #expect(answers[1].hasPrefix("HTTP/1.1 500 ") && answers[1].contains("/bad.jsp:2:12"))
        #expect(answers[2].hasSuffix("/to.jsp"))
        #expect(answers[3].hasPrefix("HTTP/1.1 302 ") && answers[3].field("location") == "x y")
        #expect(answers[4].hasSuffix("\r\n\r\n1A"))
        #expect(answers[5].hasPrefix("HTTP/1.1 405 ") && answers[5].field("allow") != nil)
    }

    @Test func eachRequestHasItsLine() async throws {
        let base = try BaseFolder(files: ["a.txt": "abc"])
        _ = try await self.answers(
            base, [self.get("/t/a.txt?q=1", "Cookie: a=b\r\n"), self.get("/nothing")])
        let log = try Files.read("\(base.path)/logs/access_log", limit: 10_000)
        let lines = String(decoding: log, as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "GET /t/a.txt?q=1 200 3 b")
        #expect(lines.count == 2 && lines[1].hasPrefix("GET /nothing 404 "))
    }
}

extension String {
    fileprivate func range(ofHead mark: String) -> Index? {
        var index = self.utf8.startIndex
        let bytes = Array(mark.utf8)
        while index < self.utf8.endIndex {
            if self.utf8[index...].starts(with: bytes) { return index }
            index = self.utf8.index(after: index)
        }
        return nil
    }

    /// The first value of a field of an answer; the name in lower case.
    fileprivate func field(_ name: String) -> String? {
        for line in self.split(separator: "\r\n", omittingEmptySubsequences: false) {
            if line.isEmpty { return nil }
            guard line.lowercased().hasPrefix("\(name):") else { continue }
            return String(line.dropFirst(name.utf8.count + 1)).trimmedOfWhiteSpace
        }
        return nil
    }
}
