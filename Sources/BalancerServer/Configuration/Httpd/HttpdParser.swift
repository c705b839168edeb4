import Base

/// A word of httpd's language.
struct HttpdWord: Equatable, Sendable {
    let text: String
    let place: ConfigurationPlace
}

/// A directive of httpd's language; for sections with what is in them.
struct HttpdDirective: Sendable {
    /// As written; compare in lower case.
    let name: String
    let place: ConfigurationPlace
    let arguments: [HttpdWord]
    /// The directives of a `<Section>`; nil for a plain directive.
    let block: [HttpdDirective]?

    /// The name in lower case: httpd's names have no case.
    var key: String { self.name.lowercased() }
}

/// Reads httpd's files into a tree: one directive a line, `\` at the end joins lines, `#` begins a
/// comment only at the beginning of a line, `"…"` and `'…'` hold words together, `<Section …>` and
/// `</Section>` nest, `${NAME}` is replaced by what `Define` or the environment says.
struct HttpdParser {
    /// The files read so far, also after an error.
    private(set) var texts = ConfigurationTexts()

    private let reader: ConfigurationReader
    /// Where relative includes start (`ServerRoot`).
    private(set) var serverRoot: String
    private var defines: [String: String] = [:]
    private var depth = 0

    /// The longest line, joined ones together, as in httpd.
    static let lineByteCountMax = 16 << 20

    init(reader: ConfigurationReader, serverRoot: String) {
        self.reader = reader
        self.serverRoot = serverRoot
    }

    /// Where one line of a file is.
    private struct Line {
        var bytes: [UInt8]
        var number: Int
        var file: Int
        /// The first byte that is not a blank.
        var start: Int
    }

    /// The lines of one file that are left.
    private struct Source {
        var file: Int
        var bytes: [UInt8]
        var index = 0
        var number = 0
    }

    mutating func parse(path: String) throws(Diagnostic) -> [HttpdDirective] {
        let bytes: [UInt8]
        do {
            bytes = try self.reader.read(path)
        } catch {
            throw Diagnostic(
                file: path, message: "Could not open configuration file \(path): \(error)")
        }
        return try self.parse(path: path, bytes: bytes)
    }

    private mutating func parse(
        path: String, bytes: [UInt8]
    ) throws(Diagnostic) -> [HttpdDirective] {
        var source = Source(file: self.texts.add(path, bytes), bytes: bytes)
        return try self.directives(&source, section: nil)
    }

    private mutating func directives(
        _ source: inout Source, section: HttpdDirective?
    ) throws(Diagnostic) -> [HttpdDirective] {
        var directives: [HttpdDirective] = []
        while let line = try self.nextLine(&source) {
            guard let first = self.words(of: line).first else { continue }
            if first.text.hasPrefix("</") {
                try self.checkEnd(line, section)
                return directives
            }
            if first.text.hasPrefix("<") {
                let opened = try self.sectionHead(line)
                guard self.depth < NginxParser.blockDepthMax else {
                    throw self.texts.diagnostic(opened.place, "sections are nested too deep")
                }
                let isTaken = self.isTaken(opened)
                if isTaken == false {
                    try self.passOver(opened, &source)
                    continue
                }
                self.depth += 1
                let block = try self.directives(&source, section: opened)
                self.depth -= 1
                if isTaken == true {
                    directives += block
                } else {
                    directives.append(
                        HttpdDirective(
                            name: opened.name, place: opened.place, arguments: opened.arguments,
                            block: block))
                }
                continue
            }
            try self.plain(line, into: &directives)
        }
        if let section {
            throw self.texts.diagnostic(section.place, "<\(section.name)> was not closed.")
        }
        return directives
    }

    private mutating func plain(
        _ line: Line, into directives: inout [HttpdDirective]
    ) throws(Diagnostic) {
        let words = self.words(of: line)
        let directive = HttpdDirective(
            name: words[0].text, place: words[0].place, arguments: Array(words.dropFirst()),
            block: nil)
        switch directive.key {
        case "define":
            guard let name = directive.arguments.first?.text else { break }
            self.defines[name] =
                directive.arguments.count > 1 ? directive.arguments[1].text : ""
            return
        case "undefine":
            if let name = directive.arguments.first?.text { self.defines[name] = nil }
            return
        case "serverroot":
            if let root = directive.arguments.first?.text {
                self.serverRoot = root.hasSuffix("/") ? root : root + "/"
            }
        case "include", "includeoptional":
            directives += try self.include(directive)
            return
        default: break
        }
        directives.append(directive)
    }

    private mutating func include(
        _ directive: HttpdDirective
    ) throws(Diagnostic) -> [HttpdDirective] {
        guard directive.arguments.count == 1 else {
            throw self.texts.diagnostic(
                directive.place,
                "\(directive.name) takes one argument, Name(s) of the config file(s) to be included"
            )
        }
        guard self.depth < ConfigurationReader.includeDepthMax,
            self.texts.sources.count < ConfigurationReader.fileCountMax
        else {
            throw self.texts.diagnostic(
                directive.place,
                "Exceeded maximum include depth of "
                    + "\(ConfigurationReader.includeDepthMax), there appears to be a recursion")
        }
        let word = directive.arguments[0]
        let path = word.text.hasPrefix("/") ? word.text : self.serverRoot + word.text
        self.depth += 1
        defer { self.depth -= 1 }
        var directives: [HttpdDirective] = []
        let isOptional = directive.key == "includeoptional"
        let files = self.reader.expand(path)
        if files.isEmpty, !isOptional {
            throw self.texts.diagnostic(
                word.place, "No matches for the wildcard in '\(word.text)', failing")
        }
        for file in files {
            let bytes: [UInt8]
            do {
                bytes = try self.reader.read(file)
            } catch {
                if isOptional { continue }
                throw self.texts.diagnostic(
                    word.place, "Could not open configuration file \(file): \(error)")
            }
            directives += try self.parse(path: file, bytes: bytes)
        }
        return directives
    }

    // MARK: Sections that choose

    /// Whether what is in a section counts; nil for sections that do not choose.
    private func isTaken(_ section: HttpdDirective) -> Bool? {
        guard let argument = section.arguments.first?.text else { return nil }
        let isNegated = argument.hasPrefix("!")
        let name = isNegated ? String(argument.dropFirst()) : argument
        switch section.key {
        case "ifmodule":
            return HttpdModules.isKnown(name) != isNegated
        case "ifdefine":
            return (self.defines[name] != nil) != isNegated
        case "ifversion":
            return HttpdModules.versionHolds(section.arguments.map(\.text))
        case "iffile":
            let isThere = (try? self.reader.read(name)) != nil
            return isThere != isNegated
        default: return nil
        }
    }

    /// Reads to the end of a section that does not count: nothing in it is done, not even includes.
    private mutating func passOver(
        _ opened: HttpdDirective, _ source: inout Source
    ) throws(Diagnostic) {
        var open = [opened]
        while let line = try self.nextLine(&source) {
            guard let first = self.words(of: line).first else { continue }
            if first.text.hasPrefix("</") {
                try self.checkEnd(line, open.last)
                open.removeLast()
                if open.isEmpty { return }
            } else if first.text.hasPrefix("<") {
                open.append(try self.sectionHead(line))
            }
        }
        throw self.texts.diagnostic(opened.place, "<\(opened.name)> was not closed.")
    }

    private func checkEnd(
        _ line: Line, _ section: HttpdDirective?
    ) throws(Diagnostic) {
        let place = self.place(line, line.start)
        let text = String(decoding: line.bytes[line.start...], as: UTF8.self)
        let name = text.dropFirst(2).prefix { $0 != ">" && $0 != " " && $0 != "\t" }
        guard let section else {
            throw self.texts.diagnostic(place, "</\(name)> without matching <\(name)> section")
        }
        guard section.key == name.lowercased() else {
            throw self.texts.diagnostic(
                place, "Expected </\(section.name)> but saw </\(name)>")
        }
    }

    private func sectionHead(_ line: Line) throws(Diagnostic) -> HttpdDirective {
        var end = line.bytes.count
        while end > line.start, Self.isBlank(line.bytes[end - 1]) { end -= 1 }
        guard line.bytes[end - 1] == UInt8(ascii: ">") else {
            let text = String(decoding: line.bytes[line.start...], as: UTF8.self)
            let name = text.prefix { $0 != " " && $0 != "\t" }
            throw self.texts.diagnostic(
                self.place(line, line.start), "\(name)> directive missing closing '>'")
        }
        var inner = line
        inner.bytes = Array(line.bytes[..<(end - 1)])
        inner.bytes[line.start] = 0x20
        let words = self.words(of: inner)
        guard let first = words.first else {
            throw self.texts.diagnostic(self.place(line, line.start), "a section needs a name")
        }
        return HttpdDirective(
            name: first.text, place: first.place, arguments: Array(words.dropFirst()), block: nil)
    }

    // MARK: Lines and words

    private func place(_ line: Line, _ offset: Int) -> ConfigurationPlace {
        ConfigurationPlace(file: line.file, line: line.number, column: offset + 1)
    }

    /// The next line with something on it, continued lines joined.
    private func nextLine(_ source: inout Source) throws(Diagnostic) -> Line? {
        while source.index < source.bytes.count {
            var bytes: [UInt8] = []
            let number = source.number + 1
            while source.index < source.bytes.count {
                let end =
                    source.bytes[source.index...].firstIndex(of: 0x0A) ?? source.bytes.count
                var piece = source.bytes[source.index..<end]
                source.index = end + 1
                source.number += 1
                if piece.last == 0x0D { piece = piece.dropLast() }
                let isContinued = piece.last == UInt8(ascii: "\\")
                bytes += isContinued ? piece.dropLast() : piece
                guard bytes.count <= Self.lineByteCountMax else {
                    throw self.texts.diagnostic(
                        ConfigurationPlace(file: source.file, line: number, column: 1),
                        "Line is too long")
                }
                if !isContinued { break }
            }
            guard let start = bytes.firstIndex(where: { !Self.isBlank($0) }),
                bytes[start] != UInt8(ascii: "#")
            else { continue }
            return Line(bytes: bytes, number: number, file: source.file, start: start)
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D
    }

    /// The words of a line. A backslash takes the special meaning from a quote or itself, inside
    /// quotes only, as in httpd.
    private func words(of line: Line) -> [HttpdWord] {
        var words: [HttpdWord] = []
        var index = line.start
        let bytes = line.bytes
        while index < bytes.count {
            if Self.isBlank(bytes[index]) {
                index += 1
                continue
            }
            let start = index
            var text: [UInt8] = []
            let quote = bytes[index]
            if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                index += 1
                while index < bytes.count, bytes[index] != quote {
                    if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count,
                        bytes[index + 1] == quote || bytes[index + 1] == UInt8(ascii: "\\")
                    {
                        index += 1
                    }
                    text.append(bytes[index])
                    index += 1
                }
                index += 1
            } else {
                while index < bytes.count, !Self.isBlank(bytes[index]) {
                    text.append(bytes[index])
                    index += 1
                }
            }
            words.append(
                HttpdWord(
                    text: self.expanded(String(decoding: text, as: UTF8.self)),
                    place: self.place(line, start)))
        }
        return words
    }

    private func value(of name: String) -> String? {
        self.defines[name] ?? self.reader.environment(name)
    }

    /// `${NAME}` replaced where the name is defined, by `Define` first and else in the environment.
    private func expanded(_ text: String) -> String {
        guard text.holds("${") else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            guard rest.hasPrefix("${"), let close = rest.firstIndex(of: "}"),
                let value = self.value(of: String(rest[rest.index(dollar, offsetBy: 2)..<close]))
            else {
                result.append("$")
                rest = rest.dropFirst()
                continue
            }
            result += value
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

/// Which of httpd's modules have their place here: what `<IfModule>` asks.
enum HttpdModules {
    private static let known: Set<String> = [
        "access_compat", "alias", "auth_basic", "authn_core", "authz_core", "authz_host", "dir",
        "env", "headers", "http", "lbmethod_bybusyness", "lbmethod_byrequests",
        "lbmethod_bytraffic", "log_config", "mime", "mpm_event", "mpm_worker", "proxy",
        "proxy_balancer", "proxy_http", "setenvif", "slotmem_shm", "so", "unixd", "version",
        "watchdog", "core", "systemd", "reqtimeout", "logio", "filter",
    ]

    /// Whether `mod_NAME.c`, `NAME_module` or `NAME` is one of them.
    static func isKnown(_ name: String) -> Bool {
        var name = name.lowercased()
        if name.hasPrefix("mod_") { name.removeFirst(4) }
        if name.hasSuffix(".c") { name.removeLast(2) }
        if name.hasSuffix("_module") { name.removeLast(7) }
        return self.known.contains(name)
    }

    /// `<IfVersion >= 2.4>` for the version whose configurations are understood: 2.4.62.
    static func versionHolds(_ words: [String]) -> Bool {
        let mark = words.count > 1 ? words[0] : "="
        guard let text = words.last else { return false }
        let wanted = text.split(separator: ".").compactMap { Int($0) }
        let own = Array([2, 4, 62].prefix(max(1, wanted.count)))
        switch mark {
        case ">=": return !own.lexicographicallyPrecedes(wanted)
        case ">": return wanted.lexicographicallyPrecedes(own)
        case "<=": return !wanted.lexicographicallyPrecedes(own)
        case "<": return own.lexicographicallyPrecedes(wanted)
        case "!=": return own != wanted
        default: return own == wanted
        }
    }
}
