import Base
import Testing

@testable import AppServer

/// web.xml and tomcat-users.xml.
@Suite struct WebConfigurationTests {
    static func web(_ inner: String) throws -> WebConfiguration {
        let source = Array("<web-app>\(inner)</web-app>".utf8)
        var web = WebConfiguration()
        try web.merge(try XMLReader.parse(source, file: "web.xml"))
        return web
    }

    @Test func theUsualElementsAreRead() throws {
        let web = try Self.web(
            """
            <context-param><param-name>a</param-name><param-value>1</param-value></context-param>
            <session-config><session-timeout>5</session-timeout>
              <cookie-config><name>SID</name><path>/x</path><http-only>false</http-only>
                <secure>true</secure><max-age>60</max-age></cookie-config>
              <tracking-mode>COOKIE</tracking-mode></session-config>
            <welcome-file-list><welcome-file>start.jsp</welcome-file></welcome-file-list>
            <error-page><error-code>404</error-code><location>/e.jsp</location></error-page>
            <error-page><location>/all.jsp</location></error-page>
            <mime-mapping><extension>X</extension><mime-type>a/b</mime-type></mime-mapping>
            <servlet><servlet-name>s</servlet-name><jsp-file>/s.jsp</jsp-file></servlet>
            <servlet-mapping><servlet-name>s</servlet-name>
              <url-pattern>/s/*</url-pattern></servlet-mapping>
            """)
        #expect(web.parameters == ["a": "1"])
        #expect(web.sessionTimeoutMinutes == 5)
        #expect(web.cookie.name == "SID" && web.cookie.path == "/x")
        #expect(web.cookie.isHTTPOnly == false && web.cookie.isSecure == true)
        #expect(web.cookie.maxAgeSeconds == 60)
        #expect(web.tracksByCookie && !web.tracksByURL)
        #expect(web.welcomeFiles == ["start.jsp"])
        #expect(web.errorPages == [404: "/e.jsp"] && web.defaultErrorPage == "/all.jsp")
        #expect(web.mediaTypes == ["x": "a/b"])
        #expect(web.mappings == [.init(pattern: "/s/*", page: "/s.jsp")])
    }

    @Test(arguments: [
        (
            "<session-config><session-timeout>x</session-timeout></session-config>",
            "session-timeout \"x\": expected minutes"
        ),
        (
            "<error-page><error-code>200</error-code><location>/x</location></error-page>",
            "error-code \"200\": expected 400 to 599"
        ),
        (
            "<error-page><location>x</location></error-page>",
            "error-page location \"x\": expected a leading \"/\""
        ),
        (
            "<context-param><param-name>a</param-name></context-param>",
            "context-param needs a <param-value>"
        ),
        (
            "<security-constraint/>",
            "security-constraint is refused: log-in is not part of this version, and the pages "
                + "would stand open"
        ),
    ]) func mistakesAreRefused(inner: String, message: String) {
        do {
            _ = try Self.web(inner)
            Issue.record("accepted")
        } catch let error as Diagnostic {
            #expect(error.message == message)
            #expect(error.line == 1)
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func usersAndRolesAreRead() throws {
        let source = """
            <tomcat-users><role rolename="manager-gui"/>
            <user username="tomcat" password="s3cret" roles="manager-gui, other"/></tomcat-users>
            """
        let users = try UserDatabase(try XMLReader.parse(Array(source.utf8), file: "u.xml"))
        #expect(users.roles == ["manager-gui", "other"])
        #expect(users.users["tomcat"]?.password == "s3cret")
        #expect(users.users["tomcat"]?.roles == ["manager-gui", "other"])
    }

    @Test func twoUsersOfOneNameAreRefused() {
        let source = Array("<tomcat-users><user name='a'/><user name='a'/></tomcat-users>".utf8)
        #expect(throws: Diagnostic.self) {
            _ = try UserDatabase(try XMLReader.parse(source, file: "u.xml"))
        }
    }
}
