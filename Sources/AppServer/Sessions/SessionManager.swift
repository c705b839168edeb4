package import EventLoop
package import Sessions
import Synchronization
import SystemInterface

/// What a context tells its session manager.
package struct SessionContext: Sendable {
    /// The host's name.
    package var host: String
    /// The context's name without its leading slash; empty for ROOT.
    package var name: String
    /// The Engine's jvmRoute.
    package var jvmRoute: String?
    /// The context's session time-out in seconds (`web.xml`, else 1,800); the Manager's
    /// maxInactiveInterval goes before it. 0 and below: never.
    package var sessionTimeoutSeconds: Int32

    /// Describes a context.
    package init(
        host: String, name: String, jvmRoute: String? = nil, sessionTimeoutSeconds: Int32 = 1_800
    ) {
        self.host = host
        self.name = name
        self.jvmRoute = jvmRoute
        self.sessionTimeoutSeconds = sessionTimeoutSeconds
    }
}

/// The sessions of one context. Any thread may use it.
package final class SessionManager: Sendable {
    let settings: SessionManagerSettings
    let context: SessionContext
    private let sessions = Mutex<[String: Session]>([:])

    /// Makes a manager; without `settings.nodes` its sessions are local.
    package init(settings: SessionManagerSettings, context: SessionContext) throws {
        self.settings = settings
        self.context = context
    }

    /// Connects to the cache nodes and starts the upkeep on the first of `loops`.
    package func start(on loops: [Loop]) {}

    /// Stores what is not stored yet and closes the connections.
    package func stop() async {}

    /// Begins a request: takes the lock that `lockingMode` asks for and loads the session whose id
    /// the browser sent. Call on `loop`; `finish` must follow, on the same loop.
    package func begin(_ request: SessionRequest, on loop: Loop) async -> SessionHandle {
        let session = request.requestedID.flatMap { SessionID(parsing: $0) }.flatMap { id in
            self.sessions.withLock { $0[id.base] }
        }
        return SessionHandle(manager: self, session: session, loop: loop)
    }

    func makeSession() -> Session {
        let base = SessionID.makeBase(randomBytes: SecureRandom.bytes(16))
        let now = SystemClock.unixNanoseconds() / 1_000_000
        let content = SessionContent(
            version: SessionVersion(counter: 0, stamp: 0), creationMilliseconds: now,
            maxInactiveSeconds: self.settings.maxInactiveSeconds
                ?? self.context.sessionTimeoutSeconds)
        let id = SessionID(base: base, route: self.context.jvmRoute)
        let session = Session(id: id, content: content, nowMilliseconds: now) { _ in true }
        self.sessions.withLock { $0[base] = session }
        return session
    }
}

/// One request's view of its session. Used by one task, on the loop that it began on.
package final class SessionHandle {
    private let manager: SessionManager
    private var current: Session?
    private var created = false

    init(manager: SessionManager, session: Session?, loop: Loop) {
        self.manager = manager
        self.current = session
    }

    /// Whether `requestUriIgnorePattern` says that this request has no session.
    package var isIgnored: Bool { false }
    /// Whether the id that the browser sent is that of a living session.
    package var isRequestedIDValid: Bool { self.current != nil && !self.created }

    /// The request's session.
    ///
    /// - Parameter create: whether one is made when there is none (or the one there was ended).
    /// - Throws: why none can be made.
    package func session(create: Bool) throws(SessionError) -> Session? {
        if let session = self.current, session.isValid { return session }
        guard create else { return nil }
        let session = self.manager.makeSession()
        self.current = session
        self.created = true
        return session
    }

    /// Gives the session another id and keeps its attributes (on log-in).
    package func changeSessionID() {}

    /// Stores the session and releases its lock; the answer leaves after it, with the cookie that it
    /// says. May be called before a long answer begins to leave and again at its end.
    package func finish() async -> SessionOutcome {
        guard let session = self.current else {
            return SessionOutcome(cookie: .unchanged, durability: .notNeeded)
        }
        guard session.isValid else { return SessionOutcome(cookie: .remove, durability: .local) }
        return SessionOutcome(
            cookie: self.created ? .set(session.id) : .unchanged, durability: .local)
    }
}
