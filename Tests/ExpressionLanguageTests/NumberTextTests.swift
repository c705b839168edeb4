import Testing

@testable import ExpressionLanguage

/// Numbers read from text as Java reads them.
struct NumberTextTests {
    @Test(arguments: [("0", 0), ("42", 42), ("-7", -7), ("2147483647", Int32.max)])
    func readsWholeNumbers(_ text: String, _ number: Int32) throws {
        #expect(try JavaNumbers.parseInt(text) == number)
    }

    @Test(arguments: ["", "x", "1.5", "2147483648", " 1"])
    func refusesWhatIsNone(_ text: String) {
        #expect(throws: ScriptFailure.self) { try JavaNumbers.parseInt(text) }
    }
}
