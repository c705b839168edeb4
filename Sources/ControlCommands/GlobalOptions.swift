import ArgumentParser

/// Options that many commands take may stand before the command's name too, as in
/// `ctl --host web1 -o json status`: they are moved behind it, where the command looks for them.
enum GlobalOptions {
    /// Options with a value.
    private static let names: Set<String> = ["--host", "--socket", "--output", "--watch", "-o"]

    /// The arguments, without the program's name, with leading options behind the command's name.
    static func moved(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first, first.hasPrefix("-"), let count = Self.count(first, rest) {
            leading += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        guard !leading.isEmpty else { return arguments }
        var command: any ParsableCommand.Type = Ctl.self
        var path: [String] = []
        while let word = rest.first,
            let below = command.configuration.subcommands.first(where: {
                $0.configuration.commandName == word
            })
        {
            command = below
            path.append(word)
            rest = rest.dropFirst()
        }
        // Without a command there is nothing to move them to: the parser says what is wrong.
        return path.isEmpty ? arguments : path + leading + rest
    }

    /// Whether there is nothing but such options, and so no command.
    static func areAlone(_ arguments: [String]) -> Bool {
        var rest = arguments[...]
        while let first = rest.first {
            if rest.count == 1, Self.names.contains(first) { return true }
            guard first.hasPrefix("-"), let count = Self.count(first, rest) else { return false }
            rest = rest.dropFirst(count)
        }
        return !arguments.isEmpty
    }

    /// How many arguments an option takes up; nil when it is none of these.
    private static func count(_ option: String, _ rest: ArraySlice<String>) -> Int? {
        if Self.names.contains(option) { return rest.count >= 2 ? 2 : nil }
        if option.hasPrefix("-o"), !option.hasPrefix("--") { return 1 }
        let name = option.prefix { $0 != "=" }
        return name.count < option.count && Self.names.contains(String(name)) ? 1 : nil
    }
}
