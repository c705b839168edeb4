import ExpressionLanguage

// Standard actions (Jakarta Pages 3.1, chapter 5).
extension CodeParser {
    /// The statement for an action.
    mutating func action(_ part: ActionPart) throws(ScriptFailure) -> any StatementNode {
        switch part.name {
        case "jsp:include", "jsp:forward":
            let page = try self.attribute("page", of: part.attributes, part)
            var parameters: [(name: AttributeValue, value: AttributeValue)] = []
            for attributes in part.parameters {
                parameters.append(
                    (
                        try self.attribute("name", of: attributes, part),
                        try self.attribute("value", of: attributes, part)
                    ))
            }
            return DispatchStatement(
                page: page, parameters: parameters, isForward: part.name == "jsp:forward",
                position: part.position)
        default:
            throw .mistake(
                "the action \(part.name) is not supported; known are jsp:include, jsp:forward, "
                    + "jsp:param", at: part.position)
        }
    }

    private mutating func attribute(
        _ name: String, of attributes: [PageAttribute], _ part: ActionPart
    ) throws(ScriptFailure) -> AttributeValue {
        guard let attribute = attributes.first(where: { $0.name == name }) else {
            throw .mistake(
                "\(part.name) needs the attribute \(name)",
                at: attributes.first?.position ?? part.position)
        }
        return AttributeValue(
            parts: try self.parts(attribute), position: attribute.valuePosition)
    }

    private mutating func parts(
        _ attribute: PageAttribute
    ) throws(ScriptFailure) -> [AttributeValue.Part] {
        let value = attribute.value
        if value.hasPrefix("<%="), value.hasSuffix("%>") {
            let code = Array(value.dropFirst(3).dropLast(2).utf8)
            var lexer = CodeLexer(code, at: attribute.valuePosition)
            var tokens = try lexer.tokens()
            tokens.append(CodeToken(kind: .end, position: attribute.valuePosition))
            let outer = self.cursor
            self.cursor = TokenCursor(tokens)
            defer { self.cursor = outer }
            return [.code(try self.expression())]
        }
        var parts: [AttributeValue.Part] = []
        var rest = value[...]
        while let start = rest.firstRange(of: "${"),
            let end = rest[start.upperBound...].firstIndex(of: "}")
        {
            if start.lowerBound > rest.startIndex {
                parts.append(.text(String(rest[..<start.lowerBound])))
            }
            do {
                parts.append(.language(try Expression(String(rest[start.upperBound..<end]))))
            } catch {
                throw .mistake(error.message, at: attribute.valuePosition)
            }
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }
}

extension Substring {
    /// Where `text` first stands.
    func firstRange(of text: String) -> Range<Index>? {
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].hasPrefix(text) {
                return start..<self.index(start, offsetBy: text.count)
            }
            start = self.index(after: start)
        }
        return nil
    }
}
