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
}
