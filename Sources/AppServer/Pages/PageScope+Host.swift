import Base
import ExpressionLanguage
import HTTPProtocol
import HTTPTransport
import PageTemplates
import SystemInterface

/// What a page run asks of the server.
extension PageScope: PageHost {
    /// Where attributes live, with Java's numbers.
    enum AttributeScope: Int {
        case page = 1, request, session, application
    }

    /// How deep pages may include and forward to each other.
    static let dispatchDepthMax = 32
    /// The request attribute under which error pages find what went wrong.
    static let exceptionName = "jakarta.servlet.error.exception"

    func implicitObject(_ object: ImplicitObject) throws(ScriptFailure) -> Value {
        switch object {
        case .request: return .object(self.request)
        case .response: return .object(self.response)
        case .session: return try self.session(create: true).map { .object($0) } ?? .null
        case .application: return .object(self.applicationObject)
        case .config, .page: return .object(self.config)
        case .pageContext: return .object(self.pageContext)
        case .exception: return self.requestAttributes[Self.exceptionName] ?? .null
        }
    }

    func value(named name: String) throws(ScriptFailure) -> Value {
        let exchange = self.exchange
        switch name {
        case "pageContext": return .object(self.pageContext)
        case "param":
            return .object(
                ScopeObject { (name) throws(ScriptFailure) in
                    exchange.parameter(name).map { .string($0) } ?? .null
                })
        case "paramValues":
            return try self.request.call("getParameterMap", [])
        case "header":
            return .object(
                ScopeObject { [request] (name) throws(ScriptFailure) in
                    try request.call("getHeader", [.string(name)])
                })
        case "headerValues":
            return .object(
                ScopeObject { [request] (name) throws(ScriptFailure) in
                    try request.call("getHeaders", [.string(name)])
                })
        case "cookie":
            return .object(
                ScopeObject { (name) throws(ScriptFailure) in
                    guard let place = exchange.head.cookie(name) else { return .null }
                    return .object(CookieObject(name, exchange.head.string(place)))
                })
        case "initParam":
            return .object(
                ScopeObject { [application] (name) throws(ScriptFailure) in
                    application.web.parameters[name].map { .string($0) } ?? .null
                })
        case "pageScope": return self.scopeObject(.page)
        case "requestScope": return self.scopeObject(.request)
        case "sessionScope": return self.scopeObject(.session)
        case "applicationScope": return self.scopeObject(.application)
        default: return try self.findAttribute(name)
        }
    }

    private func scopeObject(_ scope: AttributeScope) -> Value {
        .object(
            ScopeObject { [unowned self] (name) throws(ScriptFailure) in
                try self.attribute(name, in: scope)
            })
    }

    // MARK: Attributes

    func attribute(_ name: String, in scope: AttributeScope) throws(ScriptFailure) -> Value {
        switch scope {
        case .page: return self.pageAttributes[name] ?? .null
        case .request: return self.requestAttributes[name] ?? .null
        case .session:
            guard let object = try self.session(create: false) else { return .null }
            return self.sessionAttribute(name, of: object.session)
        case .application:
            return try self.applicationObject.call("getAttribute", [.string(name)])
        }
    }

    func setAttribute(
        _ name: String, _ value: Value, in scope: AttributeScope
    ) throws(ScriptFailure) {
        switch scope {
        case .page: self.pageAttributes[name] = value.isNull ? nil : value
        case .request: self.requestAttributes[name] = value.isNull ? nil : value
        case .session:
            guard let object = try self.session(create: !value.isNull) else { return }
            try self.setSessionAttribute(name, value, of: object.session)
        case .application:
            _ = try self.applicationObject.call("setAttribute", [.string(name), value])
        }
    }

    /// The first attribute of a name in page, request, session and application.
    func findAttribute(_ name: String) throws(ScriptFailure) -> Value {
        for scope in [AttributeScope.page, .request, .session, .application] {
            let value = try self.attribute(name, in: scope)
            if !value.isNull { return value }
        }
        return .null
    }

    // MARK: Other resources

    func include(
        _ path: String, parameters: [(name: String, value: String)], into output: ByteBuffer
    ) throws(ScriptFailure) {
        let outerAttributes = self.pageAttributes
        self.pageAttributes = [:]
        defer { self.pageAttributes = outerAttributes }
        let pushed = self.exchange.push(parameters: parameters + Self.query(of: path))
        defer { self.exchange.pop(pushed) }
        try self.dispatch(self.absolute(path), into: output)
    }

    func forward(
        _ path: String, parameters: [(name: String, value: String)]
    ) throws(ScriptFailure) {
        let absolute = self.absolute(path)
        self.exchange.body.clear()
        self.pageAttributes = [:]
        let outer = (self.uri, self.servletPath)
        self.servletPath = absolute
        self.uri = self.application.path + absolute
        let pushed = self.exchange.push(parameters: parameters + Self.query(of: path))
        defer {
            (self.uri, self.servletPath) = outer
            self.exchange.pop(pushed)
        }
        try self.dispatch(absolute, into: self.exchange.body)
        self.isFinished = true
    }

    private static func query(of path: String) -> [(name: String, value: String)] {
        guard let mark = path.firstIndex(of: "?") else { return [] }
        return Exchange.pairs(ofQuery: String(path[path.index(after: mark)...]))
    }

    /// The path in the application: relative ones begin at the page's own folder.
    func absolute(_ path: String) -> String {
        let bare = path.prefix { $0 != "?" && $0 != ";" }
        if bare.hasPrefix("/") { return String(bare) }
        let folder = self.servletPath.lastIndex(of: "/").map { self.servletPath[...$0] } ?? "/"
        return "\(folder)\(bare)"
    }

    private func dispatch(_ path: String, into output: ByteBuffer) throws(ScriptFailure) {
        guard self.dispatchDepth < Self.dispatchDepthMax else {
            throw ScriptFailure(
                "jakarta.servlet.ServletException",
                "pages include or forward to each other more than \(Self.dispatchDepthMax) deep",
                isCatchable: false)
        }
        self.dispatchDepth += 1
        defer { self.dispatchDepth -= 1 }
        guard let normal = RequestTarget(path.utf8.span)?.path else {
            throw .illegalArgument("the path \(path) is not valid")
        }
        let route = Route.resolve(normal, in: self.application, isInternal: true)
        switch route.target {
        case .page(let page): try self.runPage(page, into: output)
        case .file(let file):
            guard let bytes = try? Files.read(file, limit: 16 << 20) else {
                throw ScriptFailure("java.io.FileNotFoundException", "File [\(path)] not found")
            }
            output.append(bytes)
        case .notFound, .redirect:
            throw ScriptFailure("java.io.FileNotFoundException", "File [\(path)] not found")
        }
    }

    var unixMilliseconds: Int64 { SystemClock.unixNanoseconds() / 1_000_000 }

    func random() -> UInt64 {
        SecureRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
