import Testing

@testable import ControlCommands

/// What the shell knows of memcached's commands.
struct ShellCommandTests {
    @Test(
        arguments: [
            ("set k 0 0 5", 5), ("cas k 0 0 2 7", 2), ("ms k 3 T0", 3), ("ms k", nil),
            ("get k", nil),
            ("set k 0 0", nil), ("set k 0 0 -1", nil), ("set k 0 0 x", nil), ("", nil),
            ("append k 0 0 0", 0),
        ] as [(String, Int?)])
    func whatStoresWantsAValue(line: String, count: Int?) {
        #expect(ShellCommands.valueByteCount(line.split(separator: " ").map(String.init)) == count)
    }

    @Test(
        arguments: [
            ("stats s", "", ["settings", "sizes", "slabs"]),
            ("stats set", "tings ", []), ("help verb", "osity ", []), ("get k", "", []),
            ("get k x", "", []), ("verb", "osity ", []),
        ] as [(String, String, [String])])
    func whatStandsBeforeTheCursorIsCompleted(text: String, addition: String, choices: [String]) {
        let completion = ShellCommands.completion(of: text)
        #expect(completion.choices == choices)
        #expect(completion.addition == addition)
    }

    @Test func helpKnowsEveryCommand() {
        #expect(ShellHelp.lines(about: nil).count == ShellCommands.all.count)
        #expect(ShellHelp.lines(about: "touch") == ["touch KEY SECONDS  another time to live"])
        #expect(ShellHelp.lines(about: "no") == ["there is no command no"])
        let widest = ShellHelp.lines(about: nil).map(\.count).max() ?? 0
        #expect(widest <= 80)
    }
}
