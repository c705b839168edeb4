import Base
import HTTPProtocol
import Sessions
import SystemInterface

/// Attribute values as logs and `ctl` show them: as Java's `toString` writes them, near enough.
enum SessionValueText {
    /// How deep and how long a value is shown.
    private static let depthMax = 8, itemCountMax = 100

    /// The name of the value's type, as the stored form has it.
    static func typeName(_ value: SessionValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int32: "int32"
        case .int64: "int64"
        case .double: "double"
        case .string: "string"
        case .date: "date"
        case .bytes: "bytes"
        case .opaque: "opaque"
        case .list: "list"
        case .map: "map"
        }
    }

    static func text(_ value: SessionValue, depth: Int = 0) -> String {
        switch value {
        case .null: return "null"
        case .bool(let truth): return truth ? "true" : "false"
        case .int32(let number): return "\(number)"
        case .int64(let number): return "\(number)"
        case .double(let number): return "\(number)"
        case .string(let text): return text
        case .date(let milliseconds):
            return HTTPDate.string(unixSeconds: milliseconds / 1_000)
        case .bytes(let bytes): return "\(bytes.count) bytes"
        case .opaque(let type, let payload): return "type \(type), \(payload.count) bytes"
        case .list(let items):
            if depth >= Self.depthMax { return "[…]" }
            let shown = items.prefix(Self.itemCountMax).map { Self.text($0, depth: depth + 1) }
            return "[\(shown.joined(separator: ", "))]"
        case .map(let entries):
            if depth >= Self.depthMax { return "{…}" }
            let shown = entries.prefix(Self.itemCountMax).map {
                "\(Self.text($0.key, depth: depth + 1))=\(Self.text($0.value, depth: depth + 1))"
            }
            return "{\(shown.joined(separator: ", "))}"
        }
    }
}
