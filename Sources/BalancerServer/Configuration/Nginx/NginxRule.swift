import Base

/// The kinds of blocks that a directive may stand in.
struct NginxContexts: OptionSet, Sendable {
    let rawValue: UInt32

    static let main = NginxContexts(rawValue: 1)
    static let events = NginxContexts(rawValue: 2)
    static let http = NginxContexts(rawValue: 4)
    static let server = NginxContexts(rawValue: 8)
    static let location = NginxContexts(rawValue: 16)
    /// An `if` in a server.
    static let serverIf = NginxContexts(rawValue: 32)
    /// An `if` in a location.
    static let locationIf = NginxContexts(rawValue: 64)
    static let upstream = NginxContexts(rawValue: 128)

    /// http, server and location: where most settings may stand.
    static let all: NginxContexts = [.http, .server, .location]
    /// The same and `if` in a location.
    static let allAndIf: NginxContexts = [.http, .server, .location, .locationIf]
}

/// What is known of a directive: where it may stand, how many words follow it, what it does.
struct NginxRule: Sendable {
    typealias Action =
        @Sendable (inout NginxBlock, NginxDirective, NginxCompiler) throws(Diagnostic) -> Void

    let contexts: NginxContexts
    let argumentCount: ClosedRange<Int>
    /// Whether it opens a block.
    var isBlock = false
    /// Whether that depends on where it stands (`server`), so that the action looks.
    var isBlockSometimes = false
    /// Whether a second one in the same block is no mistake.
    var isRepeatable = false
    /// Whether it waits until all settings of its block are known (`location`, rewrite steps).
    var isLate = false
    let action: Action

    init(
        _ contexts: NginxContexts, _ argumentCount: ClosedRange<Int>, isBlock: Bool = false,
        isRepeatable: Bool = false, isLate: Bool = false, action: @escaping Action
    ) {
        self.contexts = contexts
        self.argumentCount = argumentCount
        self.isBlock = isBlock
        self.isRepeatable = isRepeatable
        self.isLate = isLate
        self.action = action
    }

    /// Any number of words from `minimum` on.
    static func many(_ minimum: Int) -> ClosedRange<Int> { minimum...Int.max }

    // MARK: Common kinds

    /// `on` or `off` into a setting.
    static func flag(
        _ contexts: NginxContexts, _ path: any WritableKeyPath<NginxBlock, Bool> & Sendable
    ) -> NginxRule {
        NginxRule(contexts, 1...1) { block, directive, compiler throws(Diagnostic) in
            block[keyPath: path] = try compiler.flag(directive)
        }
    }

    /// A time into a setting; numbers without a unit are seconds.
    static func duration(
        _ contexts: NginxContexts, _ path: any WritableKeyPath<NginxBlock, Duration> & Sendable
    ) -> NginxRule {
        NginxRule(contexts, 1...1) { block, directive, compiler throws(Diagnostic) in
            block[keyPath: path] = try compiler.duration(directive.arguments[0])
        }
    }

    /// A number of bytes into a setting.
    static func size(
        _ contexts: NginxContexts, _ path: any WritableKeyPath<NginxBlock, Int> & Sendable
    ) -> NginxRule {
        NginxRule(contexts, 1...1) { block, directive, compiler throws(Diagnostic) in
            block[keyPath: path] = try compiler.size(directive.arguments[0])
        }
    }

    /// A number into a setting.
    static func number(
        _ contexts: NginxContexts, _ path: any WritableKeyPath<NginxBlock, Int> & Sendable
    ) -> NginxRule {
        NginxRule(contexts, 1...1) { block, directive, compiler throws(Diagnostic) in
            block[keyPath: path] = try compiler.number(directive.arguments[0])
        }
    }

    /// Read and left alone: it tunes something that is done in another way here.
    static func withoutEffect(
        _ contexts: NginxContexts, _ argumentCount: ClosedRange<Int> = 1...1
    ) -> NginxRule {
        NginxRule(contexts, argumentCount, isRepeatable: true) { _, _, _ throws(Diagnostic) in }
    }

    /// Read and left alone, which is said once at start-up: answers differ from nginx's.
    static func ignored(
        _ contexts: NginxContexts, _ argumentCount: ClosedRange<Int> = 1...1, _ reason: String
    ) -> NginxRule {
        NginxRule(contexts, argumentCount, isRepeatable: true) {
            _, directive, compiler throws(Diagnostic) in
            compiler.notice(directive.place, "\"\(directive.name)\" is without effect: \(reason)")
        }
    }

    /// Known but refused: to leave it out silently would change who may do what.
    static func refused(_ contexts: NginxContexts, _ reason: String) -> NginxRule {
        NginxRule(contexts, Self.many(0), isRepeatable: true) {
            _, directive, compiler throws(Diagnostic) in
            throw compiler.mistake(
                directive.place, "\"\(directive.name)\" is not supported: \(reason)")
        }
    }
}
