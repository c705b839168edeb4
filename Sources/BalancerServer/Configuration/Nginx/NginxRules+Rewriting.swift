import Base
import PatternMatching

extension NginxRules {
    private static let places: NginxContexts = [.server, .location, .serverIf, .locationIf]

    /// The rewrite phase: steps in the order written.
    static let rewriting: [String: NginxRule] = [
        "return": NginxRule(Self.places, 1...2, isRepeatable: true, isLate: true) {
            block, directive, compiler throws(Diagnostic) in
            block.steps.append(try compiler.answerStep(directive))
        },
        "rewrite": NginxRule(Self.places, 2...3, isRepeatable: true, isLate: true) {
            block, directive, compiler throws(Diagnostic) in
            block.steps.append(.rewrite(try compiler.rewriteRule(directive)))
        },
        "set": NginxRule(Self.places, 2...2, isRepeatable: true, isLate: true) {
            block, directive, compiler throws(Diagnostic) in
            let name = directive.text(0)
            guard name.hasPrefix("$"), name.count > 1 else {
                throw compiler.mistake(
                    directive.arguments[0].place, "invalid variable name \"\(name)\"")
            }
            let slot = compiler.slot(String(name.dropFirst()))
            block.steps.append(
                .set(slot: slot, value: try compiler.value(directive.arguments[1])))
        },
        "break": NginxRule(Self.places, 0...0, isRepeatable: true, isLate: true) {
            block, _, _ throws(Diagnostic) in
            block.steps.append(.stop)
        },
        "if": NginxRule(
            [.server, .location], NginxRule.many(1), isBlock: true, isRepeatable: true, isLate: true
        ) { block, directive, compiler throws(Diagnostic) in
            let condition = try compiler.condition(directive)
            let isInServer = block.context == .server
            var inner = block.inner(isInServer ? .serverIf : .locationIf)
            try compiler.run(directive.block ?? [], in: &inner)
            let location = compiler.makeLocation(
                inner, name: block.locationName, kind: .nameless)
            block.steps.append(.condition(condition, location))
        },
        "rewrite_log": .withoutEffect([.http, .server, .location, .serverIf, .locationIf]),
        "uninitialized_variable_warn": .withoutEffect(
            [.http, .server, .location, .serverIf, .locationIf]),
    ]
}

extension NginxCompiler {
    /// `return 404`, `return 301 URL`, `return URL`.
    func answerStep(_ directive: NginxDirective) throws(Diagnostic) -> RewriteStep {
        let first = directive.arguments[0]
        guard let status = ConfigurationUnits.number(first.text) else {
            let isAddress = ["http://", "https://", "$scheme"].contains { first.text.hasPrefix($0) }
            guard directive.arguments.count == 1, isAddress else {
                throw self.mistake(first.place, "invalid return code \"\(first.text)\"")
            }
            return .answer(status: 302, value: try self.value(first))
        }
        guard status <= 999 else {
            throw self.mistake(first.place, "invalid return code \"\(first.text)\"")
        }
        let value =
            directive.arguments.count > 1 ? try self.value(directive.arguments[1]) : nil
        return .answer(status: status, value: value)
    }

    func rewriteRule(_ directive: NginxDirective) throws(Diagnostic) -> RewriteRule {
        let pattern = try self.pattern(directive.text(0), directive.arguments[0].place)
        let target = directive.arguments[1]
        let isAddress = ["http://", "https://", "$scheme"].contains { target.text.hasPrefix($0) }
        var flag = isAddress ? RewriteRule.Flag.redirect : .next
        if directive.arguments.count == 3 {
            switch directive.text(2) {
            case "last": flag = .searchAgain
            case "break": flag = .stop
            case "redirect": flag = .redirect
            case "permanent": flag = .permanent
            default:
                throw self.mistake(
                    directive.arguments[2].place, "invalid parameter \"\(directive.text(2))\"")
            }
        }
        let dropsArguments = target.text.hasSuffix("?")
        let text = dropsArguments ? String(target.text.dropLast()) : target.text
        return RewriteRule(
            pattern: pattern, replacement: try self.value(text, target.place),
            keepsArguments: !dropsArguments, flag: flag)
    }

    /// The words between `if (` and `)`.
    func condition(_ directive: NginxDirective) throws(Diagnostic) -> RewriteCondition {
        var words = directive.arguments.map(\.text)
        func invalid(_ index: Int) -> Diagnostic {
            let token = directive.arguments[min(index, directive.arguments.count - 1)]
            return self.mistake(token.place, "invalid condition \"\(token.text)\"")
        }
        guard words[0].hasPrefix("(") else { throw invalid(0) }
        words[0].removeFirst()
        var firstIndex = 0
        if words[0].isEmpty {
            words.removeFirst()
            firstIndex = 1
        }
        guard let last = words.last, last.hasSuffix(")") else {
            throw invalid(directive.arguments.count - 1)
        }
        words[words.count - 1].removeLast()
        if words[words.count - 1].isEmpty { words.removeLast() }
        guard let first = words.first else { throw invalid(0) }
        let place = directive.arguments[firstIndex].place
        if first.hasPrefix("$"), first.count > 1 {
            let value = try self.value(first, place)
            if words.count == 1 { return .isSet(value) }
            guard words.count == 3 else { throw invalid(firstIndex + 1) }
            guard let found = try self.comparison(value, words[1], words[2], place) else {
                throw invalid(firstIndex + 1)
            }
            return found
        }
        guard words.count == 2, let test = Self.fileTests[first] else { throw invalid(firstIndex) }
        return .file(test.test, try self.value(words[1], place), isNegated: test.isNegated)
    }

    private func comparison(
        _ value: ComplexValue, _ mark: String, _ text: String, _ place: ConfigurationPlace
    ) throws(Diagnostic) -> RewriteCondition? {
        switch mark {
        case "=", "!=":
            return .equals(value, try self.value(text, place), isNegated: mark == "!=")
        case "~", "!~", "~*", "!~*":
            let pattern = try self.pattern(text, place, ignoresCase: mark.hasSuffix("*"))
            return .matches(value, pattern, isNegated: mark.hasPrefix("!"))
        default: return nil
        }
    }

    private static let fileTests: [String: (test: RewriteCondition.FileTest, isNegated: Bool)] = [
        "-f": (.isRegular, false), "!-f": (.isRegular, true),
        "-d": (.isDirectory, false), "!-d": (.isDirectory, true),
        "-e": (.exists, false), "!-e": (.exists, true),
        "-x": (.isExecutable, false), "!-x": (.isExecutable, true),
    ]
}
