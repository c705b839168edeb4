import Base
import Testing

@testable import AppServer

/// Paths, names of contexts, conditions and log patterns: the pure rules.
@Suite struct RequestRulesTests {
    @Test(arguments: [
        ("/a/b", "/a/b", nil), ("/a;jsessionid=X1/b", "/a/b", "X1"),
        ("/a/b;x=1;JSESSIONID=Y", "/a/b", "Y"), ("/a/./b/../c", "/a/c", nil),
        ("/%61//b", "/a/b", nil), ("/a;v=1", "/a", nil),
    ]) func targetsAreCleaned(raw: String, path: String, session: String?) {
        let target = RequestTarget(raw.utf8.span)
        #expect(target?.path == path)
        #expect(target?.sessionIdentifier == session)
        #expect(target?.uri == raw)
    }

    @Test(arguments: [
        "/../x", "/a/%2e%2e/%2e%2e/x", "/a%2fb", "/a%5Cb", "/a\\b", "/%zz", "/%00", "x",
    ])
    func unsafeTargetsAreRefused(raw: String) {
        #expect(RequestTarget(raw.utf8.span) == nil)
    }

    @Test(arguments: [
        ("ROOT", "", nil), ("a", "/a", nil), ("a#b", "/a/b", nil), ("a##2", "/a", "2"),
        ("ROOT##7", "", "7"),
    ]) func folderNamesAndPathsBelongTogether(folder: String, path: String, version: String?) {
        let name = ContextName(folderName: folder)
        #expect(name.path == path && name.version == version)
        #expect(ContextName(path: path, version: version).folderName == folder)
    }

    private static let modified: Int64 = 784_111_777
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let tag = "W/\"100-1\""

    private func decide(
        _ change: (inout FileConditions.Fields) -> Void, size: Int64 = 100
    ) -> FileConditions.Outcome {
        var fields = FileConditions.Fields()
        change(&fields)
        return FileConditions.decide(
            fields, entityTag: Self.tag, modifiedUnixSeconds: Self.modified, size: size)
    }

    @Test func conditionsAreDecidedInTheirOrder() {
        #expect(self.decide { _ in } == .whole)
        #expect(self.decide { $0.ifNoneMatch = Self.tag } == .notModified)
        #expect(self.decide { $0.ifNoneMatch = "\"x\", \"100-1\"" } == .notModified)
        #expect(self.decide { $0.ifNoneMatch = "*" } == .notModified)
        #expect(self.decide { $0.ifModifiedSince = Self.date } == .notModified)
        #expect(self.decide { $0.ifModifiedSince = Self.earlier } == .whole)
        #expect(self.decide { $0.ifModifiedSince = "yesterday" } == .whole)
        #expect(self.decide { $0.ifUnmodifiedSince = Self.earlier } == .preconditionFailed)
        #expect(self.decide { $0.ifUnmodifiedSince = Self.date } == .whole)
        #expect(self.decide { $0.ifMatch = Self.tag } == .preconditionFailed)
        #expect(self.decide { $0.ifMatch = "*" } == .whole)
        let both = self.decide {
            $0.ifNoneMatch = "\"other\""
            $0.ifModifiedSince = Self.date
        }
        #expect(both == .whole, "If-None-Match goes before If-Modified-Since")
        let post = self.decide {
            $0.ifNoneMatch = Self.tag
            $0.isGetOrHead = false
        }
        #expect(post == .preconditionFailed)
    }

    @Test(
        arguments: [
            ("bytes=0-9", [0..<10]), ("bytes=90-", [90..<100]), ("bytes=-5", [95..<100]),
            ("bytes=-500", [0..<100]), ("bytes=0-0,5-200", [0..<1, 5..<100]),
            ("bytes=200-300,1-1", [1..<2]),
        ] as [(String, [Range<Int64>])]) func rangesAreCutToTheFile(
            text: String, ranges: [Range<Int64>]
        )
    {
        #expect(self.decide { $0.range = text } == .ranges(ranges))
    }

    @Test(arguments: ["items=0-1", "bytes=5-1", "bytes=x-y", "bytes=1", "bytes=+1-2"])
    func whatIsNoRangeIsPassedOver(text: String) {
        #expect(self.decide { $0.range = text } == .whole)
    }

    @Test func rangesBeyondTheEndAreNotSatisfiable() {
        #expect(self.decide { $0.range = "bytes=100-" } == .rangeNotSatisfiable)
        #expect(self.decide { $0.range = "bytes=-0" } == .rangeNotSatisfiable)
        let stale = self.decide {
            $0.range = "bytes=0-1"
            $0.ifRange = Self.earlier
        }
        #expect(stale == .whole)
    }

    @Test func logPatternsAreCompiled() throws {
        let common = try AccessLogPattern.compile("common")
        #expect(common == (try AccessLogPattern.compile(#"%h %l %u %t "%r" %s %b"#)))
        let items = try AccessLogPattern.compile("%{User-Agent}i %%%D %{yyyy}t%{end:msec}t %{ms}T")
            .items
        #expect(
            items == [
                .requestHeader("User-Agent"), .text(" %"), .elapsedMicroseconds, .text(" "),
                .time(.java("yyyy"), isEnd: false), .time(.milliseconds, isEnd: true), .text(" "),
                .elapsed(divisor: 1_000_000),
            ])
        for wrong in ["%", "%Q", "%{x", "%{x}", "%{x}Z", "%{x}T"] {
            #expect(throws: AccessLogPattern.PatternError.self, "\(wrong)") {
                try AccessLogPattern.compile(wrong)
            }
        }
    }

    @Test(arguments: [
        ("yyyy-MM-dd", "1994-11-06"), ("[dd/MMM/yyyy:HH:mm:ss Z]", "[06/Nov/1994:09:49:37 +0100]"),
        ("EEEE, d MMMM yy h a.SSS", "Sunday, 6 November 94 9 AM.250"), ("'at' HH''mm", "at 09'49"),
    ]) func javasDateLettersAreWritten(format: String, expected: String) {
        let output = ByteBuffer()
        JavaDateFormat.append(
            format, unixMilliseconds: Self.modified * 1_000 + 250, offsetSeconds: 3_600, to: output)
        #expect(output.bytes.makeString() == expected)
    }
}
