import Base
import EventLoop
import ExpressionLanguage
import HTTPProtocol
import HTTPTransport
import Logging
import PageTemplates

extension RequestHandler {
    private static let allowedForPages: StaticString = "GET, HEAD, POST, OPTIONS"

    /// Answers with a page: loads its session, runs it, stores the session, and sends what it
    /// wrote. Nothing leaves before the session is stored.
    func answerPage(_ path: String) async throws {
        guard let application = self.exchange.route.application else { return }
        switch self.exchange.head.method {
        case .get, .head, .post: break
        case .options:
            self.connection.beginResponse(200)
            self.connection.addField("Allow", Self.allowedForPages)
            self.connection.endHead(.length(0))
            return self.connection.finish()
        default:
            return self.sendMethodNotAllowed(
                Self.allowedForPages, "Pages can be used with GET, POST, HEAD and OPTIONS only.")
        }
        if !self.connection.bodyIsFinished {
            guard try await self.readBody() else { return }
        }
        try await self.runPage(path, of: application, status: 200, attributes: [:])
    }

    /// Answers with a page of the application that is configured for an error.
    func answerErrorPage(_ path: String, status: Int, message: String) async throws {
        guard let application = self.exchange.route.application else { return }
        self.exchange.body.clear()
        self.exchange.response.reset()
        try await self.runPage(
            path, of: application, status: status,
            attributes: [
                "jakarta.servlet.error.status_code": .int(Int32(status)),
                "jakarta.servlet.error.message": .string(message),
                "jakarta.servlet.error.request_uri": .string(self.exchange.uri),
            ])
    }

    /// Reads the body of a form, or of anything else that a page may ask for.
    ///
    /// - Returns: false when it was too large and answered so.
    private func readBody() async throws -> Bool {
        if let limit = self.exchange.connector.formByteCountMax {
            self.connection.bodyByteCountMax = UInt64(limit)
        }
        do {
            while try await self.connection.readBody(into: self.exchange.requestBody) > 0 {}
            return true
        } catch HTTPTransportError.bodyTooLarge {
            self.connection.closeAfterResponse()
            self.sendError(413, "The body is larger than maxPostSize.")
            return false
        }
    }

    private func runPage(
        _ path: String, of application: WebApplication, status: Int, attributes: [String: Value]
    ) async throws {
        let exchange = self.exchange
        let page: CompiledPage
        do {
            guard let found = try self.page(path, of: application) else {
                return self.sendError(404)
            }
            page = found
        } catch {
            self.worker.logger.error(
                "\(application.path)\(error.text)", metadata: exchange.logFields)
            return self.sendProblem(error)
        }
        let isFirstRun = exchange.session == nil
        if isFirstRun {
            exchange.readSessionID(of: application)
            exchange.session = await application.sessions.begin(
                self.sessionRequest, on: self.worker.loop)
        }
        let scope = PageScope(exchange, application)
        scope.requestAttributes = attributes
        exchange.response.status = status
        exchange.response.take(self.contentType(of: page))
        let problem = Self.run(page, scope, into: exchange.body)
        // After a mistake too: what the page stored before it stays, as in Tomcat.
        if scope.wantsNewSessionID { await exchange.session?.changeSessionID() }
        let outcome = await exchange.session?.finish()
        if let problem {
            self.worker.logger.error(
                "\(application.path)\(problem.text)", metadata: exchange.logFields)
            let own = application.web.errorPages[500] ?? application.web.defaultErrorPage
            guard isFirstRun, own != nil else { return self.sendProblem(problem) }
            return try await self.sendApplicationError(500, problem.text)
        }
        if status == 200, exchange.response.errorMessage != nil, exchange.response.status >= 400 {
            return try await self.sendApplicationError(
                exchange.response.status, exchange.response.errorMessage ?? "")
        }
        self.applyCookie(outcome?.cookie ?? .unchanged, application)
        self.sendPage()
    }

    /// The page of the request's own route is kept there, so that it is looked for once in a while
    /// only.
    private func page(
        _ path: String, of application: WebApplication
    ) throws(PageProblem) -> CompiledPage? {
        let route = self.exchange.route
        guard case .page(let own) = route.target, own == path else {
            return try application.pages.page(path)
        }
        if let page = route.page { return page }
        route.page = try application.pages.page(path)
        return route.page
    }

    private func contentType(of page: CompiledPage) -> PreparedContentType {
        let route = self.exchange.route
        if route.page === page, let known = route.contentType { return known }
        let made = PreparedContentType(page.settings.contentType, encoding: page.settings.encoding)
        if route.page === page { route.contentType = made }
        return made
    }

    private static func run(
        _ page: CompiledPage, _ scope: PageScope, into output: ByteBuffer
    ) -> PageProblem? {
        do throws(PageError) {
            // A page with a session has one, whether it looks at it or not.
            if page.settings.hasSession { _ = try? scope.session(create: true) }
            try page.run(host: scope, into: output, limits: PageScope.limits)
            do throws(ScriptFailure) {
                try scope.storeMutableAttributes()
            } catch {
                scope.exchange.worker.logger.error(
                    "a session attribute is not kept: \(error.message)",
                    metadata: scope.exchange.logFields)
            }
            return nil
        } catch {
            return scope.innerProblem ?? PageProblem(error)
        }
    }

    private func sendProblem(_ problem: PageProblem) {
        self.connection.beginResponse(500)
        self.connection.addField("Content-Type", "text/html;charset=utf-8")
        self.connection.endHead(.length(UInt64(problem.page.count)))
        self.connection.write(problem.page.span)
        self.connection.finish()
    }

    private var sessionRequest: SessionRequest {
        SessionRequest(
            method: self.exchange.methodText, path: self.exchange.uriWithoutParameters,
            query: self.exchange.queryText, requestedID: self.exchange.requestedSessionID,
            source: self.exchange.sessionIDSource)
    }

    private func applyCookie(_ cookie: SessionOutcome.Cookie, _ application: WebApplication) {
        guard application.web.tracksByCookie, application.configuration.usesCookies else { return }
        let attributes =
            self.exchange.isSecure
            ? application.secureCookieAttributes : application.cookieAttributes
        switch cookie {
        case .unchanged: return
        case .set(let id):
            self.exchange.response.addCookie("\(application.cookieName)=\(id)\(attributes)")
        case .remove:
            self.exchange.response.addCookie(
                "\(application.cookieName)=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:10 GMT"
                    + attributes)
        }
    }

    /// Writes head and body of what the page made.
    private func sendPage() {
        let exchange = self.exchange
        Self.transcode(exchange.body, to: exchange.response.characterEncoding)
        self.connection.beginResponse(exchange.response.status)
        for cookie in exchange.response.cookies { self.connection.addField("Set-Cookie", cookie) }
        for field in exchange.response.fields {
            self.connection.addField(named: field.name, field.value)
        }
        if exchange.response.status != 302 || !exchange.body.isEmpty,
            let type = exchange.response.contentTypeField
        {
            self.connection.addField("Content-Type", type)
        }
        self.connection.endHead(.length(UInt64(exchange.body.count)))
        let body = exchange.body
        self.connection.write(body.bytes)
        self.connection.finish()
    }

    /// Pages write UTF-8; an answer that says ISO-8859-1 is turned into it, `?` for what it has
    /// not.
    private static func transcode(_ body: ByteBuffer, to encoding: String?) {
        guard let encoding, encoding != "UTF-8", encoding.uppercased() == "ISO-8859-1" else {
            return
        }
        var isASCII = true
        let bytes = body.bytes
        for index in bytes.indices where bytes[index] >= 0x80 {
            isASCII = false
            break
        }
        if isASCII { return }
        let text = bytes.makeString()
        body.clear()
        for scalar in text.unicodeScalars {
            body.append(scalar.value < 0x100 ? UInt8(scalar.value) : UInt8(ascii: "?"))
        }
    }
}
