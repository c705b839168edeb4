import Base
package import EventLoop
import PatternMatching
import Sessions
import Synchronization
import SystemInterface

// The beginning of a request: is it ignored, does it need the lock, which session is it.
extension SessionManager {
    /// Begins a request: takes the lock that `lockingMode` asks for and loads the session whose id
    /// the browser sent. Call on `loop`; `finish` must follow, on the same loop.
    package func begin(
        _ request: consuming SessionRequest, on loop: Loop
    ) async -> SessionHandle {
        let handle = SessionHandle(manager: self, request: request, loop: loop)
        if self.ignorePattern != nil, self.isIgnored(handle.request) {
            self.counters.count(.ignoredRequests)
            handle.isIgnored = true
            return handle
        }
        if let id = handle.request.requestedID.flatMap({ SessionID(parsing: $0) }) {
            handle.requestedID = id
            if self.settings.lockingMode != .none, self.needsLock(handle.request, on: loop) {
                await self.lock(id, for: handle, on: loop)
            }
            await self.find(id, for: handle, on: loop)
            if handle.foundSession == nil { await handle.releaseLock() }
        }
        if handle.foundSession == nil { await self.reachForNewSession(on: loop) }
        return handle
    }

    /// A page may make a session, and its node is chosen then and there: a node that has come back
    /// unnoticed is not to be passed over.
    private func reachForNewSession(on loop: Loop) async {
        guard let part = self.store?.on(loop) else { return }
        let missed = part.view.missedForNewSession
        if !missed.isEmpty { await part.reach(missed) }
    }

    private func isIgnored(_ request: SessionRequest) -> Bool {
        guard let pattern = self.ignorePattern else { return false }
        let subject = Array((request.method + " " + request.path).utf8)
        return (try? pattern.matches(subject.span)) ?? false
    }

    // MARK: Lock

    private func needsLock(_ request: SessionRequest, on loop: Loop) -> Bool {
        switch self.settings.lockingMode {
        case .none: return false
        case .all: return true
        case .auto:
            let isReadOnly = self.registry.withLock { registry in
                registry.habits.isReadOnly(request.habitKey, now: loop.now)
            }
            if isReadOnly { self.counters.count(.readOnlyRequests) }
            return !isReadOnly
        case .uriPattern:
            let subject = Array(request.habitKey.utf8)
            return self.lockPattern.flatMap { try? $0.matches(subject.span) } ?? false
        }
    }

    private func lock(_ id: SessionID, for handle: SessionHandle, on loop: Loop) async {
        let gate = self.locks.take(id.base)
        let timeout = self.settings.operationTimeout
        guard await gate.enter(timeout: timeout, on: loop) else {
            self.locks.release(id.base)
            self.lockFailed(id)
            return
        }
        handle.lockGate = gate
        guard let part = self.store?.on(loop) else { return }
        let expirySeconds = UInt32(clamping: self.settings.lockExpiration.milliseconds / 1_000)
        var machine = SessionLock(
            keys: self.keys, id: id, token: self.random(), expirySeconds: expirySeconds,
            timeoutMilliseconds: max(timeout.milliseconds, 1))
        switch await part.run(&machine) {
        case .acquired(let node):
            self.counters.count(.locksTaken)
            handle.heldLock = (node, machine.key, loop.now)
        case .gaveUp: self.lockFailed(id)
        case .unreachable: break
        }
    }

    private func lockFailed(_ id: SessionID) {
        self.counters.count(.lockFailure)
        self.log("session \(id.base.prefix(8))…: another request keeps the lock, going on without")
    }

    // MARK: Find

    /// Looks for the session and gives it to the handle.
    func find(_ id: SessionID, for handle: SessionHandle, on loop: Loop) async {
        let local = self.localSession(id.base)
        guard let part = self.store?.on(loop) else {
            self.useLocal(local, for: handle)
            return
        }
        let isKnownNot = self.registry.withLock { registry in
            registry.endings[id.base] != nil
                || local == nil && registry.unknownIDs.contains(id.base, now: loop.now)
        }
        if isKnownNot { return self.counters.count(.unknownIDs) }
        let now = Self.nowMilliseconds
        let known = local?.localCopy
        var machine = SessionLookup(
            id: id, keys: self.keys, context: self.context.name, local: known,
            access: local?.dueAccess(now: now))
        let outcome = await part.run(&machine)
        for (removal, reason) in machine.undecodable {
            self.counters.count(.undecodable)
            self.log("an item stored for session \(id.base.prefix(8))… is removed: \(reason)")
            _ = await part.perform([removal])
        }
        await self.take(outcome, id: id, local: local, known, for: handle, part, now)
        if let session = handle.foundSession {
            self.place(session, asked: id, for: handle, part.view)
            session.touch(now: now)
        }
    }

    /// A manager without a store: the local copy is the session.
    private func useLocal(_ local: Session?, for handle: SessionHandle) {
        let now = Self.nowMilliseconds
        guard let local, local.isValid else { return self.counters.count(.unknownIDs) }
        if local.hasExpired(now: now) {
            local.invalidate()
            self.forget(local.base)
            return self.counters.count(.sessionsExpired)
        }
        local.touch(now: now)
        local.state.withLock { $0.recordedAccessMilliseconds = now }
        handle.foundSession = local
    }

    private func take(
        _ outcome: LookupOutcome, id: SessionID, local: Session?, _ known: LocalCopy?,
        for handle: SessionHandle, _ part: LoopStore, _ now: Int64
    ) async {
        switch outcome {
        case .current(let copies):
            guard let local, local.isValid else { return }
            self.counters.count(.confirmed)
            local.confirm(copies, of: known?.version, now: now)
            handle.foundSession = local
        case .healthy: preconditionFailure("only an audit finds a healthy session")
        case .found(let found):
            await self.use(found, asked: id, local: local, for: handle, part, now)
        case .localIsNewest(let copies, let isDiverged):
            guard let local, local.isValid else { return }
            if isDiverged { self.noteDiverged(id) }
            self.counters.count(.recoveredFromLocal)
            local.state.withLock { state in
                if state.content.version == known?.version { state.copies = copies }
                state.mustBeStored = true
            }
            handle.foundSession = local
        case .ended(let found):
            local?.invalidate()
            local?.state.withLock { $0.endIsHandled = true }
            self.forget(id.base)
            self.registry.withLock { registry in
                registry.unknownIDs.insert(id.base, now: part.loop.now)
                if !found.isComplete {
                    registry.endings[id.base] = PendingEnd(id: found.id, mark: found.content)
                }
            }
        case .missing(let isCertain):
            self.counters.count(.unknownIDs)
            if local != nil { self.forget(id.base) }
            if isCertain {
                let loopNow = part.loop.now
                self.registry.withLock { $0.unknownIDs.insert(id.base, now: loopNow) }
            }
        case .unreachable: self.goOnWithoutStore(id, local, for: handle)
        }
    }

    private func use(
        _ found: FoundSession, asked id: SessionID, local: Session?, for handle: SessionHandle,
        _ part: LoopStore, _ now: Int64
    ) async {
        let times = SessionTimes(maxInactiveSeconds: found.content.maxInactiveSeconds)
        if times.hasExpired(
            recordedMilliseconds: found.content.lastAccessMilliseconds, nowMilliseconds: now)
        {
            self.counters.count(.sessionsExpired)
            self.forget(id.base)
            return
        }
        self.counters.count(.loaded)
        if found.isDiverged { self.noteDiverged(id) }
        let session =
            local ?? self.register(self.makeSession(found.id, found.content, now: now))
        guard session.isValid else { return }
        session.adopt(found)
        if !found.isComplete {
            if found.id.node != id.node { self.counters.count(.recoveredFromOtherCopy) }
            self.note(id.base, isComplete: false)
            if part.view.available.count > 1 {
                session.state.withLock { $0.mustBeStored = true }
            }
        }
        handle.foundSession = session
        if let access = session.dueAccess(now: now) {
            await self.record(access, of: session, part, now)
        }
    }

    /// Tells the store of an access, when the session was not confirmed but loaded.
    private func record(
        _ access: AccessRecord, of session: Session, _ part: LoopStore, _ now: Int64
    ) async {
        let (id, copies) = session.state.withLock { ($0.id, $0.copies) }
        var requests: [StoreRequest] = []
        for (place, key, validity) in [
            (copies.primary, self.keys.session(id), self.keys.validity(id)),
            (copies.backup, self.keys.backup(id), self.keys.backupValidity(id)),
        ] {
            guard let place else { continue }
            requests.append(StoreRequest(place.node, .flags(key: key, expiry: access.expiry)))
            requests.append(StoreRequest(place.node, access.store(validity)))
        }
        guard !requests.isEmpty else { return }
        _ = await part.perform(requests)
        session.state.withLock { $0.recordedAccessMilliseconds = now }
    }

    /// No cache node can be asked. With affinity, or when the session never left this process, the
    /// local copy goes on; otherwise it may be old, and the request gets one of its own.
    private func goOnWithoutStore(
        _ id: SessionID, _ local: Session?, for handle: SessionHandle
    ) {
        let isOurs = self.context.jvmRoute != nil && id.route == self.context.jvmRoute
        if let local, local.isValid,
            self.settings.isSticky || isOurs || local.identifier.node == nil
        {
            handle.foundSession = local
            handle.isLocal = true
            return
        }
        handle.isRequestOnly = true
    }

    func noteDiverged(_ id: SessionID) {
        self.counters.count(.diverged)
        self.log("session \(id.base.prefix(8))…: diverged copies, the higher version is kept")
    }

    /// Gives the session a living node and this server's route.
    private func place(
        _ session: Session, asked id: SessionID, for handle: SessionHandle, _ view: ClusterView
    ) {
        let random = self.random()
        session.state.withLock { state in
            if let route = self.context.jvmRoute, state.id.route != route || id.route != route {
                if id.route != route { self.counters.count(.tomcatFailover) }
                state.id.route = route
            }
            guard view.shape.hasNodeIDs, !view.available.isEmpty else { return }
            let primary = view.primary(of: state.id)
            if let primary, view.available.contains(primary) { return }
            let target =
                primary.map { view.relocation(from: $0) }
                ?? view.nodeForNewSession(random: random)
            guard let target else { return }
            self.counters.count(.memcachedFailover)
            if state.id.node != nil { state.formerID = state.formerID ?? state.id }
            state.id.node = view.shape.ids[target]
            state.copies = SessionCopies()
            state.mustBeStored = true
        }
    }
}

extension SessionRequest {
    /// How `lockingMode` knows a request: `METHOD URI?query`.
    var habitKey: String {
        let query = self.query.map { "?" + $0 } ?? ""
        return self.method + " " + self.path + query
    }
}
