import Base
import HTTPProtocol
import HTTPTransport
import SystemInterface

// Answers of the balancer's own: pages for statuses, redirects, short texts.

extension RequestHandler {
    private static let statusesWithFields: Set<Int> = [
        200, 201, 204, 206, 301, 302, 303, 304, 307, 308,
    ]
    /// Answers after which nginx does not keep the connection.
    private static let closingStatuses: Set<Int> = [400, 413, 414, 500, 501, 505]
    private static let picture: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 1, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF,
        0x21, 0xF9, 4, 1, 0, 0, 1, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0, 0x3B,
    ]

    /// Begins an answer; an error page has the status of the error it stands for.
    ///
    /// - Returns: the status that was written.
    @discardableResult
    func begin(
        _ status: Int, reason: String? = nil, standardFields: StandardFields = .all
    ) -> Int {
        self.exchange.applySettings()
        let written = self.exchange.statusOverride ?? status
        self.connection.beginResponse(
            written, reason: written == status ? reason : nil, standardFields: standardFields)
        return written
    }

    /// Adds the fields that the location adds, and ends the head.
    func endHead(_ body: ResponseBody) {
        let location = self.exchange.location
        for field in location.settings.addedFields
        where field.isAlways || Self.statusesWithFields.contains(self.connection.status) {
            let value = FieldValue.bytes(field.value, of: self.exchange).span.makeString()
            if !value.isEmpty { self.connection.addField(named: field.name, value) }
        }
        if let seconds = location.settings.keepAliveAnnouncement {
            self.connection.addField(
                "Keep-Alive", "timeout=\(seconds.milliseconds / 1_000)")
        }
        self.connection.endHead(body)
    }

    /// Sends a whole short answer.
    func send(_ status: Int, contentType: String?, _ body: [UInt8]) -> Step {
        self.begin(status)
        if let contentType, !contentType.isEmpty {
            self.connection.addField("Content-Type", contentType)
            self.exchange.sentContentType = contentType
        }
        self.endHead(.length(UInt64(body.count)))
        self.connection.write(body.span)
        return self.finish()
    }

    /// Ends an answer.
    func finish() -> Step {
        self.connection.finish()
        self.exchange.complete()
        return .done
    }

    /// Sends the client elsewhere. A path is made an address where the location says so.
    func sendRedirect(_ status: Int, to target: [UInt8]) -> Step {
        let exchange = self.exchange
        let location = ByteBuffer(capacity: target.count + 64)
        if target.first == UInt8(ascii: "/"), exchange.location.settings.redirectsAbsolutely {
            exchange.appendOwnAddress(to: location)
        }
        // What a variable brought in must not end the field.
        location.append(target.filter { $0 >= 0x20 && $0 != 0x7F })
        return self.sendPage(status, location: location.makeString())
    }

    /// Sends the client to the path with a `/` at its end (301).
    func redirectToSlash() -> Step {
        let path = self.exchange.path
        let target = ByteBuffer(capacity: path.count + 64)
        PercentCoding.append(path.bytes, for: .path, to: target)
        target.append(UInt8(ascii: "/"))
        if !self.exchange.arguments.isEmpty {
            target.append(UInt8(ascii: "?"))
            target.append(self.exchange.arguments)
        }
        return self.sendRedirect(301, to: target.makeArray())
    }

    /// Finds what answers instead of an error; the built-in page where nothing does.
    func fail(_ status: Int) -> Step {
        let exchange = self.exchange
        let settings = exchange.location.settings
        exchange.upstreamHead = nil
        if exchange.isErrorPage, status == 404, let original = exchange.statusOverride {
            // An error page that is not there must not make a failure look like a wrong address,
            // as nginx has it: who asks is told the failure, with the built-in page.
            self.sendPage(original)
            return .done
        }
        if Self.closingStatuses.contains(status) { self.connection.closeAfterResponse() }
        exchange.statusOverride = nil
        // A body that is too large is too large for its error page as well.
        if status == 413 { exchange.dropsBody = true }
        let mayLook = !exchange.isErrorPage || settings.followsErrorPagesAgain
        guard mayLook, exchange.redirectionsLeft > 0,
            let page = settings.errorPages.first(where: { $0.statuses.contains(status) })
        else {
            self.sendPage(status)
            return .done
        }
        exchange.isErrorPage = true
        let target = VariableEvaluator.bytes(page.target, of: exchange)
        let override: Int?
        switch page.answer {
        case .unchanged: override = status
        case .status(let other): override = other
        case .ofPage: override = nil
        }
        if target.first == UInt8(ascii: "/") {
            exchange.statusOverride = override
            if exchange.method != .head { exchange.method = .get }
            exchange.dropsBody = true
            return self.redirect(to: target)
        }
        if target.first == UInt8(ascii: "@") {
            exchange.statusOverride = override
            return self.redirect(toNamed: String(decoding: target.dropFirst(), as: UTF8.self))
        }
        let isRedirect = [301, 302, 303, 307, 308].contains(override ?? 0)
        return self.sendRedirect(isRedirect ? override ?? 302 : 302, to: target)
    }

    /// The built-in page of a status.
    @discardableResult
    func sendPage(_ status: Int, location: String? = nil) -> Step {
        self.exchange.statusOverride = nil
        let page = self.worker.scratch
        page.clear()
        let hasPage = status >= 300 && status != 304
        if hasPage { self.append(pageOf: status, to: page) }
        self.begin(status)
        if let location {
            self.connection.addField("Location", location)
            self.exchange.sentLocation = location
        }
        if hasPage {
            self.connection.addField("Content-Type", "text/html")
            self.exchange.sentContentType = "text/html"
        }
        self.endHead(.length(UInt64(page.count)))
        self.connection.write(page.bytes)
        return self.finish()
    }

    private func append(pageOf status: Int, to page: ByteBuffer) {
        let title = "\(status) \(ReasonPhrase.of(status))"
        let isFull = self.exchange.location.settings.serverSignature == .full
        let signature = isFull ? ProgramVersion.signature : ProgramVersion.name
        page.append("<html>\r\n<head><title>" as StaticString)
        page.append(title)
        page.append("</title></head>\r\n<body>\r\n<center><h1>" as StaticString)
        page.append(title)
        page.append("</h1></center>\r\n<hr><center>" as StaticString)
        page.append(signature)
        page.append("</center>\r\n</body>\r\n</html>\r\n" as StaticString)
    }

    func sendEmptyPicture() -> Step {
        self.send(200, contentType: "image/gif", Self.picture)
    }

    /// The content type that the path's ending says.
    func contentType() -> String {
        let settings = self.exchange.location.settings
        let path = self.exchange.path.makeString()
        guard let ending = MediaTypes.fileExtension(of: path) else { return settings.defaultType }
        return settings.contentTypes[ending] ?? settings.defaultType
    }
}
