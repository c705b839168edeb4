import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface

/// What becomes of one connection's requests. Loop thread only.
struct RequestHandler {
    let connection: ServerConnection
    let worker: Worker
    let exchange: Exchange

    /// Serves requests until the connection's end.
    func serve() async {
        let exchange = self.exchange
        self.connection.rejection = { connection, error in
            let page = ByteBuffer()
            ErrorPage.write(error.status, message: "\(error)", to: page)
            connection.respond(error.status, page, contentType: "text/html;charset=utf-8")
        }
        while await self.connection.next() != nil {
            self.worker.refresh()
            let isValid = exchange.begin()
            do {
                if isValid {
                    try await self.answer()
                } else {
                    self.sendError(400, "The path is not valid.")
                }
            } catch let error as HTTPTransportError {
                if self.connection.hasBegunResponse { break }
                self.connection.closeAfterResponse()
                self.sendError(error.status)
            } catch {
                break
            }
            exchange.route.application?.countRequest(status: self.connection.status)
            self.writeLogs()
        }
    }

    private func answer() async throws {
        let method = self.exchange.head.method
        if method == .trace, !self.exchange.connector.allowsTrace {
            return self.sendError(405, "TRACE is not allowed here.")
        }
        if method == .connect { return self.sendError(405) }
        switch self.exchange.route.target {
        case .notFound:
            try await self.sendApplicationError(404, "")
        case .redirect(let path):
            let query = self.exchange.queryText.map { "?\($0)" } ?? ""
            let location = PercentCoding.encode(path, for: .path) + query
            self.connection.beginResponse(302)
            self.connection.addField("Location", location)
            self.connection.endHead(.length(0))
            self.connection.finish()
        case .file(let path): try await self.answerFile(path)
        case .page(let path): try await self.answerPage(path)
        }
    }

    // MARK: Errors

    /// Writes the server's own error page.
    func sendError(_ status: Int, _ message: String = "", details: String = "") {
        let page = ByteBuffer()
        ErrorPage.write(status, message: message, details: details, to: page)
        self.connection.beginResponse(status)
        self.connection.addField("Content-Type", "text/html;charset=utf-8")
        self.connection.addField("Content-Language", "en")
        self.connection.endHead(.length(UInt64(page.count)))
        self.connection.write(page.bytes)
        self.connection.finish()
    }

    /// Answers with the application's page for a status, where it has one; else with the server's.
    func sendApplicationError(
        _ status: Int, _ message: String, details: String = ""
    ) async throws {
        guard let application = self.exchange.route.application,
            let location = application.web.errorPages[status]
                ?? application.web.defaultErrorPage
        else { return self.sendError(status, message, details: details) }
        let route = Route.resolve(location, in: application, isInternal: true)
        switch route.target {
        case .page(let path):
            try await self.answerErrorPage(path, status: status, message: message)
        case .file(let path):
            guard let file = self.worker.files.file(path, contentType: "text/html"),
                let contents = file.contents
            else { return self.sendError(status, message, details: details) }
            self.connection.beginResponse(status)
            if let type = Self.mediaType(of: path, in: application) {
                self.connection.addField("Content-Type", type)
            }
            self.connection.endHead(.length(UInt64(contents.count)))
            self.connection.write(contents.bytes)
            self.connection.finish()
        case .notFound, .redirect: self.sendError(status, message, details: details)
        }
    }

    static func mediaType(of path: String, in application: WebApplication) -> String? {
        guard let ending = MediaTypes.fileExtension(of: path) else { return nil }
        return application.web.mediaTypes[ending] ?? MediaTypes.byExtension[ending]
    }

    // MARK: Logs

    private func writeLogs() {
        let exchange = self.exchange
        let engine = exchange.engine
        for file in engine.accessLogs { self.writeLine(file) }
        for file in exchange.host.accessLogs { self.writeLine(file) }
        if let application = exchange.route.application {
            for file in application.accessLogs { self.writeLine(file) }
        }
    }

    private func writeLine(_ file: AccessLogFile) {
        let lines = self.worker.lines(for: file)
        self.worker.logText.append(
            file.settings.pattern, exchange: self.exchange, to: lines)
        self.worker.linesWereAdded(to: file, lines)
    }
}
