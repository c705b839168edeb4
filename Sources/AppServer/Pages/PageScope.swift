import Base
import ExpressionLanguage
import HTTPTransport
import Sessions

/// One run of a page and the pages it includes: what the implicit objects stand on. Loop thread
/// only.
final class PageScope {
    let exchange: Exchange
    let application: WebApplication
    /// Attributes of the request; they go along with a forward and an include.
    var requestAttributes: [String: Value] = [:]
    /// Session attributes that pages have in hand: the same object each time, stored again at the
    /// end.
    private var sessionAttributes: [String: Value] = [:]
    /// Where `getRequestURI` and `getServletPath` point during a forward.
    var uri: String
    var servletPath: String
    /// Set by `sendRedirect`, `sendError` and `forward`: the rest of the page's output goes
    /// nowhere.
    var isFinished = false
    /// What went wrong in a page that was included or forwarded to.
    var innerProblem: PageProblem?
    /// Whether a page asked for another session id.
    var wantsNewSessionID = false

    /// Attributes of the page itself.
    var pageAttributes: [String: Value] = [:]
    /// How many pages include or forward to each other at present.
    var dispatchDepth = 0

    private(set) lazy var request = RequestObject(self)
    private(set) lazy var pageContext = PageContextObject(self)
    private(set) lazy var response = ResponseObject(self)
    private(set) lazy var applicationObject = ApplicationObject(self)
    private(set) lazy var config = ConfigObject(self)
    private var sessionObject: SessionObject?

    init(_ exchange: Exchange, _ application: WebApplication) {
        self.exchange = exchange
        self.application = application
        self.uri = exchange.uri
        self.servletPath = exchange.route.servletPath
    }

    // MARK: Session

    /// The session as an object, or nil.
    func session(create: Bool) throws(ScriptFailure) -> SessionObject? {
        guard let handle = self.exchange.session else {
            if !create { return nil }
            throw ScriptFailure("java.lang.IllegalStateException", "this request has no session")
        }
        let found: Session?
        do {
            found = try handle.session(create: create)
        } catch {
            // A page that shows no session of its own goes on without; one that asks is told.
            throw ScriptFailure("java.lang.IllegalStateException", "no session: \(error)")
        }
        guard let found else { return nil }
        if let known = self.sessionObject, known.session === found { return known }
        let object = SessionObject(found, self)
        self.sessionAttributes = [:]
        self.sessionObject = object
        return object
    }

    func sessionAttribute(_ name: String, of session: Session) -> Value {
        if let known = self.sessionAttributes[name] { return known }
        guard let stored = session.attribute(name) else { return .null }
        let value = Value(stored)
        if value.isMutable { self.sessionAttributes[name] = value }
        return value
    }

    func setSessionAttribute(
        _ name: String, _ value: Value, of session: Session
    ) throws(ScriptFailure) {
        if value.isNull {
            session.removeAttribute(name)
            self.sessionAttributes[name] = nil
            return
        }
        session.setAttribute(name, try value.sessionValue())
        self.sessionAttributes[name] = value.isMutable ? value : nil
    }

    func removeSessionAttribute(_ name: String, of session: Session) {
        session.removeAttribute(name)
        self.sessionAttributes[name] = nil
    }

    /// Stores what pages changed in place: a list to which something was added.
    func storeMutableAttributes() throws(ScriptFailure) {
        guard let session = self.sessionObject?.session, session.isValid else { return }
        for (name, value) in self.sessionAttributes {
            session.setAttribute(name, try value.sessionValue())
        }
    }

    // MARK: URLs

    /// Puts the session's id into an address where cookies do not carry it.
    func encode(_ url: String) -> String {
        guard self.application.web.tracksByURL, !url.isEmpty, !url.hasPrefix("#"),
            self.exchange.requestedSessionID == nil || self.exchange.sessionIDSource == .url,
            let handle = self.exchange.session, !handle.isIgnored,
            let session = (try? handle.session(create: false)) ?? nil, session.isValid
        else { return url }
        if let scheme = url.firstIndex(of: ":"), url[scheme...].hasPrefix("://") {
            guard url.hasPrefix(self.exchange.origin + "/") else { return url }
        }
        let mark = ";\(self.application.parameterName)=\(session.id)"
        guard let end = url.firstIndex(where: { $0 == "?" || $0 == "#" }) else { return url + mark }
        return url[..<end] + mark + url[end...]
    }
}
