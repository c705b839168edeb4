import Base
import EventLoop
import Sessions
import Synchronization

// The end of a request: what was changed is stored, what was ended is marked.
extension SessionManager {
    /// A new session for a request.
    func create(isRegistered: Bool, on loop: Loop) throws(SessionError) -> Session {
        if isRegistered, let limit = self.settings.activeSessionCountMax,
            self.registry.withLock({ $0.sessions.count }) >= limit
        {
            throw .tooManySessions
        }
        let session = self.makeNewSession(on: loop)
        return isRegistered ? self.register(session) : session
    }

    /// A session under a new id with everything that `old` holds.
    func copy(of old: Session, on loop: Loop) -> Session {
        let new = self.makeNewSession(on: loop)
        let source = old.state.withLock { $0 }
        new.state.withLock { state in
            state.content.creationMilliseconds = source.content.creationMilliseconds
            state.content.attributes = source.content.attributes
            state.content.maxInactiveSeconds = source.content.maxInactiveSeconds
            state.changes = source.changes
            state.localAttributes = source.localAttributes
            state.isNew = false
        }
        return self.register(new)
    }

    func learn(_ request: SessionRequest, hasModified: Bool, on loop: Loop) {
        guard self.settings.lockingMode == .auto else { return }
        let now = loop.now
        self.registry.withLock { registry in
            registry.habits.remember(request.habitKey, hasModified: hasModified, now: now)
        }
    }

    /// Stores what is not stored. One save of a session at a time; who comes meanwhile finds its
    /// changes stored with those of the one before, or stores them in the next.
    func save(_ session: Session, on loop: Loop) async -> SessionOutcome.Durability {
        guard let part = self.store?.on(loop) else {
            session.keepLocally()
            return .local
        }
        guard session.needsSave else { return .notNeeded }
        await session.saveGate.enter()
        guard let save = session.makeSave(self.keys, seed: self.random()) else {
            session.saveGate.leave()
            return .notNeeded
        }
        var machine = save.machine
        guard self.settings.isBackupAsync else {
            let outcome = await part.run(&machine)
            return self.settle(session, save, outcome)
        }
        return await self.saveFirstCopy(session, save, part)
    }

    /// sessionBackupAsync: the answer leaves when the first copy is acknowledged.
    private func saveFirstCopy(
        _ session: Session, _ save: PreparedSave, _ part: LoopStore
    ) async -> SessionOutcome.Durability {
        var machine = save.machine
        var step = machine.start(part.view)
        while !machine.isPrimaryStored {
            if case .done = step { break }
            step = await part.carryOut(step, &machine)
        }
        if case .done(let outcome) = step { return self.settle(session, save, outcome) }
        let rest = LoopBound((machine, step), loop: part.loop)
        let bound = LoopBound(part, loop: part.loop)
        part.loop.spawn {
            var (machine, step) = rest.value
            let outcome = await bound.value.run(&machine, from: step)
            step = .done(outcome)
            _ = self.settle(session, save, outcome)
        }
        return .stored
    }

    /// Takes over what a save came to.
    private func settle(
        _ session: Session, _ save: PreparedSave, _ outcome: SessionSave.Outcome
    ) -> SessionOutcome.Durability {
        defer { session.saveGate.leave() }
        if outcome.mergeCount > 0 { self.counters.count(.merged, by: outcome.mergeCount) }
        if outcome.isDiverged { self.noteDiverged(outcome.id) }
        switch outcome.result {
        case .stored(let copyCount):
            session.take(outcome, changes: save.changes)
            self.counters.count(.stored)
            let isComplete = copyCount == 2 || self.settings.nodes?.nodes.count == 1
            self.note(session.base, isComplete: isComplete)
            if !isComplete { self.counters.count(.oneCopy) }
            return isComplete ? .stored : .oneCopy
        case .ended:
            self.noteEnded(session, outcome)
            return .notNeeded
        case .unreachable:
            session.keepLocally(outcome.content, changes: save.changes)
            self.counters.count(.backupFailure)
            self.counters.count(.localOnly)
            self.note(session.base, isComplete: false)
            return .local
        case .refused(let reason):
            self.counters.count(.refused)
            self.counters.count(.backupFailure)
            self.log("session \(session.base.prefix(8))… is not stored: \(reason)")
            return .refused
        case .contended:
            self.counters.count(.backupFailure)
            self.log("session \(session.base.prefix(8))… is not stored: too many other writers")
            return .refused
        }
    }

    /// Another request has ended it; what this one stored under a new id must not outlive that. The
    /// upkeep writes the marks.
    func noteEnded(_ session: Session, _ outcome: SessionSave.Outcome) {
        session.invalidate()
        session.state.withLock { $0.endIsHandled = true }
        let mark = outcome.content.ended(stamp: self.random())
        self.registry.withLock { registry in
            registry.sessions[session.base] = nil
            registry.incomplete.remove(session.base)
            registry.endings[session.base] = PendingEnd(id: outcome.id, mark: mark)
        }
    }

    /// Ends a session for good.
    func end(_ session: Session, on loop: Loop) async {
        let (id, content, isNeeded, wasStored) = session.state.withLock { state in
            defer { state.endIsHandled = true }
            let wasStored = state.storedVersion != nil
            return (state.formerID ?? state.id, state.content, !state.endIsHandled, wasStored)
        }
        guard isNeeded else { return }
        self.counters.count(.sessionsEnded)
        let now = loop.now
        self.registry.withLock { registry in
            registry.sessions[id.base] = nil
            registry.incomplete.remove(id.base)
            registry.unknownIDs.insert(id.base, now: now)
        }
        guard let part = self.store?.on(loop), wasStored else { return }
        let mark = content.ended(stamp: self.random())
        await self.mark(PendingEnd(id: id, mark: mark), part)
    }

    /// Writes the marks of an end; what cannot be written now is written by the upkeep.
    func mark(_ end: PendingEnd, _ part: LoopStore) async {
        self.registry.withLock { $0.endings[end.id.base] = end }
        var machine = SessionEnd(
            keys: self.keys, id: end.id, content: end.mark,
            nowMilliseconds: Self.nowMilliseconds, stamp: 0)
        let outcome = await part.run(&machine)
        if outcome.isComplete { self.registry.withLock { $0.endings[end.id.base] = nil } }
    }
}

/// A save, and the changes that it stores.
struct PreparedSave: Sendable {
    var machine: SessionSave
    var changes: SessionChanges
}

extension Session {
    /// Whether requests have changed something that is not stored.
    var hasChanges: Bool { self.state.withLock { !$0.changes.isEmpty } }

    /// Whether there is something to store.
    var needsSave: Bool {
        self.state.withLock { state in
            !state.changes.isEmpty || state.mustBeStored || state.storedVersion == nil
                || state.storedVersion != state.content.version
        }
    }

    /// The save of the present state; nil when nothing is to be stored any more.
    func makeSave(_ keys: StorageKeys, seed: UInt64) -> PreparedSave? {
        guard self.needsSave else { return nil }
        return self.state.withLock { state in
            guard state.isValid else { return nil }
            let machine = SessionSave(
                keys: keys, id: state.id, content: state.content, changes: state.changes,
                copies: state.copies, formerID: state.formerID, storedVersion: state.storedVersion,
                isNewSession: state.storedVersion == nil && state.content.version.counter == 0,
                nowMilliseconds: state.thisAccessMilliseconds, seed: seed)
            return PreparedSave(machine: machine, changes: state.changes)
        }
    }

    /// The store has it now.
    func take(_ outcome: SessionSave.Outcome, changes: SessionChanges) {
        self.state.withLock { state in
            state.changes.subtract(changes)
            // Another server may have built on it already, and a request here has loaded that.
            if state.content.version > outcome.content.version,
                state.content.version == state.storedVersion
            {
                return
            }
            state.content = outcome.content
            state.storedVersion = outcome.content.version
            state.copies = outcome.copies
            state.id.node = outcome.id.node
            state.formerID = nil
            state.mustBeStored = false
            state.recordedAccessMilliseconds = outcome.content.lastAccessMilliseconds
        }
    }

    /// There is no store: what was changed is the session's content at once.
    func keepLocally() {
        self.state.withLock { state in
            guard !state.changes.isEmpty else { return }
            state.changes.apply(to: &state.content)
            state.changes = SessionChanges()
            state.content.version = state.content.version.next(stamp: 0)
        }
    }

    /// No node has acknowledged it: it goes on in this process, at the version that was tried.
    /// Should that have reached a node after all, the two are one and the same.
    func keepLocally(_ content: SessionContent, changes: SessionChanges) {
        self.state.withLock { state in
            if state.changes.isEmpty { return }
            state.content = content
            state.changes.subtract(changes)
        }
    }
}
