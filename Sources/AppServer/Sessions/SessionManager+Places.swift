package import EventLoop
import Sessions
import Synchronization

/// Where one copy of a session is, or should be.
package struct SessionPlace: Sendable {
    /// What a node says of a copy.
    package enum State: String, Sendable {
        /// The session is there.
        case present
        /// The mark of a session that has ended is there.
        case ended
        /// Nothing is there.
        case missing
        /// Something else is there.
        case unreadable
        /// The node does not answer.
        case unreachable
    }

    /// `first` or `second` copy.
    package var copy: String
    /// The node's place in the manager's list.
    package var node: Int
    /// The key.
    package var key: String
    /// What the node says.
    package var state: State
    /// How many bytes are stored, and which version.
    package var byteCount = 0, version = ""
}

/// A lock that somebody holds.
package struct HeldLock: Sendable {
    /// The session's id.
    package var id: String
    /// Where the lock is kept: the node's place in the manager's list, nil for this process.
    package var node: Int?
    /// The lock's key; empty in this process.
    package var key: String
    /// Whether it is one of this process's requests that holds it.
    package var isOurs: Bool
}

// Where sessions and locks are, asked of the nodes themselves.
extension SessionManager {
    /// How many sessions are looked through for locks.
    private static let lockScanCountMax = 10_000
    /// How many of them are asked about at once.
    private static let lockBatchCount = 100

    /// Where the copies of a session are: the two places where they belong, and any other where one
    /// is found. Nothing when there is no store, or the id is none. On `loop`.
    package func places(of text: String, on loop: Loop) async -> [SessionPlace] {
        guard let parsed = SessionID(parsing: text), let part = self.store?.on(loop) else {
            return []
        }
        let id = self.localSession(parsed.base)?.identifier ?? parsed
        let view = part.view
        let primary = view.primary(of: id)
        let backup = primary.flatMap { view.backup(after: $0) }
        var places: [SessionPlace] = []
        for node in 0..<view.nodeCount {
            let keys = [("first", self.keys.session(id)), ("second", self.keys.backup(id))]
            let answers = await part.perform(keys.map { StoreRequest(node, .load(key: $0.1)) })
            for ((copy, key), answer) in zip(keys, answers) {
                let isExpected = copy == "first" ? node == primary : node == backup
                let place = Self.place(copy, node, key, answer, id)
                let isThere = place.state != .missing && place.state != .unreachable
                if isExpected || isThere { places.append(place) }
            }
        }
        return places
    }

    private static func place(
        _ copy: String, _ node: Int, _ key: String, _ answer: StoreAnswer, _ id: SessionID
    ) -> SessionPlace {
        var place = SessionPlace(copy: copy, node: node, key: key, state: .unreachable)
        switch answer {
        case .missing: place.state = .missing
        case .found(_, _, let value):
            let bytes = value ?? []
            place.byteCount = bytes.count
            guard let content = try? SessionDecoder.decode(bytes, base: id.base) else {
                place.state = .unreadable
                break
            }
            place.state = content.isEnded ? .ended : .present
            place.version = content.version.description
        default: break
        }
        return place
    }

    /// The locks that are held on sessions known here, by requests of this process or of others. On
    /// `loop`.
    package func heldLocks(on loop: Loop) async -> [HeldLock] {
        let (sessions, own) = (
            self.registry.withLock { Array($0.sessions.values.prefix(Self.lockScanCountMax)) },
            self.locks.heldNames
        )
        var held: [HeldLock] = []
        guard let part = self.store?.on(loop) else {
            return own.map { base in
                HeldLock(
                    id: self.localSession(base)?.id ?? base, node: nil, key: "", isOurs: true)
            }
        }
        var start = 0
        while start < sessions.count {
            let ids = sessions[start..<min(start + Self.lockBatchCount, sessions.count)].map(
                \.identifier)
            start += Self.lockBatchCount
            let asked = ids.compactMap { id in part.view.primary(of: id).map { (id, $0) } }
            let answers = await part.perform(
                asked.map { StoreRequest($0.1, .flags(key: self.keys.lock($0.0), expiry: nil)) })
            for ((id, node), answer) in zip(asked, answers) {
                guard case .found = answer else { continue }
                held.append(
                    HeldLock(
                        id: id.text, node: node, key: self.keys.lock(id),
                        isOurs: own.contains(id.base)))
            }
        }
        return held
    }
}
