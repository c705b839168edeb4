package import Base
import HTTPProtocol
import SystemInterface

/// Turns variables and texts with variables into bytes for one request.
///
/// Values go straight into the output buffer. A variable without a value adds nothing and says so.
package enum VariableEvaluator {
    /// How deep maps may use maps; deeper is taken as empty.
    static let mapDepthMax = 16

    /// Appends a text with its variables' values.
    package static func append(
        _ value: ComplexValue, of request: any RequestView, to output: ByteBuffer
    ) {
        for part in value.parts {
            switch part {
            case .text(let bytes): output.append(bytes)
            case .variable(let reference): _ = self.append(reference, of: request, to: output)
            }
        }
    }

    /// A text with its variables' values, as bytes of its own.
    package static func bytes(_ value: ComplexValue, of request: any RequestView) -> [UInt8] {
        if let constant = value.constant { return constant }
        let output = ByteBuffer(capacity: 64)
        self.append(value, of: request, to: output)
        return output.bytes.makeArray()
    }

    /// A text with its variables' values, as text.
    package static func string(_ value: ComplexValue, of request: any RequestView) -> String {
        String(decoding: self.bytes(value, of: request), as: UTF8.self)
    }

    /// Whether a condition such as `if=$value` holds: neither empty nor `0`.
    package static func isTrue(_ value: ComplexValue, of request: any RequestView) -> Bool {
        let bytes = self.bytes(value, of: request)
        return !bytes.isEmpty && bytes != [UInt8(ascii: "0")]
    }

    /// Appends the value of one variable.
    ///
    /// - Returns: false when it has none (a header that was not sent); nothing was appended then.
    package static func append(
        _ reference: VariableReference, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        switch reference {
        case .builtin(let builtin): return self.append(builtin, of: request, to: output)
        case .requestField(let name): return self.appendField(name, of: request, to: output)
        case .sentField(let name): return request.appendSentField(name, to: output)
        case .upstreamField(let name): return request.appendUpstreamField(name, to: output)
        case .upstreamCookie(let name): return request.appendUpstreamCookie(name, to: output)
        case .cookie(let name):
            let head = request.head
            guard let range = head.cookie(name) else { return false }
            output.append(head.bytes(range))
            return true
        case .argument(let name): return self.appendArgument(name, of: request, to: output)
        case .map(let index): return self.appendMap(index, of: request, to: output)
        case .slot(let index):
            guard let value = request.variables.slot(index) else { return false }
            output.append(value)
            return true
        case .capture(let group):
            guard let value = request.variables.capture(group) else { return false }
            output.append(value)
            return true
        case .environment(let value):
            output.append(value)
            return !value.isEmpty
        }
    }

    /// `$http_NAME`: several fields of a name are joined by `, `, cookies by `; `.
    private static func appendField(
        _ name: String, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        let head = request.head
        var isFound = false
        for field in head.fields where Self.isName(head.bytes(field.name), name) {
            if isFound { output.append(name == "cookie" ? "; " as StaticString : ", ") }
            output.append(head.bytes(field.value))
            isFound = true
        }
        return isFound
    }

    /// Whether a field has this name: `name` is in lower case, and `_` in fields counts as `-`.
    private static func isName(_ bytes: Span<UInt8>, _ name: String) -> Bool {
        let wanted = name.utf8
        guard bytes.count == wanted.count else { return false }
        var index = 0
        for byte in wanted {
            let found = bytes[index].asciiLowercased
            guard found == byte || (found == UInt8(ascii: "_") && byte == UInt8(ascii: "-")) else {
                return false
            }
            index += 1
        }
        return true
    }

    /// `$arg_NAME`: the first argument of that name, still encoded; names in any case.
    private static func appendArgument(
        _ name: String, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        let arguments = request.arguments
        let bytes = arguments.bytes
        let wanted = Array(name.utf8)
        var start = 0
        while start < bytes.count {
            let end = bytes.firstIndex(of: UInt8(ascii: "&"), from: start) ?? bytes.count
            if start + wanted.count < end, bytes[start + wanted.count] == UInt8(ascii: "="),
                wanted.indices.allSatisfy({
                    bytes[start + $0].asciiLowercased == wanted[$0].asciiLowercased
                })
            {
                output.append(bytes.extracting((start + wanted.count + 1)..<end))
                return true
            }
            start = end + 1
        }
        return false
    }

    private static func appendMap(
        _ index: Int, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        let state = request.variables
        let map = request.configuration.maps[index]
        if !map.isVolatile, let value = state.mapValue(index) {
            output.append(value)
            return !value.isEmpty
        }
        guard state.mapDepth < self.mapDepthMax else { return false }
        state.mapDepth += 1
        defer { state.mapDepth -= 1 }
        let key = self.bytes(map.source, of: request)
        let value = self.bytes(map.value(for: key, state: state), of: request)
        state.setMapValue(index, to: value)
        output.append(value)
        return !value.isEmpty
    }
}

extension VariableMap {
    /// The value that belongs to a key: exact, then masks, then patterns, then the default.
    package func value(for key: [UInt8], state: VariableState) -> ComplexValue {
        let lower = key.map(\.asciiLowercased)
        if let value = self.exact[lower] { return value }
        if self.matchesHostNames {
            var rest = lower[...]
            while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
                if let value = self.headWildcards[Array(rest[dot...])] { return value }
                rest = rest[(dot + 1)...]
            }
            rest = lower[...]
            while let dot = rest.lastIndex(of: UInt8(ascii: ".")) {
                if let value = self.tailWildcards[Array(rest[...dot])] { return value }
                rest = rest[..<dot]
            }
        }
        for entry in self.patterns where state.match(entry.pattern, key.span) {
            return entry.value
        }
        return self.defaultValue
    }
}
