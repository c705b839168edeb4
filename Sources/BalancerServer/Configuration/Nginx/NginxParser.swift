package import Base
import SystemInterface

/// A directive of nginx's language with its arguments and, for blocks, what is in them.
package struct NginxDirective: Sendable {
    /// The first word.
    package let name: String
    /// Where the first word is.
    package let place: ConfigurationPlace
    /// The other words.
    package let arguments: [NginxToken]
    /// What stands between the braces; nil when the directive ended with `;`.
    package let block: [NginxDirective]?
    /// Where the closing brace is; for `;` where that is.
    package let end: ConfigurationPlace

    /// The text of an argument; traps when there are not so many, which the rules have checked.
    package func text(_ index: Int) -> String { self.arguments[index].text }
}

/// Reads nginx's files into a tree, with the files that `include` names put in their places.
package struct NginxParser {
    /// The files read so far, also after an error.
    package private(set) var texts = ConfigurationTexts()

    private let reader: ConfigurationReader
    private let folder: String
    private var depth = 0

    /// How deep blocks may be nested.
    static let blockDepthMax = 100

    /// Relative includes start from `folder`, the folder of the main file (nginx's conf prefix).
    package init(reader: ConfigurationReader, folder: String) {
        self.reader = reader
        self.folder = folder
    }

    /// Reads a file and all that it includes.
    ///
    /// - Throws: the first mistake, with its place.
    package mutating func parse(path: String) throws(Diagnostic) -> [NginxDirective] {
        let bytes: [UInt8]
        do {
            bytes = try self.reader.read(path)
        } catch {
            throw Diagnostic(
                file: path, message: "open() \"\(path)\" failed (\(error.rawValue): \(error))")
        }
        return try self.parse(path: path, text: bytes)
    }

    /// Reads a text that was not in a file, such as what `-g` gives.
    package mutating func parse(
        path: String, text: [UInt8]
    ) throws(Diagnostic) -> [NginxDirective] {
        let file = self.texts.add(path, text)
        var lexer = NginxLexer(self.texts, file: file)
        return try self.directives(&lexer, isBlock: false, depth: 0).directives
    }

    private mutating func directives(
        _ lexer: inout NginxLexer, isBlock: Bool, depth: Int
    ) throws(Diagnostic) -> (directives: [NginxDirective], end: ConfigurationPlace) {
        var directives: [NginxDirective] = []
        while true {
            guard let token = try lexer.next() else {
                if isBlock {
                    throw self.texts.diagnostic(
                        lexer.place, "unexpected end of file, expecting \"}\"")
                }
                return (directives, lexer.place)
            }
            switch token.kind {
            case .semicolon: throw self.texts.diagnostic(token.place, "unexpected \";\"")
            case .openBrace: throw self.texts.diagnostic(token.place, "unexpected \"{\"")
            case .closeBrace:
                guard isBlock else {
                    throw self.texts.diagnostic(token.place, "unexpected \"}\"")
                }
                return (directives, token.place)
            case .word:
                let directive = try self.directive(token, &lexer, depth: depth)
                if directive.name == "include" {
                    directives += try self.include(directive)
                } else {
                    directives.append(directive)
                }
            }
        }
    }

    private mutating func directive(
        _ name: NginxToken, _ lexer: inout NginxLexer, depth: Int
    ) throws(Diagnostic) -> NginxDirective {
        var arguments: [NginxToken] = []
        while let token = try lexer.next() {
            switch token.kind {
            case .word: arguments.append(token)
            case .semicolon:
                return NginxDirective(
                    name: name.text, place: name.place, arguments: arguments, block: nil,
                    end: token.place)
            case .closeBrace: throw self.texts.diagnostic(token.place, "unexpected \"}\"")
            case .openBrace:
                guard depth < Self.blockDepthMax else {
                    throw self.texts.diagnostic(token.place, "blocks are nested too deep")
                }
                let block = try self.directives(&lexer, isBlock: true, depth: depth + 1)
                return NginxDirective(
                    name: name.text, place: name.place, arguments: arguments,
                    block: block.directives, end: block.end)
            }
        }
        throw self.texts.diagnostic(
            lexer.place, "unexpected end of file, expecting \";\" or \"}\"")
    }

    private mutating func include(
        _ directive: NginxDirective
    ) throws(Diagnostic) -> [NginxDirective] {
        guard directive.block == nil else {
            throw self.texts.diagnostic(
                directive.place, "directive \"include\" is not terminated by \";\"")
        }
        guard directive.arguments.count == 1 else {
            throw self.texts.diagnostic(
                directive.place, "invalid number of arguments in \"include\" directive")
        }
        guard self.depth < ConfigurationReader.includeDepthMax else {
            throw self.texts.diagnostic(directive.place, "files include each other too deep")
        }
        let name = directive.text(0)
        let path = name.hasPrefix("/") ? name : self.folder + name
        self.depth += 1
        defer { self.depth -= 1 }
        var directives: [NginxDirective] = []
        for file in self.reader.expand(path) {
            guard self.texts.sources.count < ConfigurationReader.fileCountMax else {
                throw self.texts.diagnostic(directive.place, "too many files are included")
            }
            let bytes: [UInt8]
            do {
                bytes = try self.reader.read(file)
            } catch {
                throw self.texts.diagnostic(
                    directive.arguments[0].place,
                    "open() \"\(file)\" failed (\(error.rawValue): \(error))")
            }
            directives += try self.parse(path: file, text: bytes)
        }
        return directives
    }
}
