import AppServer
import Base
import Testing

/// The reader of XML: trees with places, and mistakes with places.
@Suite struct XMLReaderTests {
    @Test func everyElementAndAttributeKnowsItsPlace() throws {
        let source = """
            <?xml version='1.0'?>
            <Server port="-1"
                    shutdown='a>b "c"'>
              <Service name="x"/> text
            </Server>
            """
        let root = try XMLReader.parse(Array(source.utf8), file: "s.xml").root
        #expect(root.name == "Server")
        #expect(root.place == XMLPlace(line: 2, column: 1))
        #expect(root.attribute("port")?.place == XMLPlace(line: 2, column: 9))
        #expect(root.attribute("shutdown")?.place == XMLPlace(line: 3, column: 9))
        #expect(root["shutdown"] == "a>b \"c\"")
        #expect(root.children[0].place == XMLPlace(line: 4, column: 3))
        #expect(root.text == "text")
    }

    @Test(arguments: [
        ("<a><b></a>", "f:1:9: XML: mismatched tag"),
        ("<a x='1' x='2'/>", "f:1:10: XML: duplicate attribute"),
        ("", "f:1:1: XML: no element found"),
        ("<a>&unknown;</a>", "f:1:4: XML: undefined entity"),
        (
            "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n<a>&e;</a>",
            "f:2:4: external entities are refused"
        ),
    ]) func mistakesHaveAPlace(source: String, expected: String) {
        do {
            _ = try XMLReader.parse(Array(source.utf8), file: "f")
            Issue.record("accepted: \(source)")
        } catch {
            #expect(error.summary == expected)
        }
    }

    @Test func nestingIsLimited() {
        let source = String(repeating: "<a>", count: XMLReader.depthMax + 1)
        do {
            _ = try XMLReader.parse(Array(source.utf8), file: "f")
            Issue.record("accepted")
        } catch {
            #expect(error.message == "elements stand more than \(XMLReader.depthMax) deep")
        }
    }

    @Test func everyTruncationIsAMistake() {
        let source = Array("<Server port=\"1\"><Service name='x'>t</Service></Server>".utf8)
        for count in 0..<source.count {
            let part = Array(source[..<count])
            #expect(throws: Diagnostic.self, "\(count) bytes") {
                try XMLReader.parse(part, file: "f")
            }
        }
    }

    @Test func propertiesAreReplacedWithDefaults() {
        let properties = Properties(["a": "1", "b.c": "two"]) { $0 == "HOME" ? "/root" : nil }
        #expect(properties.replace(in: "x${a}y${b.c}") == "x1ytwo")
        #expect(properties.replace(in: "${HOME}/x") == "/root/x")
        #expect(properties.replace(in: "${none:5}${none}") == "5${none}")
        #expect(properties.replace(in: "${open") == "${open")
    }
}
