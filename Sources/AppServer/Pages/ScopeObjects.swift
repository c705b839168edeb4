import Base
import ExpressionLanguage
import HTTPTransport

/// A map of the expression language whose entries are looked up one by one: `param`,
/// `sessionScope`…
final class ScopeObject: HostObject {
    let typeName = "java.util.Map"
    private let find: (String) throws(ScriptFailure) -> Value

    init(_ find: @escaping (String) throws(ScriptFailure) -> Value) { self.find = find }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("get", 1): return try self.find(arguments[0].text)
        case ("containsKey", 1): return .boolean(!(try self.find(arguments[0].text)).isNull)
        default: throw .noSuchMethod(method, of: self.typeName, near: ["get", "containsKey"])
        }
    }

    func property(_ name: String) throws(ScriptFailure) -> Value { try self.find(name) }
    func element(_ key: Value) throws(ScriptFailure) -> Value { try self.find(key.text) }
}

/// The implicit object `pageContext`.
final class PageContextObject: HostObject {
    let typeName = "jakarta.servlet.jsp.PageContext"
    private unowned let scope: PageScope

    private static let methods = [
        "getAttribute", "setAttribute", "removeAttribute", "findAttribute", "getRequest",
        "getResponse", "getSession", "getServletContext", "getServletConfig", "forward",
        "getAttributesScope",
    ]

    init(_ scope: PageScope) { self.scope = scope }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("getAttribute", 1): return self.scope.pageAttributes[arguments[0].text] ?? .null
        case ("getAttribute", 2):
            return try self.scope.attribute(arguments[0].text, in: try Self.number(arguments[1]))
        case ("setAttribute", 2):
            try self.scope.setAttribute(arguments[0].text, arguments[1], in: .page)
        case ("setAttribute", 3):
            try self.scope.setAttribute(
                arguments[0].text, arguments[1], in: try Self.number(arguments[2]))
        case ("removeAttribute", 1):
            try self.scope.setAttribute(arguments[0].text, .null, in: .page)
        case ("removeAttribute", 2):
            try self.scope.setAttribute(
                arguments[0].text, .null, in: try Self.number(arguments[1]))
        case ("findAttribute", 1): return try self.scope.findAttribute(arguments[0].text)
        case ("getRequest", 0): return .object(self.scope.request)
        case ("getResponse", 0): return .object(self.scope.response)
        case ("getSession", 0):
            return try self.scope.session(create: true).map { .object($0) } ?? .null
        case ("getServletContext", 0): return .object(self.scope.applicationObject)
        case ("getServletConfig", 0): return .object(self.scope.config)
        case ("getException", 0):
            return self.scope.requestAttributes[PageScope.exceptionName] ?? .null
        case ("forward", 1): try self.scope.forward(arguments[0].text, parameters: [])
        default: throw .noSuchMethod(method, of: self.typeName, near: Self.methods)
        }
        return .null
    }

    /// PAGE_SCOPE is 1, REQUEST_SCOPE 2, SESSION_SCOPE 3, APPLICATION_SCOPE 4.
    private static func number(
        _ value: Value
    ) throws(ScriptFailure) -> PageScope.AttributeScope {
        guard let number = value.integer,
            let scope = PageScope.AttributeScope(rawValue: Int(clamping: number))
        else { throw .illegalArgument("a scope is a number from 1 to 4") }
        return scope
    }
}

/// What `getRequestDispatcher` answers.
final class DispatcherObject: HostObject {
    let typeName = "jakarta.servlet.RequestDispatcher"
    private unowned let scope: PageScope
    private let path: String

    init(_ path: String, _ scope: PageScope) {
        self.path = path
        self.scope = scope
    }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("forward", 2): try self.scope.forward(self.path, parameters: [])
        case ("include", 2):
            try self.scope.include(
                self.path, parameters: [], into: self.scope.exchange.body)
        default: throw .noSuchMethod(method, of: self.typeName, near: ["forward", "include"])
        }
        return .null
    }
}
