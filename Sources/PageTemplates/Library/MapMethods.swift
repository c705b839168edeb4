import ExpressionLanguage

/// The methods of maps.
enum MapMethods {
    static func call(
        _ map: MapObject, _ method: String, _ values: [Value], _ machine: Machine
    ) throws(ScriptFailure) -> Value {
        switch (method, values.count) {
        case ("size", 0): return .int(Int32(clamping: map.count))
        case ("isEmpty", 0): return .boolean(map.count == 0)
        case ("get", 1): return map.get(values[0]) ?? .null
        case ("getOrDefault", 2): return map.get(values[0]) ?? values[1]
        case ("containsKey", 1): return .boolean(map.get(values[0]) != nil)
        case ("containsValue", 1):
            return .boolean(map.insertionOrder.contains { $0.value.equals(values[0]) })
        case ("put", 2), ("putIfAbsent", 2):
            if method == "putIfAbsent", let old = map.get(values[0]) { return old }
            guard map.count < machine.limits.elementCountMax else {
                throw machine.limitReached("the map has too many entries", at: nil)
            }
            return map.put(values[0], values[1]) ?? .null
        case ("remove", 1): return map.remove(values[0]) ?? .null
        case ("clear", 0):
            map.removeAll()
            return .null
        case ("keySet", 0): return .list(ListObject(map.entries.map(\.key), kind: .set))
        case ("values", 0): return .list(ListObject(map.entries.map(\.value)))
        case ("keys", 0): return .object(IteratorObject(map.entries.map(\.key)))
        case ("entrySet", 0):
            return .list(
                ListObject(map.entries.map { .object(EntryObject(map, $0.key)) }, kind: .set))
        case ("putAll", 1):
            if case .map(let other) = values[0] {
                for entry in other.insertionOrder { map.put(entry.key, entry.value) }
            }
            return .null
        default:
            throw .noSuchMethod(
                method, of: map.typeName,
                near: [
                    "size", "get", "put", "remove", "containsKey", "keySet", "entrySet", "values",
                ])
        }
    }
}

/// A `java.util.Map.Entry`.
final class EntryObject: HostObject {
    let typeName = "java.util.Map$Entry"
    private let map: MapObject
    private let key: Value

    init(_ map: MapObject, _ key: Value) {
        self.map = map
        self.key = key
    }

    func call(_ method: String, _ arguments: [Value]) throws(ScriptFailure) -> Value {
        switch (method, arguments.count) {
        case ("getKey", 0): return self.key
        case ("getValue", 0): return self.map.get(self.key) ?? .null
        case ("setValue", 1): return self.map.put(self.key, arguments[0]) ?? .null
        case ("toString", 0): return .string(self.text)
        default:
            throw .noSuchMethod(
                method, of: self.typeName, near: ["getKey", "getValue", "setValue"])
        }
    }

    var text: String { "\(self.key.text)=\((self.map.get(self.key) ?? .null).text)" }
}
