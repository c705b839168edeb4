import Base
import PatternMatching

/// What a request has gathered for its variables: groups of the last match, values of slots and
/// maps.
///
/// The engine keeps one per connection and calls `reset` between requests. Loop thread only.
package final class VariableState {
    /// How many matches were given up at PCRE2's limit; they count as no match.
    package private(set) var abandonedMatchCount = 0

    private var subject: [UInt8] = []
    private var groups: [Range<Int>?] = []
    private var slots: [[UInt8]?] = []
    private var mapValues: [[UInt8]?] = []
    /// How deep maps that use maps are being looked up.
    var mapDepth = 0

    /// Makes the state of a request that has matched nothing yet.
    package init() {}

    /// Forgets the request.
    package func reset() {
        if !self.groups.isEmpty { self.groups.removeAll(keepingCapacity: true) }
        for index in self.slots.indices { self.slots[index] = nil }
        for index in self.mapValues.indices { self.mapValues[index] = nil }
    }

    /// Matches a pattern; when it fits its groups become `$1`… and its named groups fill their
    /// slots.
    package func match(_ bound: BoundPattern, _ subject: Span<UInt8>) -> Bool {
        do {
            guard bound.pattern.groupCount > 0 else {
                guard try bound.pattern.matches(subject) else { return false }
                self.groups.removeAll(keepingCapacity: true)
                return true
            }
            guard let match = try bound.pattern.firstMatch(in: subject) else { return false }
            self.subject = subject.makeArray()
            self.groups = match.ranges
            for (group, slot) in bound.slots {
                self.setSlot(slot, to: match[group].map { Array(self.subject[$0]) } ?? [])
            }
            return true
        } catch {
            self.abandonedMatchCount += 1
            return false
        }
    }

    /// The bytes of a group of the last match; nil when it took no part.
    package func capture(_ group: Int) -> ArraySlice<UInt8>? {
        guard group < self.groups.count, let range = self.groups[group] else { return nil }
        return self.subject[range]
    }

    /// The value of a slot; nil when the request did not set it.
    package func slot(_ index: Int) -> [UInt8]? {
        index < self.slots.count ? self.slots[index] : nil
    }

    /// Sets a slot.
    package func setSlot(_ index: Int, to value: [UInt8]) {
        while self.slots.count <= index { self.slots.append(nil) }
        self.slots[index] = value
    }

    /// The value that a map had when it was used before in this request.
    package func mapValue(_ index: Int) -> [UInt8]? {
        index < self.mapValues.count ? self.mapValues[index] : nil
    }

    /// Remembers the value of a map for this request.
    package func setMapValue(_ index: Int, to value: [UInt8]) {
        while self.mapValues.count <= index { self.mapValues.append(nil) }
        self.mapValues[index] = value
    }
}
