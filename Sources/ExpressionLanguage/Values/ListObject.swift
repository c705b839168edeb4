/// A `java.util.List`, and also a Java array: shared by reference.
package final class ListObject {
    /// What kind of list it is, as its class name tells.
    package enum Kind: Sendable {
        /// `java.util.ArrayList`.
        case arrayList
        /// An array: its length does not change.
        case array
        /// `java.util.HashSet` and its like: no element twice.
        case set
    }

    /// The elements in order.
    package var elements: [Value]
    /// Which kind it is.
    package let kind: Kind

    /// Makes a list of elements.
    package init(_ elements: [Value] = [], kind: Kind = .arrayList) {
        self.elements = elements
        self.kind = kind
    }

    /// The name of its Java class.
    package var typeName: String {
        switch self.kind {
        case .arrayList: "java.util.ArrayList"
        case .array: "java.lang.Object[]"
        case .set: "java.util.HashSet"
        }
    }

    /// Whether both have equal elements in the same order (sets: in any order).
    package func equals(_ other: ListObject) -> Bool {
        if self === other { return true }
        guard self.elements.count == other.elements.count else { return false }
        if self.kind == .set {
            return self.elements.allSatisfy { element in
                other.elements.contains { $0.equals(element) }
            }
        }
        return zip(self.elements, other.elements).allSatisfy { $0.equals($1) }
    }
}

/// A `java.util.Map`: shared by reference.
package final class MapObject {
    /// In which order its entries come.
    package enum Order: Sendable {
        /// As in `java.util.HashMap`: by the hash's place in a table of the size Java would have.
        case hashed
        /// As in `java.util.LinkedHashMap`: as they were put.
        case inserted
    }

    /// One entry.
    package struct Entry {
        /// The key.
        package let key: Value
        /// What stands under it.
        package var value: Value
    }

    private struct Key: Hashable {
        let value: Value
        let hash: Int32
        static func == (left: Key, right: Key) -> Bool { left.value.equals(right.value) }
        func hash(into hasher: inout Hasher) { hasher.combine(self.hash) }
    }

    /// In which order its entries come.
    package let order: Order
    private var slots: [Entry?] = []
    private var places: [Key: Int] = [:]

    /// Makes an empty map.
    package init(order: Order) { self.order = order }

    /// The name of its Java class.
    package var typeName: String {
        self.order == .hashed ? "java.util.HashMap" : "java.util.LinkedHashMap"
    }

    /// How many entries there are.
    package var count: Int { self.places.count }

    /// What stands under a key, or nil.
    package func get(_ key: Value) -> Value? {
        self.places[Key(value: key, hash: key.hash)].flatMap { self.slots[$0]?.value }
    }

    /// Puts a value under a key; answers what stood there.
    @discardableResult
    package func put(_ key: Value, _ value: Value) -> Value? {
        let place = Key(value: key, hash: key.hash)
        if let index = self.places[place] {
            let old = self.slots[index]?.value
            self.slots[index]?.value = value
            return old
        }
        self.places[place] = self.slots.count
        self.slots.append(Entry(key: key, value: value))
        return nil
    }

    /// Takes an entry out; answers what stood there.
    @discardableResult
    package func remove(_ key: Value) -> Value? {
        guard let index = self.places.removeValue(forKey: Key(value: key, hash: key.hash)) else {
            return nil
        }
        defer { self.slots[index] = nil }
        return self.slots[index]?.value
    }

    /// Takes all entries out.
    package func removeAll() {
        self.slots = []
        self.places = [:]
    }

    /// The entries as they were put.
    package var insertionOrder: [Entry] { self.slots.compactMap { $0 } }

    /// The entries in the map's order.
    package var entries: [Entry] {
        let entries = self.insertionOrder
        guard self.order == .hashed else { return entries }
        // HashMap: a table of 16 that doubles when it is three quarters full, chains by insertion.
        var tableSize = 16
        while entries.count * 4 > tableSize * 3 { tableSize *= 2 }
        let keyed = entries.enumerated().map { index, entry -> (Int, Int, Entry) in
            let hash = UInt32(bitPattern: entry.key.hash)
            return (Int((hash ^ (hash >> 16)) & UInt32(tableSize - 1)), index, entry)
        }
        return keyed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    /// Whether both have equal values under equal keys.
    package func equals(_ other: MapObject) -> Bool {
        self.count == other.count
            && self.insertionOrder.allSatisfy { other.get($0.key)?.equals($0.value) ?? false }
    }
}
