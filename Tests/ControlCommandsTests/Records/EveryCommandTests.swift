import ArgumentParser
import Testing

@testable import ControlCommands

/// The options that are documented for all commands are known to all: taken, or refused with why.
struct EveryCommandTests {
    /// The words of all commands that have none below them.
    private static let commands = Self.leaves(of: Ctl.self, [])

    private static func leaves(
        of command: any ParsableCommand.Type, _ words: [String]
    ) -> [[String]] {
        let below = command.configuration.subcommands
        if below.isEmpty { return [words] }
        return below.flatMap { Self.leaves(of: $0, words + [$0.configuration.commandName ?? "?"]) }
    }

    @Test func thereAreMany() { #expect(Self.commands.count > 50) }

    @Test(arguments: Self.commands, [["-o", "json"], ["--watch", "1"], ["--host", "nowhere"]])
    func knowsTheOption(command: [String], option: [String]) {
        // Without their arguments most commands are incomplete, which is not the question.
        if command == ["completion"], option[0] == "--host" { return }
        do {
            _ = try Ctl.parseAsRoot(command + option)
        } catch {
            let message = Ctl.message(for: error)
            #expect(!message.contains("Unknown option"), "\(message)")
        }
    }
}
