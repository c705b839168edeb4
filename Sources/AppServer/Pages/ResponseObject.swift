import Base
import ExpressionLanguage
import HTTPProtocol

/// The implicit object `response`. What it is told is kept in the exchange until the page has
/// ended.
final class ResponseObject: HostObject {
    let typeName = "jakarta.servlet.http.HttpServletResponse"
    private unowned let scope: PageScope
    private var exchange: Exchange { self.scope.exchange }

    private static let methods = [
        "setContentType", "getContentType", "setStatus", "getStatus", "sendError", "sendRedirect",
        "setHeader", "addHeader", "setIntHeader", "addIntHeader", "setDateHeader",
        "containsHeader", "getHeader", "addCookie", "encodeURL", "encodeRedirectURL",
        "setCharacterEncoding", "getCharacterEncoding", "getWriter", "isCommitted", "reset",
        "resetBuffer", "flushBuffer", "setContentLength", "setBufferSize", "getBufferSize",
        "setLocale",
    ]

    init(_ scope: PageScope) { self.scope = scope }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        if let value = try self.callStatus(method, arguments) { return value }
        if let value = try self.callField(method, arguments) { return value }
        switch (method, arguments.count) {
        case ("encodeURL", 1), ("encodeRedirectURL", 1), ("encodeUrl", 1), ("encodeRedirectUrl", 1):
            return .string(self.scope.encode(arguments[0].text))
        case ("isCommitted", 0): return .boolean(self.scope.isFinished)
        case ("getBufferSize", 0): return .int(8_192)
        case ("setBufferSize", 1), ("setContentLength", 1), ("setContentLengthLong", 1),
            ("setLocale", 1), ("flushBuffer", 0):
            return .null
        case ("reset", 0):
            self.exchange.body.clear()
            self.exchange.response.reset()
            return .null
        case ("resetBuffer", 0):
            self.exchange.body.clear()
            return .null
        default: throw .noSuchMethod(method, of: self.typeName, near: Self.methods)
        }
    }

    private func callStatus(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        switch (method, arguments.count) {
        case ("setStatus", 1): self.exchange.response.status = try Self.status(arguments[0])
        case ("getStatus", 0): return .int(Int32(self.exchange.response.status))
        case ("sendError", 1), ("sendError", 2):
            self.exchange.body.clear()
            self.exchange.response.status = try Self.status(arguments[0])
            self.exchange.response.errorMessage = arguments.count == 2 ? arguments[1].text : ""
            self.scope.isFinished = true
        case ("sendRedirect", 1):
            let location = arguments[0].text
            guard HTTPText.isFieldValue(location.utf8.span) else {
                throw .illegalArgument("a redirect's address has no control characters")
            }
            self.exchange.body.clear()
            self.exchange.response.status = 302
            self.exchange.response.setField("Location", location)
            self.scope.isFinished = true
        default: return nil
        }
        return .null
    }

    private func callField(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        let isIgnored = self.scope.isFinished
        switch (method, arguments.count) {
        case ("setHeader", 2), ("setIntHeader", 2):
            if !isIgnored {
                self.exchange.response.setField(arguments[0].text, arguments[1].text)
            }
        case ("addHeader", 2), ("addIntHeader", 2):
            if !isIgnored {
                self.exchange.response.addField(arguments[0].text, arguments[1].text)
            }
        case ("setDateHeader", 2), ("addDateHeader", 2):
            let date = HTTPDate.string(unixSeconds: (arguments[1].integer ?? 0) / 1_000)
            self.exchange.response.setField(arguments[0].text, date)
        case ("containsHeader", 1):
            return .boolean(self.exchange.response.field(arguments[0].text) != nil)
        case ("getHeader", 1):
            return self.exchange.response.field(arguments[0].text).map { .string($0) } ?? .null
        case ("setContentType", 1):
            self.exchange.response.takeContentType(arguments[0].text)
        case ("getContentType", 0):
            return self.exchange.response.contentTypeField.map { .string($0) } ?? .null
        case ("setCharacterEncoding", 1):
            self.exchange.response.characterEncoding = arguments[0].text
        case ("getCharacterEncoding", 0):
            return .string(self.exchange.response.characterEncoding ?? "ISO-8859-1")
        case ("addCookie", 1):
            guard case .object(let object) = arguments[0], let cookie = object as? CookieObject
            else { throw .illegalArgument("addCookie takes a Cookie") }
            guard cookie.cookie.isValid else {
                throw .illegalArgument("a cookie's name or value has a character it cannot have")
            }
            self.exchange.response.addCookie(cookie.cookie.text)
        default: return nil
        }
        return .null
    }

    private static func status(_ value: Value) throws(ScriptFailure) -> Int {
        guard let number = value.integer, (100...599).contains(number) else {
            throw .illegalArgument("a status is a number from 100 to 599")
        }
        return Int(number)
    }
}

/// A `jakarta.servlet.http.Cookie`.
final class CookieObject: HostObject {
    let typeName = "jakarta.servlet.http.Cookie"
    var cookie: SetCookie

    init(_ name: String, _ value: String) { self.cookie = SetCookie(name, value) }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("getName", 0): return .string(self.cookie.name)
        case ("getValue", 0): return .string(self.cookie.value)
        case ("getPath", 0): return self.cookie.path.map { .string($0) } ?? .null
        case ("getDomain", 0): return self.cookie.domain.map { .string($0) } ?? .null
        case ("getMaxAge", 0):
            return .int(self.cookie.maxAgeSeconds.map { Int32(clamping: $0) } ?? -1)
        case ("getSecure", 0): return .boolean(self.cookie.isSecure)
        case ("isHttpOnly", 0): return .boolean(self.cookie.isHTTPOnly)
        case ("setValue", 1): self.cookie.value = arguments[0].text
        case ("setPath", 1): self.cookie.path = arguments[0].text
        case ("setDomain", 1): self.cookie.domain = arguments[0].text.lowercased()
        case ("setMaxAge", 1):
            let seconds = arguments[0].integer ?? -1
            self.cookie.maxAgeSeconds = seconds < 0 ? nil : seconds
        case ("setSecure", 1): self.cookie.isSecure = Self.isTrue(arguments[0])
        case ("setHttpOnly", 1): self.cookie.isHTTPOnly = Self.isTrue(arguments[0])
        case ("setAttribute", 2):
            if arguments[0].text.lowercased() == "samesite" {
                self.cookie.sameSite = arguments[1].text
            }
        case ("setComment", 1), ("setVersion", 1): break
        default:
            throw .noSuchMethod(
                method, of: self.typeName,
                near: ["getName", "getValue", "setPath", "setMaxAge", "setHttpOnly", "setSecure"])
        }
        return .null
    }

    private static func isTrue(_ value: Value) -> Bool {
        if case .boolean(let truth) = value { return truth }
        return false
    }
}
