/// An object that the server gives to pages: request, session, a date…
///
/// Methods are called by name with values; what a method does not know it throws
/// (`ScriptFailure.noSuchMethod`). One page run uses it at a time.
package protocol HostObject: AnyObject {
    /// The name of the Java class or interface it stands for.
    var typeName: String { get }

    /// Calls a method.
    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value

    /// The property of that name, for `${object.name}`; null when there is none.
    func property(_ name: String) throws(ScriptFailure) -> Value

    /// What stands under a key, for `${object[key]}`.
    func element(_ key: Value) throws(ScriptFailure) -> Value

    /// Its text, as `toString` has it.
    var text: String { get }

    /// Whether it equals another, as `equals` has it.
    func isEqual(to other: any HostObject) -> Bool

    /// How it goes on after the run, in a session for instance; nil when it cannot.
    var stored: StoredValue? { get }
}

extension HostObject {
    /// The getter of that name: `name` calls `getName`, then `isName`.
    package func property(_ name: String) throws(ScriptFailure) -> Value {
        guard let first = name.first else { return .null }
        let capital = first.uppercased() + name.dropFirst()
        do {
            return try self.call("get\(capital)", [])
        } catch {
            guard error.exception == "java.lang.NoSuchMethodException" else { throw error }
        }
        do {
            return try self.call("is\(capital)", [])
        } catch {
            guard error.exception == "java.lang.NoSuchMethodException" else { throw error }
            throw ScriptFailure(
                "jakarta.el.PropertyNotFoundException",
                "Property [\(name)] not found on type [\(self.typeName)]")
        }
    }

    /// The property whose name the key is.
    package func element(_ key: Value) throws(ScriptFailure) -> Value {
        try self.property(key.text)
    }

    /// The class's name and a number that tells objects apart.
    package var text: String {
        let number = UInt32(truncatingIfNeeded: UInt(bitPattern: ObjectIdentifier(self)))
        return "\(self.typeName)@\(String(number, radix: 16))"
    }

    /// Whether both are the same object.
    package func isEqual(to other: any HostObject) -> Bool { self === other }

    /// Most objects do not outlive the run.
    package var stored: StoredValue? { nil }
}

/// A value that outlives a page run: no references, safe to keep and to share between threads.
package indirect enum StoredValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    case int(Int32)
    case long(Int64)
    case double(Double)
    case character(UInt16)
    case string(String)
    /// Milliseconds since 1970.
    case date(Int64)
    case list([StoredValue])
    /// Entries in the order in which they were put.
    case map([StoredEntry])

    /// One entry of a map.
    package struct StoredEntry: Equatable, Sendable {
        /// The key.
        package var key: StoredValue
        /// What stands under it.
        package var value: StoredValue

        /// Puts an entry together.
        package init(key: StoredValue, value: StoredValue) {
            self.key = key
            self.value = value
        }
    }
}

extension Value {
    /// How deep lists and maps may lie within each other when they are kept.
    package static let storedDepthMax = 64

    /// A copy that outlives the run.
    ///
    /// - Throws: `NotSerializableException` when a value in it cannot, or it is nested too deeply.
    package func stored(depth: Int = 0) throws(ScriptFailure) -> StoredValue {
        guard depth < Self.storedDepthMax else {
            throw ScriptFailure("java.io.NotSerializableException", "nested too deeply")
        }
        switch self {
        case .null: return .null
        case .boolean(let truth): return .boolean(truth)
        case .int(let number): return .int(number)
        case .long(let number): return .long(number)
        case .double(let number): return .double(number)
        case .character(let unit): return .character(unit)
        case .string(let text): return .string(text)
        case .list(let list):
            var elements: [StoredValue] = []
            for element in list.elements { elements.append(try element.stored(depth: depth + 1)) }
            return .list(elements)
        case .map(let map):
            var entries: [StoredValue.StoredEntry] = []
            for entry in map.insertionOrder {
                entries.append(
                    StoredValue.StoredEntry(
                        key: try entry.key.stored(depth: depth + 1),
                        value: try entry.value.stored(depth: depth + 1)))
            }
            return .map(entries)
        case .object(let object):
            guard let stored = object.stored else {
                throw ScriptFailure("java.io.NotSerializableException", object.typeName)
            }
            return stored
        }
    }

    /// The value that was kept, as objects of this run.
    package init(_ stored: StoredValue) {
        switch stored {
        case .null: self = .null
        case .boolean(let truth): self = .boolean(truth)
        case .int(let number): self = .int(number)
        case .long(let number): self = .long(number)
        case .double(let number): self = .double(number)
        case .character(let unit): self = .character(unit)
        case .string(let text): self = .string(text)
        case .date(let milliseconds): self = .object(DateObject(milliseconds: milliseconds))
        case .list(let elements): self = .list(ListObject(elements.map { Value($0) }))
        case .map(let entries):
            let map = MapObject(order: .hashed)
            for entry in entries { map.put(Value(entry.key), Value(entry.value)) }
            self = .map(map)
        }
    }
}
