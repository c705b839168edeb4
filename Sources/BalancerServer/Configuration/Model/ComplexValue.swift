/// A text with variables in it (`"$host:$server_port/"`), compiled to its parts.
package struct ComplexValue: Equatable, Sendable {
    /// A piece of the text.
    package enum Part: Equatable, Sendable {
        /// Bytes that stand for themselves.
        case text([UInt8])
        /// A variable, whose value at the time of evaluation is taken.
        case variable(VariableReference)
    }

    /// The pieces in order; no two texts stand side by side.
    package let parts: [Part]

    /// Joins neighbouring texts.
    package init(parts: [Part]) {
        var joined: [Part] = []
        for part in parts {
            if case .text(let bytes) = part {
                if bytes.isEmpty { continue }
                if case .text(let before)? = joined.last {
                    joined[joined.count - 1] = .text(before + bytes)
                    continue
                }
            }
            joined.append(part)
        }
        self.parts = joined
    }

    /// A text without variables.
    package init(_ text: String) { self.init(parts: [.text(Array(text.utf8))]) }

    /// The bytes when there is no variable in it, else nil.
    package var constant: [UInt8]? {
        if self.parts.isEmpty { return [] }
        guard self.parts.count == 1, case .text(let bytes) = self.parts[0] else { return nil }
        return bytes
    }

    /// Whether it is the empty text.
    package var isEmpty: Bool { self.parts.isEmpty }
}

/// A variable as the configuration names it, resolved to where its value comes from.
package enum VariableReference: Hashable, Sendable {
    /// One of the fixed names.
    case builtin(BuiltinVariable)
    /// `$http_NAME`: a field of the request, name in lower case with `-`.
    case requestField(String)
    /// `$sent_http_NAME`: a field of the answer.
    case sentField(String)
    /// `$upstream_http_NAME`: a field of the upstream's answer.
    case upstreamField(String)
    /// `$cookie_NAME`.
    case cookie(String)
    /// `$upstream_cookie_NAME`: a cookie that the upstream sets.
    case upstreamCookie(String)
    /// `$arg_NAME`.
    case argument(String)
    /// A variable made by `map`: the index of the map.
    case map(Int)
    /// A variable that requests set: its slot.
    case slot(Int)
    /// `$1`…`$9`: a group of the last regular expression that matched.
    case capture(Int)
    /// A variable of the process's environment at start-up (httpd's `${NAME}e`); its value.
    case environment(String)
}
