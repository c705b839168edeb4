import Base

/// Looks at one element of a configuration file by the attribute table: checks the names, gives
/// typed values, and turns every mistake into a diagnostic with its place.
struct ElementReader {
    let document: XMLDocument
    let element: XMLElement
    let kind: ElementKind

    /// Checks all attribute names by the table; notices are added in the order of the file.
    ///
    /// - Throws: the first attribute that is refused or not known.
    init(
        _ element: XMLElement, _ kind: ElementKind, in document: XMLDocument,
        notices: inout [Diagnostic]
    ) throws(Diagnostic) {
        self.document = document
        self.element = element
        self.kind = kind
        if let uniform = AttributeTable.uniform[kind] {
            try self.apply(uniform, to: "<\(element.name)>", at: element.place, &notices)
            return
        }
        for attribute in element.attributes {
            if attribute.name.hasPrefix("xmlns") || attribute.name.hasPrefix("xsi:") { continue }
            guard let treatment = AttributeTable.treatment(of: attribute.name, in: kind) else {
                throw self.unknown(attribute)
            }
            let subject = "\(element.name) \(attribute.name)"
            try self.apply(treatment, to: subject, at: attribute.place, &notices)
        }
    }

    private func apply(
        _ treatment: AttributeTreatment, to subject: String, at place: XMLPlace,
        _ notices: inout [Diagnostic]
    ) throws(Diagnostic) {
        switch treatment {
        case .honoured: return
        case .ignored(let reason):
            notices.append(self.document.diagnostic(place, "\(subject) is ignored: \(reason)"))
        case .replaced(let reason):
            notices.append(self.document.diagnostic(place, "\(subject) is replaced: \(reason)"))
        case .refused(let reason):
            throw self.document.diagnostic(place, "\(subject) is refused: \(reason)")
        }
    }

    private func unknown(_ attribute: XMLAttribute) -> Diagnostic {
        let names = AttributeTable.names(of: self.kind)
        let lowered = attribute.name.lowercased()
        let near = names.filter {
            let name = $0.lowercased()
            return name == lowered || name.hasPrefix(lowered) || lowered.hasPrefix(name)
                || Self.distance(name, lowered) <= 2
        }
        let expected = near.isEmpty ? names : near
        let hint =
            expected.isEmpty
            ? "it has none" : "expected one of \(expected.joined(separator: ", "))"
        return self.document.diagnostic(
            attribute.place, "\(self.element.name) has no attribute \"\(attribute.name)\"; \(hint)")
    }

    /// The number of letters to change, add or drop to make one word of the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (index, letter) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (right[column] == letter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }

    /// A mistake at an attribute, or at the element when it has no such attribute.
    func mistake(_ name: String, _ message: String) -> Diagnostic {
        let place = self.element.attribute(name)?.place ?? self.element.place
        return self.document.diagnostic(place, message)
    }

    /// The value of an attribute, or nil.
    func text(_ name: String) -> String? { self.element[name] }

    /// The value of an attribute that must be there.
    func requiredText(_ name: String) throws(Diagnostic) -> String {
        guard let value = self.element[name] else {
            throw self.document.diagnostic(
                self.element.place, "\(self.element.name) needs the attribute \"\(name)\"")
        }
        return value
    }

    /// A whole number within a range, or nil when the attribute is not there.
    func integer(
        _ name: String, in range: ClosedRange<Int> = Int.min...Int.max
    ) throws(Diagnostic) -> Int? {
        guard let value = self.element[name] else { return nil }
        guard let number = Int(value.trimmedOfWhiteSpace), range.contains(number) else {
            let expected =
                range.lowerBound == .min || range.upperBound == .max
                ? "expected a whole number"
                : "expected a number from \(range.lowerBound) to \(range.upperBound)"
            throw self.mistake(name, "\(name)=\"\(value)\": \(expected)")
        }
        return number
    }

    /// True or false, or nil when the attribute is not there.
    func boolean(_ name: String) throws(Diagnostic) -> Bool? {
        guard let value = self.element[name] else { return nil }
        switch value.trimmedOfWhiteSpace.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: throw self.mistake(name, "\(name)=\"\(value)\": expected true or false")
        }
    }

    /// Milliseconds as a duration; zero and less mean without limit.
    func milliseconds(_ name: String) throws(Diagnostic) -> Duration? {
        guard let number = try self.integer(name, in: -1...86_400_000) else { return nil }
        return number <= 0 ? .seconds(86_400 * 365) : .milliseconds(number)
    }
}
