import Testing

@testable import ControlCommands

/// Lines of logs and events, taken out of the daemons' documents.
struct LineSourceTests {
    @Test(arguments: [
        (#"{"lines":[]}"#, []),
        (#"{"lines":[{"a":1},{"b":"}{\"\\"}]}"#, [#"{"a":1}"#, #"{"b":"}{\"\\"}"#]),
        (#"{"lines":[{"a":{"deep":{}}}]}"#, [#"{"a":{"deep":{}}}"#]), ("", []), ("}}}{{", []),
    ])
    func eachObjectIsItsOwnText(document: String, elements: [String]) {
        #expect(LineSource.elements(Array(document.utf8), "lines") == elements)
    }

    @Test func levelsAreInTheirOrder() {
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
        #expect(LogLevel.debug < .warning && LogLevel.critical > .error)
    }

    @Test(arguments: ["AB", "AB-n1", "AB.node4", "AB-n1.node4"])
    func aSessionIsNamedInLogsAsTheDaemonsNameIt(id: String) {
        // printf %s AB | sha256sum
        #expect(LogCommand.hash(of: id) == "38164fbd17603d73")
    }
}
