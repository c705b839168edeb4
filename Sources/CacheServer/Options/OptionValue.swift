import DaemonKit

/// One option with its argument, as it is read: `-m 64`, or `-o idle_timeout=5`.
struct OptionValue {
    /// The option as messages name it.
    let written: String
    /// The argument; nil where there is none.
    let argument: String?

    init(_ option: Arguments.Option) {
        self.written = option.written
        // memcached passes over white space before the argument.
        self.argument = option.argument.map { String($0.drop { $0 == " " || $0 == "\t" }) }
    }

    /// A suboption of `-o`, such as `idle_timeout=5`.
    init(suboption text: Substring) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        self.written = "-o \(parts[0])"
        self.argument = parts.count > 1 ? String(parts[1]) : nil
    }

    /// The argument, which this option must have.
    func text() throws(OptionProblem) -> String {
        guard let argument = self.argument, !argument.isEmpty else {
            throw OptionProblem(description: "\(self.written): the value is missing")
        }
        return argument
    }

    /// A whole number.
    func number(
        _ range: ClosedRange<Int>, _ what: String,
        exitStatus: OptionProblem.ExitStatus = .failure
    ) throws(OptionProblem) -> Int {
        let text = try self.text()
        guard let number = Int(text), range.contains(number) else {
            throw OptionProblem(
                description: "\(self.written): expected \(what) from \(range.lowerBound) to "
                    + "\(range.upperBound), not '\(text)'", exitStatus: exitStatus)
        }
        return number
    }

    /// A fraction that `isGood`; `rule` says which ones are.
    func fraction(
        _ rule: String, _ isGood: (Double) -> Bool
    ) throws(OptionProblem) -> Double {
        let text = try self.text()
        guard let number = Double(text), number.isFinite, isGood(number) else {
            throw OptionProblem(description: "\(self.written): \(rule), not '\(text)'")
        }
        return number
    }

    /// Bytes, with `k` or `m` behind the number for 1024 and 1024² of them.
    func byteCount(
        _ range: ClosedRange<Int>, _ rule: String, exitStatus: OptionProblem.ExitStatus
    ) throws(OptionProblem) -> Int {
        let text = try self.text()
        var digits = text
        var factor = 1
        if let last = digits.last?.lowercased(), last == "k" || last == "m" {
            factor = last == "k" ? 1 << 10 : 1 << 20
            digits.removeLast()
        }
        guard let number = Int(digits), number > 0, number <= range.upperBound,
            range.contains(number * factor)
        else {
            throw OptionProblem(
                description: "\(self.written): \(rule), not '\(text)'", exitStatus: exitStatus)
        }
        return number * factor
    }
}
