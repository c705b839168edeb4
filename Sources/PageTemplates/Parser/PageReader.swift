import Base
import ExpressionLanguage

/// What the page directives say.
package struct PageSettings: Equatable, Sendable {
    /// The value of Content-Type.
    package var contentType = "text/html"
    /// The page's and the answer's encoding, when it is named.
    package var encoding: String?
    /// Whether the page has a session.
    package var hasSession = true
    /// Whether the page is an error page, with `exception`.
    package var isErrorPage = false
    /// The page that takes over when this one fails.
    package var errorPage: String?
    /// Whether template text of white space only is left out.
    package var trimsWhitespace = false
}

/// Reads a page and its static includes into one list of words.
struct PageReader {
    /// How deep files may include each other.
    static let includeDepthMax = 16

    /// Gives the bytes of a file; `path` is as written, `from` the file that names it.
    let load: (_ path: String, _ from: String) -> (name: String, bytes: [UInt8])?
    /// The page's files, in the order they were met: name and contents.
    private(set) var files: [(name: String, bytes: [UInt8])] = []
    private(set) var settings = PageSettings()
    /// The words of the page.
    private(set) var tokens: [CodeToken] = []
    /// The words of the declarations, each followed by an end.
    private(set) var declarations: [CodeToken] = []
    private(set) var template = TemplateParts()
    private var prefixes: Set<String> = ["jsp"]
    private var hasLanguage = true

    init(load: @escaping (_ path: String, _ from: String) -> (name: String, bytes: [UInt8])?) {
        self.load = load
    }

    /// Reads the page `name`.
    mutating func read(_ name: String, _ bytes: [UInt8]) throws(ScriptFailure) {
        try self.readFile(name, bytes, depth: 0)
        let position = self.tokens.last?.position ?? .start
        self.tokens.append(CodeToken(kind: .end, position: position))
        self.declarations.append(CodeToken(kind: .end, position: position))
    }

    private mutating func readFile(
        _ name: String, _ bytes: [UInt8], depth: Int
    ) throws(ScriptFailure) {
        let file = self.files.count
        self.files.append((name, bytes))
        var lexer = PageLexer(bytes, file: file)
        while true {
            lexer.hasLanguage = self.hasLanguage
            lexer.actionPrefixes = self.prefixes
            guard let element = try lexer.next() else { return }
            switch element.kind {
            case .text(let text): self.appendText(text, at: element.position)
            case .declaration(let code):
                var words = CodeLexer(code, at: element.position)
                self.declarations += try words.tokens()
            case .scriptlet(let code):
                var words = CodeLexer(code, at: element.position)
                self.tokens += try words.tokens()
            case .expression(let code): try self.appendExpression(code, at: element.position)
            case .language(let text): try self.appendLanguage(text, at: element.position)
            case .directive(let name, let attributes):
                try self.directive(name, attributes, at: element.position, depth: depth)
            case .action(let name, let attributes, let isClosed):
                try self.action(name, attributes, isClosed, element.position, &lexer)
            case .actionEnd(let name):
                throw .mistake("</\(name)> closes nothing", at: element.position)
            }
        }
    }

    private mutating func appendText(_ text: [UInt8], at position: SourcePosition) {
        if text.isEmpty { return }
        if self.settings.trimsWhitespace, text.allSatisfy({ $0 <= 0x20 }) { return }
        self.tokens.append(CodeToken(kind: .text(text), position: position))
    }

    private mutating func appendExpression(
        _ code: [UInt8], at position: SourcePosition
    ) throws(ScriptFailure) {
        var lexer = CodeLexer(code, at: position)
        let words = try lexer.tokens()
        guard !words.isEmpty else { throw .mistake("<%= %> holds no expression", at: position) }
        self.tokens.append(CodeToken(kind: .expressionStart, position: position))
        self.tokens += words
        self.tokens.append(
            CodeToken(kind: .expressionEnd, position: words.last?.position ?? position))
    }

    private mutating func appendLanguage(
        _ text: String, at position: SourcePosition
    ) throws(ScriptFailure) {
        do {
            self.template.expressions.append(try Expression(text))
        } catch {
            let column = Int(position.column) + Int(error.position?.column ?? 1) - 1
            throw .mistake(
                error.message,
                at: SourcePosition(
                    file: Int(position.file), line: Int(position.line), column: column))
        }
        self.tokens.append(
            CodeToken(
                kind: .language(self.template.expressions.count - 1), position: position))
    }

    // MARK: Directives

    private mutating func directive(
        _ name: String, _ attributes: [PageAttribute], at position: SourcePosition, depth: Int
    ) throws(ScriptFailure) {
        switch name {
        case "page":
            for attribute in attributes { try self.pageAttribute(attribute) }
        case "include":
            guard let file = attributes.first(where: { $0.name == "file" }) else {
                throw .mistake("the include directive needs the attribute file", at: position)
            }
            guard depth < Self.includeDepthMax else {
                throw .mistake("files include each other too deeply", at: file.valuePosition)
            }
            let from = self.files[Int(position.file)].name
            guard let (path, bytes) = self.load(file.value, from) else {
                throw .mistake("there is no file \(file.value)", at: file.valuePosition)
            }
            try self.readFile(path, bytes, depth: depth + 1)
        case "taglib":
            let uri = attributes.first { $0.name == "uri" || $0.name == "tagdir" }
            throw .mistake(
                "the tag library \(uri?.value ?? "") is not there: tag libraries are not supported "
                    + "yet", at: uri?.valuePosition ?? position)
        default:
            throw .mistake(
                "unknown directive \(name); expected page, include or taglib", at: position)
        }
    }

    private mutating func pageAttribute(_ attribute: PageAttribute) throws(ScriptFailure) {
        switch attribute.name {
        case "language":
            guard attribute.value == "java" else {
                throw .mistake("the language of a page is java", at: attribute.valuePosition)
            }
        case "contentType":
            self.settings.contentType = attribute.value
            for part in attribute.value.split(separator: ";").dropFirst() {
                let pair = part.split(separator: "=").map { $0.filter { $0 != " " } }
                if pair.count == 2, pair[0].lowercased() == "charset" {
                    self.settings.encoding = pair[1]
                }
            }
        case "pageEncoding":
            if self.settings.encoding == nil { self.settings.encoding = attribute.value }
            if !["utf-8", "us-ascii", "iso-8859-1"].contains(attribute.value.lowercased()) {
                throw .mistake(
                    "pages are read as UTF-8, not \(attribute.value)", at: attribute.valuePosition)
            }
        case "session": self.settings.hasSession = try Self.truth(attribute)
        case "isErrorPage": self.settings.isErrorPage = try Self.truth(attribute)
        case "errorPage": self.settings.errorPage = attribute.value
        case "isELIgnored": self.hasLanguage = !(try Self.truth(attribute))
        case "trimDirectiveWhitespaces": self.settings.trimsWhitespace = try Self.truth(attribute)
        case "import", "info", "buffer", "autoFlush", "isThreadSafe", "extends",
            "deferredSyntaxAllowedAsLiteral", "errorOnELNotFound":
            break
        default:
            let known = [
                "language", "contentType", "pageEncoding", "session", "isErrorPage", "errorPage",
                "isELIgnored", "trimDirectiveWhitespaces", "import", "info", "buffer", "autoFlush",
            ]
            let hint = Suggestion.nearest(to: attribute.name, in: known)
            throw .mistake(
                "unknown attribute \(attribute.name) of the page directive"
                    + (hint.map { "; did you mean \($0)?" } ?? ""), at: attribute.position)
        }
    }

    private static func truth(_ attribute: PageAttribute) throws(ScriptFailure) -> Bool {
        switch attribute.value {
        case "true": return true
        case "false": return false
        default:
            throw .mistake("\(attribute.name) is true or false", at: attribute.valuePosition)
        }
    }

    // MARK: Actions

    private mutating func action(
        _ name: String, _ attributes: [PageAttribute], _ isClosed: Bool,
        _ position: SourcePosition, _ lexer: inout PageLexer
    ) throws(ScriptFailure) {
        var parameters: [[PageAttribute]] = []
        if !isClosed {
            while true {
                guard let element = try lexer.next() else {
                    throw .mistake("<\(name)> is never closed", at: position)
                }
                if case .actionEnd(let end) = element.kind, end == name { break }
                if case .action("jsp:param", let values, isClosed: true) = element.kind {
                    parameters.append(values)
                } else if case .text(let text) = element.kind, text.allSatisfy({ $0 <= 0x20 }) {
                    continue
                } else {
                    throw .mistake(
                        "only jsp:param can stand in <\(name)>", at: element.position)
                }
            }
        }
        self.template.actions.append(
            ActionPart(
                name: name, attributes: attributes, parameters: parameters, position: position))
        self.tokens.append(
            CodeToken(kind: .action(self.template.actions.count - 1), position: position))
    }
}
