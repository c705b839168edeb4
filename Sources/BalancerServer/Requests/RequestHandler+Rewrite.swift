import Base
import EventLoop
import HTTPTransport
import SystemInterface

// The rewrite phase: `return`, `rewrite`, `set`, `break`, `if`, in the order written.

extension RequestHandler {
    /// How a run of rewrite steps ended.
    enum RewriteOutcome {
        /// The request has its next step.
        case answered(Step)
        /// All steps ran.
        case ended
        /// `break` ended them.
        case stopped
        /// The path changed and a location is to be looked for again.
        case searchAgain
    }

    /// Runs steps; a path that was changed asks for another search at the end.
    func run(_ steps: [RewriteStep]) -> RewriteOutcome {
        var hasChanged = false
        for step in steps {
            switch step {
            case .answer(let status, let value): return .answered(self.answer(status, value))
            case .set(let slot, let value):
                self.exchange.variables.setSlot(
                    slot, to: VariableEvaluator.bytes(value, of: self.exchange))
            case .stop: return .stopped
            case .condition(let condition, let location):
                guard self.holds(condition) else { continue }
                // What stands in the body holds for the whole request from here on.
                self.exchange.location = location
                switch self.run(location.rewriteSteps) {
                case .ended: continue
                case let outcome: return outcome
                }
            case .rewrite(let rule):
                let path = self.exchange.path
                guard self.exchange.variables.match(rule.pattern, path.bytes) else { continue }
                hasChanged = true
                switch self.apply(rule) {
                case .ended: continue
                case let outcome: return outcome
                }
            }
        }
        return hasChanged ? .searchAgain : .ended
    }

    private func apply(_ rule: RewriteRule) -> RewriteOutcome {
        let exchange = self.exchange
        var target = VariableEvaluator.bytes(rule.replacement, of: exchange)
        if rule.keepsArguments, !exchange.arguments.isEmpty {
            let mark = target.contains(UInt8(ascii: "?")) ? "&" : "?"
            target += Array(mark.utf8) + exchange.arguments.makeArray()
        }
        switch rule.flag {
        case .redirect: return .answered(self.sendRedirect(302, to: target))
        case .permanent: return .answered(self.sendRedirect(301, to: target))
        case .next, .searchAgain, .stop: break
        }
        let pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        guard pathEnd > 0 else {
            self.log(.error, "the rewritten URI has a zero length")
            return .answered(.fail(500))
        }
        exchange.path.clear()
        exchange.path.append(target[..<pathEnd])
        exchange.arguments.clear()
        if pathEnd < target.count { exchange.arguments.append(target[(pathEnd + 1)...]) }
        exchange.isTargetUnchanged = false
        switch rule.flag {
        case .searchAgain: return .searchAgain
        case .stop: return .stopped
        default: return .ended
        }
    }

    private func holds(_ condition: RewriteCondition) -> Bool {
        let exchange = self.exchange
        switch condition {
        case .isSet(let value): return VariableEvaluator.isTrue(value, of: exchange)
        case .equals(let left, let right, let isNegated):
            let isEqual =
                VariableEvaluator.bytes(left, of: exchange)
                == VariableEvaluator.bytes(right, of: exchange)
            return isEqual != isNegated
        case .matches(let value, let pattern, let isNegated):
            let bytes = VariableEvaluator.bytes(value, of: exchange)
            return exchange.variables.match(pattern, bytes.span) != isNegated
        case .file(let test, let value, let isNegated):
            let path = VariableEvaluator.string(value, of: exchange)
            return Self.holds(test, path) != isNegated
        }
    }

    private static func holds(_ test: RewriteCondition.FileTest, _ path: String) -> Bool {
        guard let status = try? Files.status(path) else { return false }
        switch test {
        case .isRegular: return status.kind == .regular
        case .isDirectory: return status.kind == .directory
        case .exists: return true
        case .isExecutable: return status.permissions & 0o111 != 0
        }
    }

    /// `return`.
    private func answer(_ status: Int, _ value: ComplexValue?) -> Step {
        let exchange = self.exchange
        if status == 444 {
            self.exchange.unansweredStatus = 444
            self.connection.connection.close()
            return .done
        }
        let isRedirect = [301, 302, 303, 307, 308].contains(status)
        if let value, isRedirect {
            return self.sendRedirect(status, to: VariableEvaluator.bytes(value, of: exchange))
        }
        guard let value else {
            if status >= 300 { return .fail(status) }
            let isEmpty = status == 204 || status < 200
            return self.send(status, contentType: isEmpty ? nil : self.contentType(), [])
        }
        let body = VariableEvaluator.bytes(value, of: exchange)
        return self.send(status, contentType: self.contentType(), body)
    }
}
