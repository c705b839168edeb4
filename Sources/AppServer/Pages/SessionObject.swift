import Base
import ExpressionLanguage
import Logging
import Sessions
import Synchronization

/// The implicit object `session`.
final class SessionObject: HostObject {
    let typeName = "jakarta.servlet.http.HttpSession"
    let session: Session
    private unowned let scope: PageScope

    private static let methods = [
        "getId", "getCreationTime", "getLastAccessedTime", "getMaxInactiveInterval",
        "setMaxInactiveInterval", "getAttribute", "setAttribute", "removeAttribute",
        "getAttributeNames", "invalidate", "isNew", "getServletContext",
    ]

    init(_ session: Session, _ scope: PageScope) {
        self.session = session
        self.scope = scope
    }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("getId", 0): return .string(self.session.id)
        case ("getServletContext", 0): return .object(self.scope.applicationObject)
        case ("getMaxInactiveInterval", 0): return .int(self.session.maxInactiveInterval)
        case ("setMaxInactiveInterval", 1):
            self.session.maxInactiveInterval = Int32(clamping: arguments[0].integer ?? 0)
            return .null
        default: break
        }
        guard self.session.isValid else {
            throw ScriptFailure(
                "java.lang.IllegalStateException", "\(method): Session already invalidated")
        }
        switch (method, arguments.count) {
        case ("getCreationTime", 0): return .long(self.session.creationTime)
        case ("getLastAccessedTime", 0): return .long(self.session.lastAccessedTime)
        case ("isNew", 0): return .boolean(self.session.isNew)
        case ("getAttribute", 1), ("getValue", 1):
            return self.scope.sessionAttribute(arguments[0].text, of: self.session)
        case ("setAttribute", 2), ("putValue", 2):
            try self.scope.setSessionAttribute(
                arguments[0].text, arguments[1], of: self.session)
            return .null
        case ("removeAttribute", 1), ("removeValue", 1):
            self.scope.removeSessionAttribute(arguments[0].text, of: self.session)
            return .null
        case ("getAttributeNames", 0), ("getValueNames", 0):
            return .list(ListObject(self.session.attributeNames.map { .string($0) }))
        case ("invalidate", 0):
            self.session.invalidate()
            return .null
        default: throw .noSuchMethod(method, of: self.typeName, near: Self.methods)
        }
    }
}

/// The implicit object `application`.
final class ApplicationObject: HostObject {
    let typeName = "jakarta.servlet.ServletContext"
    private unowned let scope: PageScope
    private var application: WebApplication { self.scope.application }

    private static let methods = [
        "getAttribute", "setAttribute", "removeAttribute", "getAttributeNames",
        "getInitParameter", "getInitParameterNames", "getRealPath", "getServerInfo",
        "getContextPath", "log", "getMimeType", "getServletContextName", "getMajorVersion",
        "getMinorVersion", "getRequestDispatcher", "getSessionTimeout",
    ]

    init(_ scope: PageScope) { self.scope = scope }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        if let value = try self.callAttribute(method, arguments) { return value }
        switch (method, arguments.count) {
        case ("getInitParameter", 1):
            return self.application.web.parameters[arguments[0].text].map { .string($0) } ?? .null
        case ("getInitParameterNames", 0):
            let names = self.application.web.parameters.keys.sorted()
            return .list(ListObject(names.map { .string($0) }))
        case ("getRealPath", 1):
            let path = arguments[0].text
            return .string(self.application.filePath(path.hasPrefix("/") ? path : "/\(path)"))
        case ("getServerInfo", 0): return .string("Holdfast sessiond")
        case ("getContextPath", 0): return .string(self.application.path)
        case ("getServletContextName", 0): return .string(self.application.path)
        case ("getMajorVersion", 0): return .int(6)
        case ("getMinorVersion", 0): return .int(0)
        case ("getSessionTimeout", 0):
            return .int(Int32(clamping: self.application.web.sessionTimeoutMinutes))
        case ("getMimeType", 1):
            let type = RequestHandler.mediaType(of: arguments[0].text, in: self.application)
            return type.map { .string($0) } ?? .null
        case ("log", 1), ("log", 2):
            self.scope.exchange.worker.logger.info(
                "\(self.application.path): \(arguments[0].text)",
                metadata: self.scope.exchange.logFields)
            return .null
        default: throw .noSuchMethod(method, of: self.typeName, near: Self.methods)
        }
    }

    /// Attributes are shared by all loops, so they are kept as values: what is read is a copy.
    private func callAttribute(
        _ method: String, _ arguments: [Value]
    ) throws(ScriptFailure) -> Value? {
        switch (method, arguments.count) {
        case ("getAttribute", 1):
            let name = arguments[0].text
            return self.application.attributes.withLock { $0[name] }.map { Value($0) } ?? .null
        case ("setAttribute", 2):
            let name = arguments[0].text
            let value = try arguments[1].sessionValue()
            self.application.attributes.withLock { $0[name] = value == .null ? nil : value }
            return .null
        case ("removeAttribute", 1):
            let name = arguments[0].text
            self.application.attributes.withLock { $0[name] = nil }
            return .null
        case ("getAttributeNames", 0):
            let names = self.application.attributes.withLock { $0.keys.sorted() }
            return .list(ListObject(names.map { .string($0) }))
        default: return nil
        }
    }
}

/// The implicit object `config`.
final class ConfigObject: HostObject {
    let typeName = "jakarta.servlet.ServletConfig"
    private unowned let scope: PageScope

    init(_ scope: PageScope) { self.scope = scope }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("getServletName", 0): return .string("jsp")
        case ("getServletContext", 0): return .object(self.scope.applicationObject)
        case ("getInitParameter", 1): return .null
        case ("getInitParameterNames", 0): return .list(ListObject())
        default:
            throw .noSuchMethod(
                method, of: self.typeName, near: ["getServletName", "getServletContext"])
        }
    }
}
