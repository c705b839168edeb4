import Base
import Testing

@testable import AppServer

/// Paths, names of contexts and log patterns: the pure rules.
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
