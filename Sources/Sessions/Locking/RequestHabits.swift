package import Base

/// What `lockingMode="auto"` has learnt: which requests only read their session.
///
/// A request is known by `METHOD URI?query`. One that has changed a session is never taken for
/// read-only while it is remembered.
package struct RequestHabits: Sendable {
    /// Requests that are remembered as reading, at the most.
    package static let readOnlyCountMax = 1_000
    /// Requests that are remembered as changing, at the most.
    package static let modifyingCountMax = 50_000
    /// How long anything is remembered.
    package static let memory: Duration = .seconds(6 * 3_600)

    private var readOnly: [String: Instant] = [:]
    private var modifying: [String: Instant] = [:]

    /// Knows nothing.
    package init() {}

    /// Whether this request needs no lock.
    package func isReadOnly(_ request: String, now: Instant) -> Bool {
        guard let since = self.readOnly[request] else { return false }
        return now - since < Self.memory
    }

    /// Remembers what a request did.
    package mutating func remember(_ request: String, hasModified: Bool, now: Instant) {
        if hasModified {
            self.readOnly[request] = nil
            Self.add(request, to: &self.modifying, countMax: Self.modifyingCountMax, now)
        } else {
            if let since = self.modifying[request] {
                if now - since < Self.memory { return }
                self.modifying[request] = nil
            }
            if self.readOnly[request] == nil {
                Self.add(request, to: &self.readOnly, countMax: Self.readOnlyCountMax, now)
            }
        }
    }

    private static func add(
        _ request: String, to list: inout [String: Instant], countMax: Int, _ now: Instant
    ) {
        if list.count >= countMax, list[request] == nil {
            list = list.filter { now - $0.value < Self.memory }
            if list.count >= countMax { list.removeAll(keepingCapacity: true) }
        }
        list[request] = now
    }
}

/// Ids that were not found a moment ago, so that guessing ids costs the store nothing.
package struct UnknownIDs: Sendable {
    /// Ids that are remembered at the most.
    package static let countMax = 2_000
    /// How long an id is remembered.
    package static let memory: Duration = .milliseconds(500)

    private var ids: [String: Instant] = [:]

    /// Knows none.
    package init() {}

    /// Whether the id was not found a moment ago.
    package func contains(_ base: String, now: Instant) -> Bool {
        guard let since = self.ids[base] else { return false }
        return now - since < Self.memory
    }

    /// Remembers an id.
    package mutating func insert(_ base: String, now: Instant) {
        if self.ids.count >= Self.countMax {
            self.ids = self.ids.filter { now - $0.value < Self.memory }
            if self.ids.count >= Self.countMax { self.ids.removeAll(keepingCapacity: true) }
        }
        self.ids[base] = now
    }

    /// Forgets one id: it is in use again.
    package mutating func remove(_ base: String) { self.ids[base] = nil }

    /// Forgets all: a node has come back.
    package mutating func removeAll() { self.ids.removeAll(keepingCapacity: true) }
}
