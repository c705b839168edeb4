import Testing

@testable import ControlCommands

/// What is sent to another machine.
struct RemoteMachineTests {
    @Test(
        arguments: [
            (["ctl", "status"], nil, []), (["ctl", "status", "--host", "a"], "a", ["status"]),
            (["ctl", "--host=u@a", "cache", "get", "k"], "u@a", ["cache", "get", "k"]),
            (["ctl", "cache", "set", "--", "k", "--host=x"], nil, []),
        ] as [([String], String?, [String])])
    func theMachineIsTakenOut(arguments: [String], machine: String?, rest: [String]) {
        let taken = RemoteMachine.taken(from: arguments)
        #expect(taken?.machine == machine && (taken?.rest ?? []) == rest)
    }

    @Test(arguments: [
        ("status", "status"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"),
        ("$(x)", "'$(x)'"), ("n1,n2:8080/%", "n1,n2:8080/%"),
    ])
    func wordsKeepTheirMeaning(word: String, quoted: String) {
        #expect(RemoteMachine.quoted(word) == quoted)
    }

    @Test func aPartOfAPathIsEncoded() {
        #expect(
            Target.path("v1", "a/b", "ü", query: [("q", "x y&z")]) == "/v1/a%2Fb/%C3%BC?q=x%20y%26z"
        )
    }
}
