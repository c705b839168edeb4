import DaemonKit
package import EventLoop
package import Sessions
import Synchronization

/// How one context's sessions fare, for the control socket and `ctl status`.
package struct SessionManagerStatus: Sendable {
    /// One cache node.
    package struct Node: Sendable {
        /// Its id; nil for a single node without one.
        package var id: String?
        /// Where it listens.
        package var address: String
        /// Whether it answered last.
        package var isUp: Bool
        /// Whether it is a failover node.
        package var isFailover: Bool
    }

    /// The host of the context.
    package var host: String
    /// The context's name, empty for ROOT.
    package var context: String
    /// The cache nodes; none when sessions are local by configuration.
    package var nodes: [Node]
    /// Sessions that this process holds a copy of.
    package var sessionCount: Int
    /// Sessions known here of which a copy is missing in the store, or may be, and ends that a node
    /// has not been told.
    package var copiesMissing: Int
    /// Sessions whose last changes are in this process only.
    package var localOnlyCount: Int
    /// Whether sessions are local now: there is no store, or none of its nodes lives.
    package var isLocal: Bool
}

/// One session, as an operator sees it.
package struct SessionSummary: Sendable {
    /// The id.
    package var id: String
    /// When it began, in milliseconds since 1970.
    package var creationMilliseconds: Int64
    /// When the last request known here began.
    package var lastAccessMilliseconds: Int64
    /// Seconds without a request after which it ends; 0 and below: never.
    package var maxInactiveSeconds: Int32
    /// How many attributes it has.
    package var attributeCount: Int
    /// The version of its content.
    package var version: String
    /// How many copies the store is known to have.
    package var copyCount: Int
    /// The nodes that hold them, as places in the manager's list of nodes.
    package var copyNodes: [Int]
}

// What operators may see and do.
extension SessionManager {
    /// How the sessions fare.
    package var status: SessionManagerStatus {
        let (sessions, incomplete, endings) = self.registry.withLock { registry in
            (Array(registry.sessions.values), registry.incomplete.count, registry.endings.count)
        }
        let localOnly = sessions.count { session in
            session.state.withLock { $0.storedVersion != $0.content.version || !$0.changes.isEmpty }
        }
        var nodes: [SessionManagerStatus.Node] = []
        if let store = self.store, let configured = self.settings.nodes?.nodes {
            for (node, isUp) in zip(configured, store.areUp) {
                nodes.append(
                    .init(
                        id: node.id, address: node.address.description, isUp: isUp,
                        isFailover: node.isFailover))
            }
        }
        return SessionManagerStatus(
            host: self.context.host, context: self.context.name, nodes: nodes,
            sessionCount: sessions.count, copiesMissing: incomplete + endings,
            localOnlyCount: self.store == nil ? 0 : localOnly,
            isLocal: !nodes.contains { $0.isUp })
    }

    /// The sessions that this process holds a copy of, the latest used first.
    package func list(limit: Int = 1_000) -> [SessionSummary] {
        let sessions = self.registry.withLock { Array($0.sessions.values) }
        let summaries = sessions.map { $0.summary }
        return Array(
            summaries.sorted { $0.lastAccessMilliseconds > $1.lastAccessMilliseconds }
                .prefix(limit))
    }

    /// Tells of cache nodes that come and go.
    func tell(nodesTo events: EventHub?) { self.events.withLock { $0 = events } }

    func tellOfNode(_ node: Int, isUp: Bool) {
        guard let events = self.events.withLock({ $0 }),
            let nodes = self.settings.nodes?.nodes, node < nodes.count
        else { return }
        let name = nodes[node].id ?? nodes[node].address.description
        let context = self.context.name.isEmpty ? "ROOT" : "/\(self.context.name)"
        events.publish(
            isUp ? "cache_node_up" : "cache_node_down",
            "\(context): cache \(name) \(isUp ? "answers" : "does not answer")",
            [("context", context), ("node", name)])
    }

    /// The id of the local session with a base.
    package func localID(of base: String) -> String? { self.localSession(base)?.id }

    /// The ids of local sessions that begin with `start`, at most two of them.
    package func ids(beginningWith start: String) -> [String] {
        let sessions = self.registry.withLock { Array($0.sessions.values) }
        return Array(sessions.lazy.map(\.id).filter { $0.hasPrefix(start) }.prefix(2))
    }

    /// A session with its attributes, by its id or by the id's base: the store's copy when it can
    /// be asked, else the local one. On `loop`.
    package func inspect(
        _ text: String, on loop: Loop
    ) async -> (summary: SessionSummary, attributes: [String: SessionValue])? {
        guard let id = SessionID(parsing: text) else { return nil }
        let local = self.localSession(id.base)
        if let part = self.store?.on(loop) {
            var machine = SessionLookup(
                id: local?.identifier ?? id, keys: self.keys, context: self.context.name,
                local: nil)
            switch await part.run(&machine) {
            case .found(let found):
                let session = self.makeSession(found.id, found.content, now: 0)
                session.adopt(found)
                session.state.withLock { $0.copies = found.copies }
                return (session.summary, found.content.attributes)
            case .ended, .missing(isCertain: true): return nil
            case .current, .healthy, .localIsNewest, .missing, .unreachable: break
            }
        }
        guard let local, local.isValid else { return nil }
        var attributes: [String: SessionValue] = [:]
        for name in local.attributeNames { attributes[name] = local.attribute(name) }
        return (local.summary, attributes)
    }

    /// Ends a session by its id or by the id's base. On `loop`.
    ///
    /// - Returns: whether there was one.
    package func expire(_ text: String, on loop: Loop) async -> Bool {
        guard let id = SessionID(parsing: text) else { return false }
        let request = SessionRequest(
            method: "GET", path: "", requestedID: (self.localSession(id.base)?.id) ?? text)
        let handle = SessionHandle(manager: self, request: request, loop: loop)
        await self.find(SessionID(parsing: request.requestedID ?? "") ?? id, for: handle, on: loop)
        guard let session = handle.foundSession else { return false }
        session.invalidate()
        await self.end(session, on: loop)
        return true
    }
}

extension Session {
    /// What an operator sees of it.
    var summary: SessionSummary {
        self.state.withLock { state in
            let places = [state.copies.primary, state.copies.backup]
            return SessionSummary(
                id: state.id.text, creationMilliseconds: state.content.creationMilliseconds,
                lastAccessMilliseconds: max(
                    state.thisAccessMilliseconds, state.content.lastAccessMilliseconds),
                maxInactiveSeconds: state.content.maxInactiveSeconds,
                attributeCount: state.content.attributes.count,
                version: state.content.version.description,
                copyCount: places.count { $0 != nil }, copyNodes: places.compactMap { $0?.node })
        }
    }
}
