package import Base

/// Where something stands in an XML file: line and column in bytes, both from 1.
package struct XMLPlace: Equatable, Sendable {
    /// Line and column, from 1.
    package var line: Int, column: Int

    /// Names a place.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// An attribute of an element and where its name stands.
package struct XMLAttribute: Equatable, Sendable {
    /// Its name, prefix included.
    package let name: String
    /// Its value, entities and `${…}` properties replaced.
    package var value: String
    /// Where its name stands.
    package let place: XMLPlace
}

/// An element with all that is in it.
package struct XMLElement: Equatable, Sendable {
    /// Its name without a namespace prefix.
    package let name: String
    /// Its attributes in the order they were written.
    package var attributes: [XMLAttribute]
    /// Its child elements in order.
    package var children: [XMLElement] = []
    /// The text directly in it, put together, white space at both ends taken off.
    package var text = ""
    /// Where its `<` stands.
    package let place: XMLPlace

    /// The attribute of a name, or nil.
    package func attribute(_ name: String) -> XMLAttribute? {
        self.attributes.first { $0.name == name }
    }

    /// The value of the attribute of a name, or nil.
    package subscript(name: String) -> String? { self.attribute(name)?.value }

    /// The children of a name, in order.
    package func children(_ name: String) -> [XMLElement] {
        self.children.filter { $0.name == name }
    }

    /// The text of the first child of a name, or nil when there is none.
    package func childText(_ name: String) -> String? {
        self.children.first { $0.name == name }?.text
    }
}

/// A whole XML file as a tree, with its source for error messages.
package struct XMLDocument: Sendable {
    /// The file as the user named it.
    package let file: String
    /// The outermost element.
    package var root: XMLElement
    /// The file's bytes.
    package let source: [UInt8]

    /// A mistake at a place in the file.
    package func diagnostic(_ place: XMLPlace, _ message: String) -> Diagnostic {
        Self.diagnostic(file: self.file, source: self.source, place, message)
    }

    static func diagnostic(
        file: String, source: [UInt8], _ place: XMLPlace, _ message: String
    ) -> Diagnostic {
        let lines = source.split(separator: 0x0A, omittingEmptySubsequences: false)
        var text = ""
        if place.line >= 1, place.line <= lines.count {
            text = String(decoding: lines[place.line - 1].filter { $0 != 0x0D }, as: UTF8.self)
        }
        return Diagnostic(
            file: file, line: place.line, column: place.column, message: message, sourceLine: text)
    }
}
