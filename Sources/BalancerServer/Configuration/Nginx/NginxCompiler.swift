package import Base
import LoadBalancing
import SystemInterface

/// What the command line adds to a configuration.
package struct ConfigurationOverrides: Sendable {
    /// `-p`: where relative paths start; nil for the default.
    package var prefix: String?
    /// `-g`: directives before those of the file.
    package var directives = ""
    /// `-e`: the error log when the file names none.
    package var errorLogPath: String?

    /// Nothing added.
    package init() {}

    /// Where relative paths start without `-p`.
    package static let defaultPrefix = "/etc/holdfast/"
}

/// Turns nginx's language into the model.
///
/// A block is read in two rounds: first the settings that inner blocks inherit, wherever they stand
/// in it, then what depends on them (locations, rewrite steps). Names that may be used before they
/// are made (maps, upstreams, variables that requests set) are declared before both.
package final class NginxCompiler {
    let reader: ConfigurationReader
    let prefix: String
    let overrides: ConfigurationOverrides
    var texts = ConfigurationTexts()
    var notices: [Diagnostic] = []
    var pieces = ConfigurationPieces()

    var mapIndex: [String: Int] = [:]
    var slotIndex: [String: Int] = [:]
    var upstreamIndex: [String: Int] = [:]
    var formats: [String: LogFormat] = [:]
    var logFileIndex: [LogDestination: Int] = [:]
    var servers: [(block: NginxBlock, server: VirtualServer)] = []
    var hasEvents = false
    var process = ProcessSettings()
    var isErrorLogSet = false

    private init(reader: ConfigurationReader, prefix: String, overrides: ConfigurationOverrides) {
        self.reader = reader
        self.prefix = prefix
        self.overrides = overrides
    }

    /// Reads and compiles the file at `path`.
    ///
    /// - Throws: the first mistake, with its place.
    package static func compile(
        path: String, overrides: ConfigurationOverrides = ConfigurationOverrides(),
        reader: ConfigurationReader
    ) throws(Diagnostic) -> BalancerConfiguration {
        var prefix = overrides.prefix ?? ConfigurationOverrides.defaultPrefix
        if !prefix.hasSuffix("/") { prefix += "/" }
        let full = path.hasPrefix("/") ? path : prefix + path
        let folder = full.lastIndex(of: "/").map { String(full[...$0]) } ?? prefix
        let compiler = NginxCompiler(reader: reader, prefix: prefix, overrides: overrides)
        var parser = NginxParser(reader: reader, folder: folder)
        var tree: [NginxDirective] = []
        if !overrides.directives.isEmpty {
            tree = try parser.parse(path: "command line", text: Array(overrides.directives.utf8))
        }
        tree += try parser.parse(path: full)
        compiler.texts = parser.texts
        return try compiler.compile(tree)
    }

    private func compile(
        _ tree: [NginxDirective]
    ) throws(Diagnostic) -> BalancerConfiguration {
        var main = NginxBlock()
        main.process.prefix = self.prefix
        if let path = self.overrides.errorLogPath {
            main.process.errorLog.target =
                path == "stderr" ? .standardError : .file(self.path(path))
        }
        main.settings.errorLog = main.process.errorLog
        try self.run(tree, in: &main)
        guard self.hasEvents else {
            throw Diagnostic(
                file: self.texts.sources.last?.path ?? "",
                message: "no \"events\" section in configuration")
        }
        let listeners = try self.makeListeners()
        return BalancerConfiguration(
            dialect: .nginx, process: main.process, listeners: listeners, pieces: self.pieces,
            notices: self.notices, sources: self.texts.sources)
    }

    /// Runs the directives of one block: settings first, then what depends on them.
    func run(
        _ directives: [NginxDirective], in block: inout NginxBlock
    ) throws(Diagnostic) {
        for directive in directives {
            let rule = try self.rule(for: directive, in: &block)
            if !rule.isLate { try rule.action(&block, directive, self) }
        }
        for directive in directives {
            guard let rule = NginxRules.all[directive.name], rule.isLate else { continue }
            try rule.action(&block, directive, self)
        }
    }

    /// The rule of a directive that may stand here, in nginx's order of questions.
    private func rule(
        for directive: NginxDirective, in block: inout NginxBlock
    ) throws(Diagnostic) -> NginxRule {
        let name = directive.name
        guard let rule = NginxRules.all[name] else {
            let hint = NginxRules.nearest(to: name).map { "; did you mean \"\($0)\"?" } ?? ""
            throw self.mistake(directive.place, "unknown directive \"\(name)\"\(hint)")
        }
        guard !rule.contexts.isDisjoint(with: block.context) else {
            throw self.mistake(directive.place, "\"\(name)\" directive is not allowed here")
        }
        if rule.isBlock, directive.block == nil {
            throw self.mistake(directive.end, "directive \"\(name)\" has no opening \"{\"")
        }
        if !rule.isBlock, !rule.isBlockSometimes, directive.block != nil {
            throw self.mistake(
                directive.place, "directive \"\(name)\" is not terminated by \";\"")
        }
        guard rule.argumentCount.contains(directive.arguments.count) else {
            throw self.mistake(
                directive.place, "invalid number of arguments in \"\(name)\" directive")
        }
        if !rule.isRepeatable, !block.seen.insert(name).inserted {
            throw self.mistake(directive.place, "\"\(name)\" directive is duplicate")
        }
        return rule
    }
}
