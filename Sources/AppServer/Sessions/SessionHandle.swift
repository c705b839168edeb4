import Base
import EventLoop
import Sessions

/// One request's view of its session. Used by one task, on the loop that it began on.
package final class SessionHandle {
    let manager: SessionManager
    let request: SessionRequest
    let loop: Loop

    /// Whether `requestUriIgnorePattern` says that this request has no session.
    package internal(set) var isIgnored = false
    /// Whether the store cannot be asked: a session made now ends with the request.
    package internal(set) var isRequestOnly = false
    /// Whether the store cannot be asked, and the local copy goes on.
    var isLocal = false
    var requestedID: SessionID?
    var foundSession: Session?
    var lockGate: Gate?
    var heldLock: (node: Int, key: String, since: Instant)?

    private var current: Session?
    private var wasCounted = false
    private var wasAccessed = false
    private var hasModified = false
    private var endedOnes: [Session] = []
    private var cookieSent: String?

    init(manager: SessionManager, request: SessionRequest, loop: Loop) {
        self.manager = manager
        self.request = request
        self.loop = loop
        self.cookieSent = request.requestedID
    }

    /// Whether the id that the browser sent is that of a living session.
    package var isRequestedIDValid: Bool { self.foundSession?.isValid ?? false }

    /// The request's session.
    ///
    /// - Parameter create: whether one is made when there is none (or the one there was ended).
    /// - Throws: why none can be made.
    package func session(create: Bool) throws(SessionError) -> Session? {
        self.wasAccessed = true
        if let session = self.current ?? self.foundSession {
            if session.isValid { return session }
            if !self.endedOnes.contains(where: { $0 === session }) {
                self.endedOnes.append(session)
            }
        }
        guard create else { return nil }
        if self.isIgnored { throw .requestIgnored }
        let session = try self.manager.create(isRegistered: !self.isRequestOnly, on: self.loop)
        self.current = session
        return session
    }

    /// Gives the session another id and keeps its attributes (on log-in): the old id ends.
    package func changeSessionID() async {
        guard let old = self.current ?? self.foundSession, old.isValid, !self.isRequestOnly else {
            return
        }
        let new = self.manager.copy(of: old, on: self.loop)
        old.invalidate()
        self.endedOnes.append(old)
        self.current = new
        self.foundSession = nil
    }

    /// Stores the session and releases its lock; the answer leaves after it, with the cookie that
    /// it says. May be called before a long answer begins to leave and again at its end.
    package func finish() async -> SessionOutcome {
        let session = self.current ?? self.foundSession
        self.countRequest(session)
        if let session, !session.isValid, !self.endedOnes.contains(where: { $0 === session }) {
            self.endedOnes.append(session)
        }
        for ended in self.endedOnes { await self.manager.end(ended, on: self.loop) }
        self.endedOnes = []
        var durability = SessionOutcome.Durability.notNeeded
        if self.isRequestOnly {
            if session != nil || self.requestedID != nil {
                self.manager.counters.count(.requestOnly)
            }
            await self.releaseLock()
            return SessionOutcome(cookie: .unchanged, durability: .requestOnly)
        }
        if let session, session.isValid {
            self.hasModified = self.hasModified || session.hasChanges
            durability = await self.manager.save(session, on: self.loop)
        }
        self.manager.learn(self.request, hasModified: self.hasModified, on: self.loop)
        if self.lockGate != nil { await self.releaseLock() }
        return SessionOutcome(cookie: self.cookie(for: session), durability: durability)
    }

    /// The cookie that brings the browser's up to date.
    private func cookie(for session: Session?) -> SessionOutcome.Cookie {
        guard let session else { return .unchanged }
        guard session.isValid else {
            return self.request.requestedID == nil ? .unchanged : .remove
        }
        let id = session.id
        if id == self.cookieSent { return .unchanged }
        self.cookieSent = id
        return .set(id)
    }

    private func countRequest(_ session: Session?) {
        guard !self.wasCounted, !self.isIgnored else { return }
        self.wasCounted = true
        let counters = self.manager.counters
        counters.count(self.foundSession == nil ? .requestsWithoutSession : .requestsWithSession)
        if !self.wasAccessed { counters.count(.noSessionAccess) }
        if let session, session.isValid, !session.hasChanges { counters.count(.noModification) }
    }

    /// Releases the lock, when it is still ours for certain; otherwise it expires by itself.
    func releaseLock() async {
        guard let gate = self.lockGate else { return }
        self.lockGate = nil
        if let lock = self.heldLock, let part = self.manager.store?.on(self.loop) {
            self.heldLock = nil
            let margin = Duration.milliseconds(1_100)
            if self.loop.now - lock.since + margin < self.manager.settings.lockExpiration {
                _ = await part.perform([StoreRequest(lock.node, .delete(key: lock.key))])
            }
        }
        gate.leave()
        if let base = self.requestedID?.base { self.manager.locks.release(base) }
    }
}
