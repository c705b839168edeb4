package import Sessions
import Synchronization

/// A web session, as pages and the container see it.
///
/// All requests of one session in this process share one object, from any loop. It holds the
/// content that the store confirmed last, and over it the changes that no store has yet. Attributes
/// are values: who reads one gets a copy, so a page that changes a list in place sets it again at
/// the end of its request (setting an equal value changes nothing and costs nothing).
package final class Session: Sendable {
    struct State {
        var id: SessionID
        /// What is stored, or was loaded; in a new session what the first write builds on.
        var content: SessionContent
        var changes = SessionChanges()
        /// Attributes that `sessionAttributeFilter` keeps out of the store.
        var localAttributes: [String: SessionValue] = [:]
        var isValid = true
        /// Whether no request after the one that made it has been seen.
        var isNew: Bool
        /// When the request before this one began, and this one, in milliseconds since 1970.
        var previousAccessMilliseconds: Int64
        var thisAccessMilliseconds: Int64
        /// When the store was last told of an access.
        var recordedAccessMilliseconds: Int64
        /// The version that the store had when it was last heard of; nil when it never had any.
        var storedVersion: SessionVersion?
        /// Where the copies were then.
        var copies = SessionCopies()
        /// The id that the session is moving away from, until its next save.
        var formerID: SessionID?
        /// Whether the next save is needed although nothing was changed: a copy is missing or old.
        var mustBeStored = false
        /// Whether the store was told, or will be told, that it has ended.
        var endIsHandled = false
    }

    /// One save of this session at a time in this process.
    let saveGate = Gate()
    /// What never changes of the id.
    let base: String

    let state: Mutex<State>
    private let isStored: @Sendable (String) -> Bool

    init(
        id: SessionID, content: SessionContent, nowMilliseconds: Int64,
        isStored: @escaping @Sendable (String) -> Bool
    ) {
        self.isStored = isStored
        self.base = id.base
        self.state = Mutex(
            State(
                id: id, content: content, isNew: content.isNew,
                previousAccessMilliseconds: content.lastAccessMilliseconds,
                thisAccessMilliseconds: nowMilliseconds,
                recordedAccessMilliseconds: content.lastAccessMilliseconds))
    }

    /// The id as cookies show it.
    package var id: String { self.state.withLock { $0.id.text } }
    /// The id in its parts.
    package var identifier: SessionID { self.state.withLock { $0.id } }
    /// When the session began, in milliseconds since 1970.
    package var creationTime: Int64 { self.state.withLock { $0.content.creationMilliseconds } }
    /// When the request before this one began, in milliseconds since 1970. Requests that another
    /// application server served are known to within a sixteenth of the time-out.
    package var lastAccessedTime: Int64 { self.state.withLock { $0.previousAccessMilliseconds } }
    /// Whether this is the request that made it.
    package var isNew: Bool { self.state.withLock { $0.isNew } }
    /// Whether it has not been ended.
    package var isValid: Bool { self.state.withLock { $0.isValid } }

    /// Seconds without a request after which the session ends; 0 and below: never.
    package var maxInactiveInterval: Int32 {
        get {
            self.state.withLock { state in
                state.changes.maxInactiveSeconds ?? state.content.maxInactiveSeconds
            }
        }
        set {
            self.state.withLock { state in
                let old = state.changes.maxInactiveSeconds ?? state.content.maxInactiveSeconds
                if old != newValue { state.changes.maxInactiveSeconds = newValue }
            }
        }
    }

    /// The attribute's value, or nil when there is none of this name.
    package func attribute(_ name: String) -> SessionValue? {
        self.state.withLock { $0.value(of: name) }
    }

    /// Gives the attribute a value; nothing changes when it has an equal one.
    package func setAttribute(_ name: String, _ value: SessionValue) {
        self.state.withLock { state in
            guard state.value(of: name) != value else { return }
            if self.isStored(name) {
                state.changes.attributes[name] = .set(value)
            } else {
                state.localAttributes[name] = value
            }
        }
    }

    /// Removes the attribute; nothing changes when there is none of this name.
    package func removeAttribute(_ name: String) {
        self.state.withLock { state in
            guard state.value(of: name) != nil else { return }
            if state.localAttributes.removeValue(forKey: name) == nil {
                state.changes.attributes[name] = .removed
            }
        }
    }

    /// The names of all attributes, sorted.
    package var attributeNames: [String] {
        self.state.withLock { state in
            var names = Set(state.content.attributes.keys).union(state.localAttributes.keys)
            for (name, change) in state.changes.attributes {
                if case .set = change { names.insert(name) } else { names.remove(name) }
            }
            return names.sorted()
        }
    }

    /// Ends the session. The store is told when the request finishes; its cookie is then removed.
    package func invalidate() {
        self.state.withLock { state in
            state.isValid = false
            state.changes = SessionChanges()
            state.localAttributes = [:]
        }
    }
}

extension Session.State {
    func value(of name: String) -> SessionValue? {
        switch self.changes.attributes[name] {
        case .set(let value): value
        case .removed: nil
        case nil: self.content.attributes[name] ?? self.localAttributes[name]
        }
    }
}
