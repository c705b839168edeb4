import Base
import Testing

/// ASCII over spans, JSON and diagnostics, by tables.
struct TextTests {
    @Test(
        arguments: [
            ("0", 0), ("18446744073709551615", UInt64.max), ("007", 7), ("", nil),
            ("18446744073709551616", nil), ("-1", nil), ("1 ", nil), ("99999999999999999999", nil),
        ] as [(String, UInt64?)])
    func readsDecimalNumbers(text: String, expected: UInt64?) {
        let bytes = Array(text.utf8)
        #expect(bytes.span.decimalValue() == expected)
    }

    @Test func comparesIgnoringCaseOfLettersOnly() {
        let bytes = Array("Content-LENGTH".utf8)
        let matches = (
            bytes.span.isEqualIgnoringCase(to: "content-length"),
            bytes.span.isEqual(to: "content-length"), bytes.span.hasPrefix("Content")
        )
        #expect(matches == (true, false, true))
        let brackets = Array("[{".utf8)
        let isSame = brackets.span.isEqualIgnoringCase(to: "{{")
        #expect(!isSame)
    }

    @Test func writesJSONWithEscapesAndNesting() {
        let output = ByteBuffer()
        var json = JSONWriter(into: output)
        json.object { json in
            json.member("text", "a\"b\\c\n\u{1}é")
            json.key("list")
            json.array { json in
                json.value(1)
                json.value(-2.5)
                json.value(true)
                json.null()
                json.value(Double.infinity)
                json.object { _ in }
            }
            json.member("last", UInt64.max)
        }
        let expected =
            #"{"text":"a\"b\\c\n\u0001é","list":[1,-2.5,true,null,null,{}],"#
            + #""last":18446744073709551615}"#
        #expect(output.bytes.makeString() == expected)
    }

    @Test func showsWhereAMistakeStands() {
        let diagnostic = Diagnostic(
            file: "conf/server.xml", line: 7, column: 5, message: "unknown attribute \"prot\"",
            sourceLine: "\t<A prot=\"1\"/>")
        #expect(
            diagnostic.description == """
                conf/server.xml:7:5: unknown attribute "prot"
                     <A prot="1"/>
                        ^
                """)
        #expect(Diagnostic(file: "a", message: "empty").description == "a: empty")
    }
}

/// Text in text.
struct SearchTests {
    @Test(arguments: [
        ("", "a", nil), ("a", "", nil), ("abc", "abc", 0), ("aab", "ab", 1), ("aaab", "aab", 1),
        ("abab", "b", 1), ("über", "ber", 2), ("ab", "abc", nil), ("a\r\nb", "\nb", 2),
    ] as [(String, String, Int?)])
    func placesAreFound(text: String, other: String, offset: Int?) {
        let place = text.firstPlace(of: other)
        let found = place.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) }
        #expect(found == offset)
        #expect(text.holds(other) == (offset != nil))
    }

    @Test func textIsReplacedEverywhere() {
        #expect("a-b-c".replacingText("-", with: "--") == "a--b--c")
        #expect("abab".replacingText("ab", with: "") == "")
        #expect("abab".replacingText("x", with: "y") == "abab")
        #expect("ab".replacingText("", with: "y") == "ab")
    }
}
