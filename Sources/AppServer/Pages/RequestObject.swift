import Base
import EventLoop
import ExpressionLanguage
import HTTPProtocol
import HTTPTransport
import SystemInterface

/// The implicit object `request`.
final class RequestObject: HostObject {
    let typeName = "jakarta.servlet.http.HttpServletRequest"
    private unowned let scope: PageScope
    private var exchange: Exchange { self.scope.exchange }

    private static let methods = [
        "getParameter", "getParameterValues", "getParameterNames", "getParameterMap", "getHeader",
        "getHeaders", "getHeaderNames", "getIntHeader", "getDateHeader", "getMethod",
        "getRequestURI", "getRequestURL", "getQueryString", "getContextPath", "getServletPath",
        "getPathInfo", "getRemoteAddr", "getRemoteHost", "getRemotePort", "getLocalAddr",
        "getLocalPort", "getServerName", "getServerPort", "getScheme", "isSecure", "getProtocol",
        "getCookies", "getSession", "getRequestedSessionId", "isRequestedSessionIdValid",
        "isRequestedSessionIdFromCookie", "isRequestedSessionIdFromURL", "getAttribute",
        "setAttribute", "removeAttribute", "getAttributeNames", "getLocale",
        "setCharacterEncoding", "getCharacterEncoding", "getContentType", "getContentLength",
        "getRequestDispatcher", "getRemoteUser", "isUserInRole", "getServletContext",
        "getReader", "changeSessionId",
    ]

    init(_ scope: PageScope) { self.scope = scope }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        if let value = try self.callRequestLine(method, arguments) { return value }
        if let value = try self.callHeader(method, arguments) { return value }
        if let value = try self.callParameter(method, arguments) { return value }
        if let value = try self.callSession(method, arguments) { return value }
        if let value = try self.callAttribute(method, arguments) { return value }
        throw .noSuchMethod(method, of: self.typeName, near: Self.methods)
    }

    private func callRequestLine(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        guard arguments.isEmpty else { return nil }
        switch method {
        case "getMethod": return .string(self.exchange.methodText)
        case "getRequestURI": return .string(self.scope.uri)
        case "getRequestURL": return .string(self.exchange.origin + self.scope.uri)
        case "getQueryString": return Self.value(self.exchange.queryText)
        case "getContextPath": return .string(self.scope.application.path)
        case "getServletPath": return .string(self.scope.servletPath)
        case "getPathInfo": return Self.value(self.exchange.route.pathInfo)
        case "getRemoteAddr", "getRemoteHost": return .string(self.exchange.remoteAddress)
        case "getRemotePort":
            return .int(Int32(self.exchange.connection.connection.peerAddress.port ?? 0))
        case "getLocalAddr", "getLocalName":
            return .string(self.exchange.connection.connection.localAddress.hostText)
        case "getLocalPort":
            return .int(Int32(self.exchange.connection.connection.localAddress.port ?? 0))
        case "getServerName": return .string(self.exchange.serverName)
        case "getServerPort": return .int(Int32(clamping: self.exchange.serverPort))
        case "getScheme": return .string(self.exchange.scheme)
        case "isSecure": return .boolean(self.exchange.isSecure)
        case "getProtocol":
            return .string(self.exchange.head.minorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1")
        case "getRemoteUser", "getUserPrincipal", "getAuthType": return .null
        case "getServletContext": return .object(self.scope.applicationObject)
        default: return nil
        }
    }

    private func callHeader(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        let head = self.exchange.head
        switch (method, arguments.count) {
        case ("getHeader", 1): return Self.value(head.string(named: arguments[0].text))
        case ("getHeaders", 1):
            let name = arguments[0].text.lowercased()
            let values = head.fields.filter { head.string($0.name).lowercased() == name }
            return .list(ListObject(values.map { .string(head.string($0.value)) }))
        case ("getHeaderNames", 0):
            var names: [String] = []
            for field in head.fields {
                let name = head.string(field.name).lowercased()
                if !names.contains(name) { names.append(name) }
            }
            return .list(ListObject(names.map { .string($0) }))
        case ("getIntHeader", 1):
            guard let text = head.string(named: arguments[0].text) else { return .int(-1) }
            return .int(try JavaNumbers.parseInt(text))
        case ("getDateHeader", 1):
            guard let text = head.string(named: arguments[0].text) else { return .long(-1) }
            guard let seconds = HTTPDate.parse(text.utf8.span) else {
                throw .illegalArgument(text)
            }
            return .long(seconds * 1_000)
        case ("getContentType", 0): return Self.value(head.string(.contentType))
        case ("getContentLength", 0), ("getContentLengthLong", 0):
            guard case .length(let count) = head.framing else { return .int(-1) }
            return .int(Int32(clamping: count))
        case ("getCharacterEncoding", 0): return .string("UTF-8")
        case ("setCharacterEncoding", 1): return .null  // parameters are always UTF-8
        case ("getLocale", 0): return .string(self.locale)
        case ("getCookies", 0): return self.cookies
        case ("getReader", 0), ("getInputStream", 0):
            let body = self.exchange.requestBody
            return .object(ReaderObject(body.bytes.makeString()))
        default: return nil
        }
    }

    private func callParameter(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        switch (method, arguments.count) {
        case ("getParameter", 1): return Self.value(self.exchange.parameter(arguments[0].text))
        case ("getParameterValues", 1):
            let name = arguments[0].text
            let values = self.exchange.parameters.filter { $0.name == name }
            if values.isEmpty { return .null }
            return .list(ListObject(values.map { .string($0.value) }, kind: .array))
        case ("getParameterNames", 0):
            return .list(ListObject(self.parameterNames.map { .string($0) }))
        case ("getParameterMap", 0):
            let map = MapObject(order: .inserted)
            for name in self.parameterNames {
                let values = self.exchange.parameters.filter { $0.name == name }
                map.put(
                    .string(name), .list(ListObject(values.map { .string($0.value) }, kind: .array))
                )
            }
            return .map(map)
        default: return nil
        }
    }

    private func callSession(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        switch (method, arguments.count) {
        case ("getSession", 0): return try self.session(create: true)
        case ("getSession", 1):
            guard case .boolean(let create) = arguments[0] else {
                throw .illegalArgument("getSession takes true or false")
            }
            return try self.session(create: create)
        case ("getRequestedSessionId", 0): return Self.value(self.exchange.requestedSessionID)
        case ("isRequestedSessionIdValid", 0):
            return .boolean(self.exchange.session?.isRequestedIDValid ?? false)
        case ("isRequestedSessionIdFromCookie", 0):
            return .boolean(
                self.exchange.requestedSessionID != nil
                    && self.exchange.sessionIDSource == .cookie)
        case ("isRequestedSessionIdFromURL", 0):
            return .boolean(
                self.exchange.requestedSessionID != nil && self.exchange.sessionIDSource == .url)
        case ("changeSessionId", 0):
            // Done when the page has ended; a page does not wait.
            self.scope.wantsNewSessionID = true
            return try self.scope.session(create: false).map { .string($0.session.id) } ?? .null
        default: return nil
        }
    }

    private func session(create: Bool) throws(ScriptFailure) -> Value {
        guard let object = try self.scope.session(create: create) else { return .null }
        return .object(object)
    }

    private func callAttribute(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        switch (method, arguments.count) {
        case ("getAttribute", 1):
            return self.scope.requestAttributes[arguments[0].text] ?? .null
        case ("setAttribute", 2):
            let value = arguments[1]
            self.scope.requestAttributes[arguments[0].text] = value.isNull ? nil : value
            return .null
        case ("removeAttribute", 1):
            self.scope.requestAttributes[arguments[0].text] = nil
            return .null
        case ("getAttributeNames", 0):
            let names = self.scope.requestAttributes.keys.sorted()
            return .list(ListObject(names.map { .string($0) }))
        case ("isUserInRole", 1): return .boolean(false)
        case ("getRequestDispatcher", 1):
            return .object(DispatcherObject(arguments[0].text, self.scope))
        default: return nil
        }
    }

    var parameterNames: [String] {
        var names: [String] = []
        for pair in self.exchange.parameters where !names.contains(pair.name) {
            names.append(pair.name)
        }
        return names
    }

    /// The first language the browser names, in Java's form.
    private var locale: String {
        guard let text = self.exchange.head.string(.acceptLanguage),
            let first = text.split(separator: ",").first
        else { return "en_US" }
        let tag = first.split(separator: ";").first.map(String.init) ?? "en-US"
        return String(tag.trimmedOfWhiteSpace.map { $0 == "-" ? "_" : $0 })
    }

    private var cookies: Value {
        let head = self.exchange.head
        var cookies: [Value] = []
        for field in head.fields where field.known == .cookie {
            let bytes = head.bytes(field.value)
            var reader = CookieReader()
            while let pair = reader.next(in: bytes) {
                let name = bytes.extracting(pair.name.range).makeString()
                let value = bytes.extracting(pair.value.range).makeString()
                cookies.append(.object(CookieObject(name, value)))
            }
        }
        return cookies.isEmpty ? .null : .list(ListObject(cookies, kind: .array))
    }

    private static func value(_ text: String?) -> Value { text.map { .string($0) } ?? .null }
}

/// The body of a request, line by line.
final class ReaderObject: HostObject {
    let typeName = "java.io.BufferedReader"
    private var rest: Substring

    init(_ text: String) { self.rest = text[...] }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("readLine", 0):
            if self.rest.isEmpty { return .null }
            let end = self.rest.firstIndex(where: \.isNewline)
            let line = end.map { self.rest[..<$0] } ?? self.rest
            self.rest = end.map { self.rest[self.rest.index(after: $0)...] } ?? ""
            return .string(String(line))
        case ("read", 0):
            guard let scalar = self.rest.popFirst() else { return .int(-1) }
            return .int(Int32(scalar.unicodeScalars.first?.value ?? 0))
        case ("close", 0): return .null
        default:
            throw .noSuchMethod(method, of: self.typeName, near: ["readLine", "read", "close"])
        }
    }
}
