import Base
import ExpressionLanguage

/// Cuts a page into its elements (Jakarta Pages 3.1, chapter 1).
struct PageLexer {
    /// The prefixes whose tags are actions; other tags are template text.
    var actionPrefixes: Set<String> = ["jsp"]
    /// Whether `${…}` is an expression; the page directive's isELIgnored says.
    var hasLanguage = true

    private let bytes: [UInt8]
    private let file: Int
    private var index = 0
    private var line = 1
    private var lineStart = 0

    /// Stands at the start of file number `file`.
    init(_ bytes: [UInt8], file: Int) {
        self.bytes = bytes
        self.file = file
        // A byte order mark is no part of the page.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.index = 3 }
    }

    private var position: SourcePosition {
        SourcePosition(file: self.file, line: self.line, column: self.index - self.lineStart + 1)
    }

    /// The next element, or nil at the end of the file.
    ///
    /// - Throws: a mistake with its place, such as a scriptlet without an end.
    mutating func next() throws(ScriptFailure) -> PageElement? {
        guard self.index < self.bytes.count else { return nil }
        if let element = try self.markup() { return element }
        let start = self.position
        return PageElement(kind: .text(try self.text()), position: start)
    }

    /// The element that begins here, nil when template text does. Comments are passed over.
    private mutating func markup() throws(ScriptFailure) -> PageElement? {
        while self.begins("<%--") { try self.skipComment() }
        guard self.index < self.bytes.count else {
            return PageElement(kind: .text([]), position: self.position)
        }
        if self.begins("<%@") { return try self.directive() }
        if self.begins("<%!") { return try self.code(3) { .declaration($0) } }
        if self.begins("<%=") { return try self.code(3) { .expression($0) } }
        if self.begins("<%"), !self.begins("<%%") { return try self.code(2) { .scriptlet($0) } }
        if self.hasLanguage, self.begins("${") { return try self.language() }
        if self.bytes[self.index] == UInt8(ascii: "<") { return try self.action() }
        return nil
    }

    // MARK: Template text

    private mutating func text() throws(ScriptFailure) -> [UInt8] {
        var text: [UInt8] = []
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            if byte == UInt8(ascii: "<") {
                if self.begins("<%%") || self.begins("<\\%") {
                    text += Array("<%".utf8)
                    self.advance(3)
                    continue
                }
                if self.begins("<%") || self.actionName() != nil { break }
            } else if self.hasLanguage {
                if self.begins("\\${") {
                    text += Array("${".utf8)
                    self.advance(3)
                    continue
                }
                if self.begins("${") { break }
            }
            text.append(byte)
            self.advance(1)
        }
        return text
    }

    private mutating func skipComment() throws(ScriptFailure) {
        let start = self.position
        guard let end = self.find("--%>", from: self.index + 4) else {
            throw .mistake("the comment has no end; expected --%>", at: start)
        }
        self.advance(end + 4 - self.index)
    }

    // MARK: Scripting

    private mutating func code(
        _ opening: Int, _ kind: ([UInt8]) -> PageElement.Kind
    ) throws(ScriptFailure) -> PageElement {
        let start = self.position
        guard let end = self.find("%>", from: self.index + opening) else {
            throw .mistake("the scripting element has no end; expected %>", at: start)
        }
        self.advance(opening)
        let position = self.position
        let code = Array(self.bytes[self.index..<end])
        self.advance(end + 2 - self.index)
        return PageElement(kind: kind(code), position: position)
    }

    private mutating func language() throws(ScriptFailure) -> PageElement {
        let start = self.position
        self.advance(2)
        let position = self.position
        let first = self.index
        var quote: UInt8?
        var index = self.index
        var depth = 0
        while index < self.bytes.count {
            let byte = self.bytes[index]
            if let open = quote {
                if byte == UInt8(ascii: "\\") {
                    index += 1
                } else if byte == open {
                    quote = nil
                }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                if depth == 0 {
                    self.advance(index + 1 - self.index)
                    let text = String(decoding: self.bytes[first..<index], as: UTF8.self)
                    return PageElement(kind: .language(text), position: position)
                }
                depth -= 1
            }
            index += 1
        }
        throw .mistake("the expression has no end; expected }", at: start)
    }

    // MARK: Directives and actions

    private mutating func directive() throws(ScriptFailure) -> PageElement {
        let start = self.position
        self.advance(3)
        self.skipSpace()
        let position = self.position
        let name = self.name()
        guard !name.isEmpty else {
            throw .mistake("expected the directive's name: page, include or taglib", at: position)
        }
        let attributes = try self.attributes(until: ["%>"], of: "directive", from: start)
        self.advance(2)
        return PageElement(kind: .directive(name, attributes), position: position)
    }

    private mutating func action() throws(ScriptFailure) -> PageElement? {
        guard let name = self.actionName() else { return nil }
        let start = self.position
        let isEnd = self.begins("</")
        self.advance(isEnd ? 2 : 1)
        let position = self.position
        self.advance(name.utf8.count)
        if isEnd {
            self.skipSpace()
            guard self.begins(">") else { throw .mistake("expected >", at: self.position) }
            self.advance(1)
            return PageElement(kind: .actionEnd(name), position: position)
        }
        let attributes = try self.attributes(until: ["/>", ">"], of: "tag", from: start)
        let isClosed = self.begins("/>")
        self.advance(isClosed ? 2 : 1)
        return PageElement(
            kind: .action(name, attributes, isClosed: isClosed), position: position)
    }

    /// The name of the action whose tag begins here, nil when none does.
    private func actionName() -> String? {
        var index = self.index + 1
        guard index < self.bytes.count else { return nil }
        if self.bytes[index] == UInt8(ascii: "/") { index += 1 }
        let start = index
        var colon: Int?
        while index < self.bytes.count, Self.isNameByte(self.bytes[index]) {
            if self.bytes[index] == UInt8(ascii: ":"), colon == nil { colon = index }
            index += 1
        }
        guard let colon, colon > start, index > colon + 1 else { return nil }
        let prefix = String(decoding: self.bytes[start..<colon], as: UTF8.self)
        guard self.actionPrefixes.contains(prefix) else { return nil }
        return String(decoding: self.bytes[start..<index], as: UTF8.self)
    }

    private mutating func attributes(
        until ends: [String], of what: String, from start: SourcePosition
    ) throws(ScriptFailure) -> [PageAttribute] {
        var attributes: [PageAttribute] = []
        while true {
            self.skipSpace()
            guard self.index < self.bytes.count else {
                throw .mistake("the \(what) has no end; expected \(ends[0])", at: start)
            }
            if ends.contains(where: self.begins) { return attributes }
            let position = self.position
            let name = self.name()
            self.skipSpace()
            guard !name.isEmpty, self.begins("=") else {
                throw .mistake("expected an attribute: name=\"value\"", at: position)
            }
            self.advance(1)
            self.skipSpace()
            attributes.append(try self.attributeValue(name, position))
        }
    }

    private mutating func attributeValue(
        _ name: String, _ position: SourcePosition
    ) throws(ScriptFailure) -> PageAttribute {
        guard self.begins("\"") || self.begins("'") else {
            throw .mistake("the value of \(name) stands in quotes", at: self.position)
        }
        let quote = self.bytes[self.index]
        let start = self.position
        self.advance(1)
        let valuePosition = self.position
        var value: [UInt8] = []
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            if byte == quote {
                self.advance(1)
                return PageAttribute(
                    name: name, value: String(decoding: value, as: UTF8.self), position: position,
                    valuePosition: valuePosition)
            }
            if byte == UInt8(ascii: "\\"), self.index + 1 < self.bytes.count,
                [quote, UInt8(ascii: "\\")].contains(self.bytes[self.index + 1])
            {
                self.advance(1)
            }
            value.append(self.bytes[self.index])
            self.advance(1)
        }
        throw .mistake("the value of \(name) has no end", at: start)
    }

    // MARK: Bytes

    private func begins(_ text: String) -> Bool {
        var index = self.index
        for byte in text.utf8 {
            guard index < self.bytes.count, self.bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private func find(_ text: String, from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        var index = start
        while index + wanted.count <= self.bytes.count {
            if self.bytes[index] == wanted[0],
                self.bytes[index..<(index + wanted.count)].elementsEqual(wanted)
            {
                return index
            }
            index += 1
        }
        return nil
    }

    private mutating func name() -> String {
        let start = self.index
        while self.index < self.bytes.count, Self.isNameByte(self.bytes[self.index]) {
            self.advance(1)
        }
        return String(decoding: self.bytes[start..<self.index], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte >= 0x80
            || [UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")]
                .contains(byte)
    }

    private mutating func skipSpace() {
        while self.index < self.bytes.count, self.bytes[self.index] <= 0x20 { self.advance(1) }
    }

    private mutating func advance(_ count: Int) {
        for _ in 0..<count {
            if self.bytes[self.index] == 0x0A {
                self.line += 1
                self.lineStart = self.index + 1
            }
            self.index += 1
        }
    }
}
