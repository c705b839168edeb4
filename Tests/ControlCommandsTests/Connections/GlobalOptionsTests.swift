import Testing

@testable import ControlCommands

/// Options before a command's name come behind it.
struct GlobalOptionsTests {
    @Test(arguments: [
        ("--host web1 status", "status --host web1"),
        ("-o json cache get key", "cache get -o json key"),
        ("-ojson --host=a --watch 2 repl status n1", "repl status -ojson --host=a --watch 2 n1"),
        ("--socket /x --socket /y reload --wait", "reload --socket /x --socket /y --wait"),
        ("--output csv session list", "session list --output csv"),
        ("status -o json", "status -o json"), ("--help", "--help"), ("--version", "--version"),
        ("--host", "--host"), ("--host web1", "--host web1"), ("", ""),
        ("-o json nonsense", "-o json nonsense"), ("--wait status", "--wait status"),
        ("cache get --host", "cache get --host"),
    ])
    func areMoved(given: String, expected: String) {
        let words = given.split(separator: " ").map(String.init)
        #expect(GlobalOptions.moved(words).joined(separator: " ") == expected)
    }

    @Test(arguments: [
        ("--host", true), ("--host web1", true), ("-o json --watch=2", true), ("", false),
        ("status", false), ("--host web1 status", false), ("--help", false), ("-o json -h", false),
    ])
    func mayStandAlone(given: String, isSo: Bool) {
        #expect(GlobalOptions.areAlone(given.split(separator: " ").map(String.init)) == isSo)
    }
}
