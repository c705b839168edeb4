import ExpressionLanguage
import Sessions

extension Value {
    /// A session attribute's value as an object of this page run.
    init(_ value: SessionValue) {
        switch value {
        case .null: self = .null
        case .bool(let truth): self = .boolean(truth)
        case .int32(let number): self = .int(number)
        case .int64(let number): self = .long(number)
        case .double(let number): self = .double(number)
        case .string(let text): self = .string(text)
        case .date(let milliseconds): self = .object(DateObject(milliseconds: milliseconds))
        case .bytes(let bytes):
            self = .list(
                ListObject(bytes.map { .int(Int32(Int8(bitPattern: $0))) }, kind: .array))
        case .list(let items): self = .list(ListObject(items.map { Value($0) }))
        case .map(let entries):
            let map = MapObject(order: .hashed)
            for entry in entries { map.put(Value(entry.key), Value(entry.value)) }
            self = .map(map)
        case .opaque(let type, let payload):
            self = .object(OpaqueObject(type: type, payload: payload))
        }
    }

    /// Whether a page can change it in place, so that it must be stored again.
    var isMutable: Bool {
        switch self {
        case .list, .map, .object: true
        default: false
        }
    }

    /// The value as a session keeps it.
    ///
    /// - Throws: `NotSerializableException` when something in it lives for one request only.
    func sessionValue(depth: Int = 0) throws(ScriptFailure) -> SessionValue {
        guard depth < Value.storedDepthMax else {
            throw ScriptFailure("java.io.NotSerializableException", "nested too deeply")
        }
        switch self {
        case .null: return .null
        case .boolean(let truth): return .bool(truth)
        case .int(let number): return .int32(number)
        case .long(let number): return .int64(number)
        case .double(let number): return .double(number)
        case .character(let unit): return .string(String(decoding: [unit], as: UTF16.self))
        case .string(let text): return .string(text)
        case .list(let list):
            var items: [SessionValue] = []
            items.reserveCapacity(list.elements.count)
            for item in list.elements { items.append(try item.sessionValue(depth: depth + 1)) }
            return .list(items)
        case .map(let map):
            var entries: [SessionValue.Entry] = []
            for entry in map.insertionOrder {
                let key = try entry.key.sessionValue(depth: depth + 1)
                let value = try entry.value.sessionValue(depth: depth + 1)
                entries.append(SessionValue.Entry(key: key, value: value))
            }
            return .map(entries)
        case .object(let object):
            if let opaque = object as? OpaqueObject { return opaque.value }
            if let stored = object.stored {
                if case .date(let milliseconds) = stored {
                    return .date(milliseconds: milliseconds)
                }
                return try Value(stored).sessionValue(depth: depth + 1)
            }
            throw ScriptFailure("java.io.NotSerializableException", object.typeName)
        }
    }
}

/// A value of a type that this version does not know: handed through unchanged.
final class OpaqueObject: HostObject {
    let value: SessionValue
    let typeName = "java.lang.Object"

    init(type: UInt8, payload: [UInt8]) { self.value = .opaque(type: type, payload: payload) }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        if method == "toString" { return .string(self.text) }
        throw .noSuchMethod(method, of: self.typeName)
    }
}
