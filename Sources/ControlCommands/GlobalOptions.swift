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

    /// How many arguments an option takes up; nil when it is none of these.
    private static func count(_ option: String, _ rest: ArraySlice<String>) -> Int? {
        if Self.names.contains(option) { return rest.count >= 2 ? 2 : nil }
        if option.hasPrefix("-o"), !option.hasPrefix("--") { return 1 }
        let name = option.prefix { $0 != "=" }
        return name.count < option.count && Self.names.contains(String(name)) ? 1 : nil
    }
}
