import Base
import EventLoop
import Sessions
import Synchronization

// What goes on without requests: missing copies are replaced, ends are told, local copies expire.
extension SessionManager {
    /// How often the upkeep looks whether there is something to do.
    private static let tick: Duration = .milliseconds(200)
    /// Every so many ticks local copies are looked through for those that have expired.
    private static let expiryTickCount = 25
    /// How many sessions are repaired at the same time.
    private static let repairTaskCount = 8

    /// A node has come or gone: every session that had a copy there is looked at when it is back.
    func nodeChanged(_ node: Int, isUp: Bool) {
        self.tellOfNode(node, isUp: isUp)
        self.registry.withLock { registry in
            registry.unknownIDs.removeAll()
            for (base, session) in registry.sessions where !registry.incomplete.contains(base) {
                let hadCopyThere = session.state.withLock { state in
                    state.storedVersion != nil
                        && (state.copies.primary?.node == node
                            || state.copies.backup?.node == node || state.copies.backup == nil)
                }
                if hadCopyThere { registry.incomplete.insert(base) }
            }
        }
    }

    /// The upkeep's task, on the manager's home loop.
    func keepUp(on loop: Loop) async {
        var tickCount = 0
        while !self.registry.withLock({ $0.isStopped }) {
            await loop.sleep(until: loop.now + Self.tick)
            tickCount += 1
            if tickCount % Self.expiryTickCount == 0 { self.dropExpired() }
            guard let part = self.store?.on(loop) else { continue }
            await self.repairAll(part)
            await self.tellEnds(part)
        }
    }

    private func dropExpired() {
        let now = Self.nowMilliseconds
        let sessions = self.registry.withLock { Array($0.sessions.values) }
        for session in sessions where session.hasExpired(now: now) {
            if self.store == nil {
                session.invalidate()
                self.counters.count(.sessionsExpired)
            }
            self.forget(session.base)
        }
        self.dropSurplus()
    }

    /// Keeps the number of local copies within its limit.
    private func dropSurplus() {
        guard self.store != nil else { return }
        self.registry.withLock { registry in
            let surplus = registry.sessions.count - Self.localCopyCountMax
            guard surplus > 0 else { return }
            let byAge = registry.sessions.values.map { session in
                (session.base, session.state.withLock { $0.thisAccessMilliseconds })
            }.sorted { $0.1 < $1.1 }
            for (base, _) in byAge.prefix(surplus) where !registry.incomplete.contains(base) {
                registry.sessions[base] = nil
            }
        }
    }

    private func tellEnds(_ part: LoopStore) async {
        let endings = self.registry.withLock { Array($0.endings.values) }
        guard !endings.isEmpty, part.view.available.count == part.view.nodeCount else { return }
        for end in endings { await self.mark(end, part) }
    }

    // MARK: Repair

    private func repairAll(_ part: LoopStore) async {
        let view = part.view
        let enough = min(view.nodeCount, 2)
        guard view.available.count >= enough else { return }
        let bases = self.registry.withLock { Array($0.incomplete) }
        guard !bases.isEmpty else { return }
        let queue = RepairQueue(bases)
        let taskCount = min(Self.repairTaskCount, bases.count)
        let bound = LoopBound(part, loop: part.loop)
        await Suspension.wait { suspension in
            queue.start(taskCount, suspension)
            for _ in 0..<taskCount {
                part.loop.spawn {
                    while let base = queue.next() { await self.repair(base, bound.value) }
                    queue.finishOne()
                }
            }
        }
    }

    /// Looks at one session and replaces what is missing or old.
    func repair(_ base: String, _ part: LoopStore) async {
        guard let session = self.localSession(base) else {
            return self.note(base, isComplete: true)
        }
        await session.saveGate.enter()
        defer { session.saveGate.leave() }
        let local = session.localCopy
        var machine = SessionLookup(
            id: local.id, keys: self.keys, context: self.context.name, local: local,
            purpose: .audit)
        switch await part.run(&machine) {
        case .current(let copies):
            session.confirm(copies, of: local.version, now: Self.nowMilliseconds)
            session.state.withLock { $0.mustBeStored = false }
            self.note(base, isComplete: true)
        case .healthy: self.note(base, isComplete: true)
        case .found(let found):
            if found.isDiverged { self.noteDiverged(found.id) }
            if found.isComplete { return self.note(base, isComplete: true) }
            await self.restore(
                found.content, found.id, found.copies, storedVersion: found.content.version,
                session, part)
        case .localIsNewest(let copies, let isDiverged):
            if isDiverged { self.noteDiverged(local.id) }
            let (content, id) = session.state.withLock { ($0.content, $0.id) }
            await self.restore(
                content, id, copies, storedVersion: local.storedVersion, session, part)
        case .ended(let found):
            session.invalidate()
            session.state.withLock { $0.endIsHandled = true }
            self.forget(base)
            await self.mark(PendingEnd(id: found.id, mark: found.content), part)
        case .missing(let isCertain): if isCertain { self.forget(base) }
        case .unreachable: break
        }
    }

    private func restore(
        _ content: SessionContent, _ id: SessionID, _ copies: SessionCopies,
        storedVersion: SessionVersion?, _ session: Session, _ part: LoopStore
    ) async {
        var machine = SessionSave(
            keys: self.keys, id: id, content: content, changes: SessionChanges(), copies: copies,
            storedVersion: storedVersion,
            isNewSession: false, nowMilliseconds: content.lastAccessMilliseconds,
            seed: self.random())
        let outcome = await part.run(&machine)
        if outcome.isDiverged { self.noteDiverged(outcome.id) }
        switch outcome.result {
        case .stored(let copyCount):
            self.counters.count(.repaired)
            session.adopt(
                FoundSession(
                    content: outcome.content, id: outcome.id, copies: outcome.copies,
                    isComplete: copyCount == 2, isDiverged: false))
            session.state.withLock { state in
                if state.content.version == outcome.content.version {
                    state.storedVersion = outcome.content.version
                    state.mustBeStored = false
                    state.formerID = nil
                }
            }
            self.note(
                session.base, isComplete: copyCount == 2 || self.settings.nodes?.nodes.count == 1)
        case .ended: self.noteEnded(session, outcome)
        case .unreachable, .refused, .contended: break
        }
    }
}

/// The sessions that several tasks repair together. Used on one loop.
private final class RepairQueue: Sendable {
    private struct State {
        var bases: [String]
        var runningCount = 0
        var suspension: Suspension?
    }

    private let state: Mutex<State>

    init(_ bases: [String]) { self.state = Mutex(State(bases: bases)) }

    func start(_ taskCount: Int, _ suspension: Suspension) {
        self.state.withLock { state in
            state.runningCount = taskCount
            state.suspension = suspension
        }
    }

    func next() -> String? { self.state.withLock { $0.bases.popLast() } }

    func finishOne() {
        let suspension: Suspension? = self.state.withLock { state in
            state.runningCount -= 1
            return state.runningCount == 0 ? state.suspension.take() : nil
        }
        suspension?.resume()
    }
}
