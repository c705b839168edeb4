import Testing

@testable import DaemonKit

/// The bodies of control requests.
struct FlatJSONTests {
    private static func read(_ text: String) -> [String: FlatJSON.Value]? {
        let bytes = Array(text.utf8)
        return FlatJSON.parse(bytes.span)
    }

    @Test func plainValuesAreRead() {
        let text =
            #" { "a" : "x\"\\\/\n\u00e9\ud83d\ude00", "b":-1.5e3, "c":true,"d":null,"a2":7 } "#
        #expect(
            Self.read(text) == [
                "a": .string("x\"\\/\né😀"), "b": .number("-1.5e3"), "c": .bool(true), "d": .null,
                "a2": .number("7"),
            ])
        #expect(Self.read("{}") == [:])
        #expect(Self.read(#"{"a":1,"a":2}"#)?["a"]?.integer == 2)
        #expect(Self.read(#"{"a":true}"#)?["a"]?.bool == true)
    }

    @Test(arguments: [
        "", "[]", "{", "}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":{}}"#, #"{"a":[1]}"#,
        "{} x",
        #"{"a":"\x"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\udc00"}"#, "{\"a\":\"\n\"}", #"{"a":+1}"#,
        #"{"a":nul}"#, #"{'a':1}"#, #"{"a":"x}"#, #"{"a":"\u12"}"#,
    ])
    func anythingElseIsNone(text: String) {
        #expect(Self.read(text) == nil)
        for count in 0..<text.utf8.count { _ = Self.read(String(text.prefix(count))) }
    }
}
