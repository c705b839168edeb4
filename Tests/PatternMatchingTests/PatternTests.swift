import Base
import PatternMatching
import Testing

/// Patterns by tables: what matches, which groups, which mistakes are named.
@Suite struct PatternTests {
    private func groups(_ pattern: Pattern, _ subject: String) throws -> [String?]? {
        let bytes = Array(subject.utf8)
        return try pattern.firstMatch(in: bytes.span)?.ranges.map { range in
            range.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
    }

    @Test(
        arguments: [
            (#"\.php$"#, "/a.php", [".php"]),
            (#"^/(\w+)/(\d+)?"#, "/ab/", ["/ab/", "ab", nil]),
            (#"(a)|(b)"#, "xb", ["b", nil, "b"]),
            (#"x"#, "abc", nil),
            (#"^$"#, "", [""]),
        ] as [(String, String, [String?]?)])
    func groupsAreFound(_ text: String, _ subject: String, _ expected: [String?]?) throws {
        #expect(try self.groups(try Pattern.compile(text), subject) == expected)
    }

    @Test func caseIsIgnoredOnlyWhenAsked() throws {
        let bytes = Array("/A.JPG".utf8)
        #expect(try !Pattern.compile(#"\.jpg$"#).matches(bytes.span))
        #expect(try Pattern.compile(#"\.jpg$"#, options: .ignoresCase).matches(bytes.span))
    }

    @Test func wholeTextMeansAllOfIt() throws {
        let pattern = try Pattern.compile(#".*\.(css|js)"#, options: .matchesWholeText)
        let (whole, part) = (Array("GET /a.css".utf8), Array("GET /a.css?".utf8))
        #expect(try pattern.matches(whole.span))
        #expect(try !pattern.matches(part.span))
    }

    @Test func namedGroupsHaveNumbers() throws {
        let pattern = try Pattern.compile(#"(?<host>\w+)\.(?<zone>\w+)"#)
        #expect(pattern.groupNames == ["host": 1, "zone": 2])
        #expect(pattern.groupCount == 2)
    }

    @Test func mistakesHaveReasonAndPlace() {
        #expect(throws: PatternSyntaxError(reason: "missing closing parenthesis", offset: 3)) {
            _ = try Pattern.compile("(ab")
        }
    }

    @Test func explosionsAreGivenUp() throws {
        let pattern = try Pattern.compile(#"^(?:(?:a+)+)+$"#)
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 60) + [UInt8(ascii: "!")]
        #expect(throws: PatternLimitReached.self) { try pattern.matches(bytes.span) }
    }

    @Test func deepSubjectsFallBackToTheInterpreter() throws {
        let pattern = try Pattern.compile(#"^(?:(.)|b)*$"#)
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 20_000)
        #expect(try pattern.matches(bytes.span))
    }

    @Test func threadsShareAPattern() async throws {
        let pattern = try Pattern.compile(#"(\d+)$"#)
        await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let bytes = Array("n\(worker)".utf8)
                    return (0..<500).count { _ in (try? pattern.firstMatch(in: bytes.span)) != nil }
                }
            }
            for await found in group { #expect(found == 500) }
        }
    }
}
