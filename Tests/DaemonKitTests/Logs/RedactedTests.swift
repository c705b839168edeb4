import Testing

@testable import DaemonKit

/// No log line and no answer to an unprivileged reader holds a whole session id.
struct RedactedTests {
    private static let id = "5AF1C2B37D9E40A8B6C5D4E3F2A10987"

    @Test func aSessionKeepsItsBeginningAndItsRoute() {
        #expect(Redacted.session("\(Self.id)-n1.node4") == "5AF1C2B3…-n1.node4")
        #expect(Redacted.session("short-n1") == "short-n1")
    }

    @Test(arguments: [
        ("5AF1C2B3-7D9E40A8-B6C5D4E3-F2A10987", "5AF1C2B3…"),
        ("5AF1C2B37D9E40A8.B6C5D4E3F2A10987", "5AF1C2B3…"),
        (".\(id)", ".5AF1C2B…"), ("bak:\(id)-n1", "bak:5AF1…-n1"),
    ])
    func whatIsNoWholeIdKeepsItsBeginningAlone(text: String, expected: String) {
        #expect(Redacted.session(text) == expected)
    }

    @Test(arguments: [
        ("", ""), ("no id here", "no id here"),
        ("no session \(id)", "no session 5AF1C2B3…"),
        ("\(id)-n1.node4 and bak:\(id)", "5AF1C2B3…-n1.node4 and bak:5AF1C2B3…"),
        ("/v1/sessions/x-\(id.lowercased())", "/v1/sessions/x-5af1c2b3…"),
        ("a port 11211, a time 1795500278179348156", "a port 11211, a time 1795500278179348156"),
        ("5AF1C2B37D9E40A8\u{301}B6C5D4E3F2A10987", "5AF1C2B3…"),
        ("5AF1C2B37D9E40A8\nB6C5D4E3F2A10987", "5AF1C2B3…"),
        ("one\n<2>two\u{7F}", "one\\x0A<2>two\\x7F"), ("dé…", "dé…"),
        ("almost \(id.dropLast(3))!", "almost 5AF1C2B3…!"),
    ])
    func aTextLosesEachIdInIt(text: String, expected: String) {
        #expect(Redacted.text(text) == expected)
    }
}
