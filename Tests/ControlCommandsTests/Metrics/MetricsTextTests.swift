import Base
import Testing

@testable import ControlCommands

/// Prometheus' text form, read and merged.
struct MetricsTextTests {
    private static let text = """
        # HELP a_total What a counts.
        # TYPE a_total counter
        a_total 3
        # TYPE b gauge
        b{peer="x\\"y\\\\z",up="yes"} 1.5
        b{peer="two"} NaN

        """

    @Test func familiesHaveTheirSamples() throws {
        let families = MetricsText(Self.text).families
        #expect(families.map(\.name) == ["a_total", "b"])
        #expect(families[0].help == "What a counts." && families[0].kind == "counter")
        #expect(families[0].samples == [.init(labels: [], value: "3")])
        #expect(families[1].samples[0].labels[0].value == "x\"y\\z")
        #expect(families[1].samples[0].labelText == #"peer="x\"y\\z",up="yes""#)
        #expect(families[1].samples[1].value == "NaN")
    }

    @Test func severalInstancesBecomeOneText() {
        let one = MetricsText(Self.text), two = MetricsText("# TYPE a_total counter\na_total 4\n")
        #expect(
            MetricsText.merged([("n1", one), ("n2", two)]) == """
                # HELP a_total What a counts.
                # TYPE a_total counter
                a_total{instance="n1"} 3
                a_total{instance="n2"} 4
                # HELP b\u{20}
                # TYPE b gauge
                b{instance="n1",peer="x\\"y\\\\z",up="yes"} 1.5
                b{instance="n1",peer="two"} NaN

                """)
    }

    @Test func programsGetLabelsAsAnObject() {
        let text = MetricsText("# TYPE a gauge\na{b=\"c d\",e=\"f\"} 1.5\na 2\na{b=\"n\"} NaN\n")
        #expect(
            RecordWriter.text(MetricsCommand.records([("n1", text)]), .jsonl, width: 80) == """
                {"instance":"n1","name":"a","labels":{"b":"c d","e":"f"},"value":1.5,"kind":"gauge"}
                {"instance":"n1","name":"a","labels":{},"value":2,"kind":"gauge"}
                {"instance":"n1","name":"a","labels":{"b":"n"},"value":null,"kind":"gauge"}

                """)
    }

    @Test func whatIsNoMetricIsLeftOut() {
        for line in ["x", "x{", "x{a=", "x{a=\"b", "x{a=\"b\"}", "{} 1", "# HELP", " 1"] {
            let samples = MetricsText(line).families.flatMap(\.samples)
            #expect(samples.isEmpty || line == " 1", "\(line)")
        }
    }

    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "anything", true),
        ("a*c", "abbc", true), ("a*c", "abbcd", false), ("?b", "ab", true), ("?b", "b", false),
        ("*ab*ab*", "abxab", true), ("*ab*ab*", "aab", false), ("a**b", "ab", true),
        ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("\\?", "?", true), ("\\?", "x", false),
        ("\\\\", "\\", true), ("a\\", "a\\", true), ("\\a*", "abc", true),
    ])
    func starsAndQuestionMarksStandForParts(pattern: String, name: String, fits: Bool) {
        #expect(NamePattern(pattern).matches(name) == fits)
    }
}
