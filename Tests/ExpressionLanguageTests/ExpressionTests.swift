import Testing

@testable import ExpressionLanguage

/// `${…}` by tables, as the specification's examples and Tomcat have it.
struct ExpressionTests {
    private struct Names: NameResolver {
        func value(named name: String) throws(ScriptFailure) -> Value {
            switch name {
            case "three": .int(3)
            case "word": .string("abc")
            case "list": .list(ListObject([.int(1), .int(2)]))
            default: .null
            }
        }

        func call(
            _ target: Value, _ method: String, _ arguments: [Value]
        ) throws(ScriptFailure) -> Value {
            .string("\(target.text).\(method)(\(arguments.map(\.text).joined(separator: ",")))")
        }
    }

    @Test(arguments: [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("8 / 4", "2.0"), ("7 % 4", "3"),
        ("-three", "-3"),
        ("'5' + 1", "6"), ("three == 3.0", "true"), ("word == 'abc'", "true"),
        ("word lt 'abd'", "true"), ("nothing == null", "true"), ("nothing + 1", "1"),
        ("!nothing", "true"), ("empty list", "false"), ("list[1]", "2"),
        ("list[9] == null", "true"),
        ("true ? 'a' : 'b'", "a"), ("word.toUpperCase(1)", "abc.toUpperCase(1)"),
        ("'a' += three += true", "a3true"), ("1 lt 2 and 2 lt 3", "true"), ("1.5e1", "15.0"),
        ("\"a\\\"b\"", "a\"b"), ("not (1 == 2)", "true"), ("5 div 2", "2.5"),
    ])
    func evaluates(text: String, expected: String) throws {
        #expect(try Expression(text).evaluate(Names()).text == expected)
    }

    @Test(arguments: [
        ("", 1), ("1 +", 4), ("(1", 3), ("a b", 3), ("'abc", 1), ("a.", 3), ("#", 1), ("1 ? 2", 6),
    ])
    func refusesWithThePlace(text: String, column: Int) {
        let failure = #expect(throws: ScriptFailure.self) { _ = try Expression(text) }
        #expect(failure?.position?.column == Int32(column))
    }

    @Test func divisionByZeroOfWholeNumbersFails() throws {
        let expression = try Expression("1 % 0")
        let failure = #expect(throws: ScriptFailure.self) { _ = try expression.evaluate(Names()) }
        #expect(failure?.exception == "java.lang.ArithmeticException")
    }
}
