import Base

@testable import Sessions

/// One life of one session in a simulated cluster: a browser that counts over all servers, readers
/// with old cookies, repairs, deaths; then its end.
final class SimulatedRun {
    static let base = "0123456789ABCDEF0123456789ABCDEF"
    let keys = StorageKeys()
    var cluster: SimulatedCluster
    var tasks: [SimulatedTask] = []
    var failures: [String] = []
    var trace: [String] = []

    /// The cookie, all former ones, and the count that was acknowledged last.
    var cookie: SessionID
    var formerCookies: [SessionID] = []
    var acknowledged: Int32 = 0
    var acknowledgedVersion = SessionVersion(counter: 0, stamp: 0)
    var isBrowserBusy = false
    /// Whether the last count may have been stored although no answer said so.
    var isAmbiguous = false
    var hasEnded = false
    var isEnding = false

    init(nodes: MemcachedNodes, serverCount: Int, seed: UInt64) {
        self.cluster = SimulatedCluster(nodes: nodes, serverCount: serverCount, seed: seed)
        self.cookie = SessionID(base: Self.base)
    }

    private func fail(_ text: String) { self.failures.append(text) }

    // MARK: Tasks

    /// A request: look the session up, count when it is the browser's own, store.
    func startRequest(server: Int, id: SessionID, counts: Bool) {
        let task = SimulatedTask(server: server)
        self.tasks.append(task)
        if counts { self.isBrowserBusy = true }
        let lookup = SessionLookup(
            id: id, keys: self.keys, context: "", local: self.held(server)?.localCopy)
        let startedAfterEnd = self.hasEnded
        task.drive(lookup, self.view(server)) { [unowned self, unowned task] outcome in
            self.trace.append("s\(server) \(counts ? "count" : "read") \(id): \(outcome.brief)")
            self.found(outcome, id, task, counts: counts, startedAfterEnd)
        }
    }

    private func found(
        _ outcome: LookupOutcome, _ id: SessionID, _ task: SimulatedTask, counts: Bool,
        _ startedAfterEnd: Bool
    ) {
        let server = task.server
        switch outcome {
        case .current(let copies): self.cluster.servers[server].held[Self.base]?.copies = copies
        case .found(let found): self.adopt(found, server)
        case .localIsNewest(let copies, _):
            self.cluster.servers[server].held[Self.base]?.copies = copies
            self.cluster.servers[server].held[Self.base]?.mustBeStored = true
        case .ended, .missing, .unreachable, .healthy:
            if counts, !self.hasEnded, !self.isEnding, !self.isExcused(outcome, server) {
                self.fail("the session was not found: \(outcome)")
            }
            if counts { self.isBrowserBusy = false }
            if case .ended(let found) = outcome {
                self.cluster.servers[server].held[Self.base] = nil
                if !found.isComplete {
                    self.startEnd(server: server, id: found.id, content: found.content)
                }
            }
            return task.end()
        }
        if startedAfterEnd {
            self.fail("the session rose again: \(outcome)")
            return task.end()
        }
        self.place(server)
        guard let held = self.held(server) else { return task.end() }
        var changes = SessionChanges()
        if counts {
            var count: Int32 = 0
            if case .int32(let number)? = held.content.attributes["count"] { count = number }
            let isAmbiguous = self.isAmbiguous && count == self.acknowledged + 1
            if isAmbiguous { self.acknowledged = count }
            if count != self.acknowledged, !self.isEnding {
                self.fail("server \(server) saw \(count) after \(self.acknowledged)")
            }
            self.isAmbiguous = false
            changes.attributes["count"] = .set(.int32(count + 1))
        } else if !held.mustBeStored {
            return task.end()
        }
        self.save(held, changes, task, counts: counts)
    }

    /// A server that cannot reach the node which has the session may say so; it may not say that
    /// there is none.
    private func isExcused(_ outcome: LookupOutcome, _ server: Int) -> Bool {
        switch outcome {
        case .unreachable: return true
        case .missing(isCertain: false):
            return !(0..<self.cluster.caches.count).contains { node in
                guard let best = self.cluster.best(of: Self.base, on: node) else { return false }
                return best.version >= self.acknowledgedVersion
                    && self.cluster.servers[server].connections[node] != nil
            }
        case .missing, .ended, .healthy, .current, .found, .localIsNewest: return false
        }
    }

    private func save(
        _ held: SimulatedServer.Held, _ changes: SessionChanges, _ task: SimulatedTask,
        counts: Bool
    ) {
        let server = task.server
        let save = SessionSave(
            keys: self.keys, id: held.id, content: held.content, changes: changes,
            copies: held.copies, formerID: held.formerID, storedVersion: held.storedVersion,
            isNewSession: held.storedVersion == nil && held.content.version.counter == 0,
            nowMilliseconds: 0, seed: self.cluster.generator.next())
        task.drive(save, self.view(server)) { [unowned self, unowned task] outcome in
            self.trace.append("s\(server) saved \(outcome.id) \(outcome.result)")
            self.saved(outcome, server, counts: counts)
            task.end()
        }
    }

    private func saved(_ outcome: SessionSave.Outcome, _ server: Int, counts: Bool) {
        if counts { self.isBrowserBusy = false }
        guard case .stored(let copyCount) = outcome.result else {
            if outcome.result == .ended {
                self.cluster.servers[server].held[Self.base] = nil
                self.startEnd(server: server, id: outcome.id, content: outcome.content)
                if !self.isEnding, !self.hasEnded { self.fail("ended by nobody") }
            } else if outcome.result == .unreachable {
                // The connection broke under the write: it may have been done. This server forgets
                // it, as one without affinity that is asked no more.
                self.cluster.servers[server].held[Self.base] = nil
                if counts { self.isAmbiguous = true }
            } else {
                self.fail("not stored: \(outcome.result)")
            }
            return
        }
        if self.held(server).map({ $0.content.version <= outcome.content.version }) ?? true {
            self.cluster.servers[server].held[Self.base] = .init(
                id: outcome.id, content: outcome.content,
                storedVersion: outcome.content.version, copies: outcome.copies)
        }
        if copyCount == 2 {
            self.cluster.servers[server].incomplete.remove(Self.base)
        } else {
            self.cluster.servers[server].incomplete.insert(Self.base)
        }
        guard counts else { return }
        self.acknowledged += 1
        self.acknowledgedVersion = outcome.content.version
        if outcome.id != self.cookie { self.formerCookies.append(self.cookie) }
        self.cookie = outcome.id
    }

    func startRepair(server: Int) {
        guard let held = self.held(server),
            self.cluster.servers[server].view.available.count > 1
        else { return }
        let task = SimulatedTask(server: server)
        self.tasks.append(task)
        let audit = SessionLookup(
            id: held.id, keys: self.keys, context: "", local: held.localCopy, purpose: .audit)
        task.drive(audit, self.view(server)) { [unowned self, unowned task] outcome in
            self.trace.append("s\(server) audit \(held.id): \(outcome.brief)")
            switch outcome {
            case .found(let found) where !found.isComplete:
                self.adopt(found, server)
                guard let held = self.held(server) else { return task.end() }
                self.save(held, SessionChanges(), task, counts: false)
            case .localIsNewest(let copies, _):
                self.cluster.servers[server].held[Self.base]?.copies = copies
                guard let held = self.held(server) else { return task.end() }
                self.save(held, SessionChanges(), task, counts: false)
            case .ended(let found):
                self.cluster.servers[server].held[Self.base] = nil
                self.startEnd(server: server, id: found.id, content: found.content)
                task.end()
            case .current, .healthy, .found, .missing, .unreachable:
                self.cluster.servers[server].incomplete.remove(Self.base)
                task.end()
            }
        }
    }

    func startEnd(server: Int, id: SessionID, content: SessionContent) {
        let task = SimulatedTask(server: server)
        self.tasks.append(task)
        let mark = content.isEnded ? content : content.ended(stamp: self.cluster.generator.next())
        self.cluster.servers[server].pendingEnds[Self.base] = (id, mark)
        let end = SessionEnd(keys: self.keys, id: id, content: mark, nowMilliseconds: 0, stamp: 0)
        task.drive(end, self.view(server)) { [unowned self, unowned task] outcome in
            self.trace.append("s\(server) end \(id): \(outcome)")
            if outcome.isComplete { self.cluster.servers[server].pendingEnds[Self.base] = nil }
            // A server that has not noticed yet that a node is back, which others use already, ends
            // the session there when it has.
            let cluster = self.cluster
            let reachesAll = cluster.caches.indices.allSatisfy {
                !cluster.caches[$0].isAlive
                    || cluster.servers[server].connections[$0] == cluster.caches[$0].incarnation
            }
            if outcome.isStored, reachesAll { self.hasEnded = true }
            task.end()
        }
    }

    // MARK: What the driver does with a session

    private func view(_ server: Int) -> ClusterView { self.cluster.servers[server].view }

    private func held(_ server: Int) -> SimulatedServer.Held? {
        self.cluster.servers[server].held[Self.base]
    }

    private func adopt(_ found: FoundSession, _ server: Int) {
        // Another task of this server may have gone further meanwhile.
        if let held = self.held(server), held.content.version > found.content.version,
            held.storedVersion == held.content.version
        {
            return
        }
        var held = SimulatedServer.Held(
            id: found.id, content: found.content, storedVersion: found.content.version,
            copies: found.copies)
        held.mustBeStored = !found.isComplete && self.view(server).available.count > 1
        self.cluster.servers[server].held[Self.base] = held
    }

    private func place(_ server: Int) {
        guard var held = self.held(server) else { return }
        let view = self.view(server)
        let primary = view.primary(of: held.id)
        if let primary, view.available.contains(primary) { return }
        guard
            let target = primary.map({ view.relocation(from: $0) })
                ?? view.nodeForNewSession(random: self.cluster.generator.next())
        else { return }
        if held.id.node != nil { held.formerID = held.id }
        held.id.node = view.shape.ids[target]
        held.copies = SessionCopies()
        held.mustBeStored = true
        self.cluster.servers[server].held[Self.base] = held
    }

    func createSession() {
        var content = SessionContent(
            version: SessionVersion(counter: 0, stamp: 0), creationMilliseconds: 0,
            maxInactiveSeconds: 1_800)
        content.attributes = [:]
        self.cluster.servers[0].held[Self.base] = .init(
            id: self.cookie, content: content, storedVersion: nil, copies: SessionCopies())
        self.place(0)
        let task = SimulatedTask(server: 0)
        self.tasks.append(task)
        guard let held = self.held(0) else { return }
        var changes = SessionChanges()
        changes.attributes["count"] = .set(.int32(1))
        self.isBrowserBusy = true
        self.save(held, changes, task, counts: true)
    }
}

extension LookupOutcome {
    /// For traces.
    var brief: String {
        switch self {
        case .found(let found):
            "found \(found.id) \(found.content.version) complete=\(found.isComplete)"
        case .ended(let found): "ended \(found.id)"
        case .current: "current"
        case .healthy: "healthy"
        case .localIsNewest: "localIsNewest"
        case .missing(let isCertain): "missing \(isCertain)"
        case .unreachable: "unreachable"
        }
    }
}
