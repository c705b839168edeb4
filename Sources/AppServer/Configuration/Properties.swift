import Base

/// The values that `${name}` in configuration files stands for.
///
/// Looked up in order: what the start set (`catalina.base`…), `conf/catalina.properties`, the
/// environment. `${name:default}` has a default. What is not found stays as it is, as in Tomcat.
package struct Properties: Sendable {
    /// How many replacements one text may have, so that a value cannot grow for ever.
    package static let replacementCountMax = 100

    private var values: [String: String]
    private let environment: @Sendable (String) -> String?

    /// Starts with some values; `environment` is asked for all others.
    package init(
        _ values: [String: String] = [:],
        environment: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.values = values
        self.environment = environment
    }

    /// The value of a property, or nil.
    package subscript(name: String) -> String? { self.values[name] ?? self.environment(name) }

    /// Adds what a Java properties file says (`key=value`, `#` comments, `\` at a line's end);
    /// values that were set before stay.
    package mutating func add(propertiesFile text: String) {
        var pending = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = String(line).trimmedOfWhiteSpace
            if pending.isEmpty, trimmed.hasPrefix("#") || trimmed.hasPrefix("!") { continue }
            if trimmed.hasSuffix("\\") {
                pending += trimmed.dropLast()
                continue
            }
            let whole = pending + trimmed
            pending = ""
            guard let split = whole.firstIndex(where: { $0 == "=" || $0 == ":" }) else { continue }
            let name = String(whole[..<split]).trimmedOfWhiteSpace
            let value = String(whole[whole.index(after: split)...]).trimmedOfWhiteSpace
            if self.values[name] == nil { self.values[name] = value }
        }
    }

    /// The text with its `${…}` replaced.
    package func replace(in text: String) -> String {
        guard text.contains("${") else { return text }
        var result = ""
        var rest = text[...]
        var count = 0
        while let start = rest.firstRange(ofText: "${"),
            let end = rest[start.upperBound...].firstIndex(of: "}"),
            count < Self.replacementCountMax
        {
            count += 1
            result += rest[..<start.lowerBound]
            let inner = String(rest[start.upperBound..<end])
            result += self.value(ofReference: inner) ?? "${\(inner)}"
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private func value(ofReference inner: String) -> String? {
        if let value = self[inner] { return value }
        guard let colon = inner.firstIndex(of: ":") else { return nil }
        return self[String(inner[..<colon])] ?? String(inner[inner.index(after: colon)...])
    }

    /// Replaces the properties in all attributes and texts of an element and what is in it.
    package func replace(in element: inout XMLElement) {
        for index in element.attributes.indices {
            element.attributes[index].value = self.replace(in: element.attributes[index].value)
        }
        element.text = self.replace(in: element.text)
        for index in element.children.indices { self.replace(in: &element.children[index]) }
    }
}

extension Substring {
    /// Where a short text stands first.
    fileprivate func firstRange(ofText text: String) -> Range<Index>? {
        var index = self.startIndex
        while index < self.endIndex {
            if self[index...].hasPrefix(text) {
                return index..<self.index(index, offsetBy: text.count)
            }
            index = self.index(after: index)
        }
        return nil
    }
}
