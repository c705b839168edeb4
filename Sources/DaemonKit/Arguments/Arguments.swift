package import SystemInterface

/// A long option of a program.
package struct LongOption: Sendable {
    /// The name without its dashes.
    package let name: String
    /// The letter that means the same, or nil.
    package let letter: Character?
    /// Whether it takes an argument.
    package let argument: OptionScanner.ArgumentRule

    /// `LongOption("port", "p", .required)`.
    package init(
        _ name: String, _ letter: Character? = nil, _ argument: OptionScanner.ArgumentRule = .none
    ) {
        self.name = name
        self.letter = letter
        self.argument = argument
    }
}

/// Why a command line was not understood: what getopt_long(3) would print.
package struct ArgumentsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The sentence without the program's name: `invalid option -- 'x'`.
    package let description: String
    /// The option as it was written, such as `-x` or `--no-such`.
    package let option: String
}

/// A command line, read by glibc's getopt_long as the daemons' peers read theirs.
///
/// ```
/// let line = try Arguments(CommandLine.arguments, short: "p:d", long: [LongOption("port", "p",
/// .required)]) for option in line.options {
///     switch option.key {
///     case "p": …
/// ```
package struct Arguments: Sendable {
    /// One option of the line.
    package struct Option: Equatable, Sendable {
        /// The letter, or the long name where it has no letter.
        package let key: String
        /// Its argument, where it has one.
        package let argument: String?
        /// The option as messages name it: `-p` or `--port`.
        package let written: String

        /// The argument of an option that must have one.
        package var value: String { self.argument ?? "" }
    }

    /// The options in the order they were given.
    package let options: [Option]
    /// What is no option.
    package let rest: [String]

    /// Reads a command line, the program's name first.
    ///
    /// - Parameters:
    ///   - short: the letters as getopt takes them, `:` after one that must have an argument.
    ///   - long: the long options.
    /// - Throws: at the first mistake.
    package init(
        _ arguments: [String], short: String, long: [LongOption] = []
    ) throws(ArgumentsError) {
        let scanned = OptionScanner.scan(
            arguments, letters: short, names: long.map { ($0.name, $0.argument) })
        var options: [Option] = []
        for found in scanned.options {
            switch found {
            case .letter(let letter, let argument):
                options.append(
                    Option(key: String(letter), argument: argument, written: "-\(letter)"))
            case .name(let place, let argument):
                let entry = long[place]
                options.append(
                    Option(
                        key: entry.letter.map(String.init) ?? entry.name, argument: argument,
                        written: "--\(entry.name)"))
            case .unknownLetter, .unknownName, .missingArgument, .missingNameArgument,
                .surplusArgument:
                throw Self.error(found, long)
            }
        }
        self.options = options
        self.rest = scanned.rest
    }

    private static func error(_ mistake: ScannedOption, _ long: [LongOption]) -> ArgumentsError {
        switch mistake {
        case .unknownLetter(let letter):
            return ArgumentsError(
                description: "invalid option -- '\(letter)'", option: "-\(letter)")
        case .missingArgument(let letter):
            return ArgumentsError(
                description: "option requires an argument -- '\(letter)'", option: "-\(letter)")
        case .missingNameArgument(let place):
            let name = "--\(long[place].name)"
            return ArgumentsError(
                description: "option '\(name)' requires an argument", option: name)
        case .surplusArgument(let place):
            let name = "--\(long[place].name)"
            return ArgumentsError(
                description: "option '\(name)' doesn't allow an argument", option: name)
        case .unknownName(let written): return Self.unknown(written, long)
        case .letter, .name: preconditionFailure("an option that was found is no mistake")
        }
    }

    private static func unknown(_ written: String, _ long: [LongOption]) -> ArgumentsError {
        let name = String(written.prefix { $0 != "=" })
        let possible = long.filter { "--\($0.name)".hasPrefix(name) }.map { "'--\($0.name)'" }
        return ArgumentsError(
            description: possible.count > 1
                ? "option '\(name)' is ambiguous; possibilities: \(possible.joined(separator: " "))"
                : "unrecognized option '\(name)'",
            option: name)
    }
}
