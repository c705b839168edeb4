import Base
import Testing

@testable import HTTPProtocol

/// What conditions and ranges make of a file (RFC 9110 sections 13 and 14).
@Suite struct FileConditionsTests {
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

    @Test func aStrongTagMatchesStrongly() {
        var fields = FileConditions.Fields()
        fields.ifMatch = "\"100-1\""
        let outcome = FileConditions.decide(
            fields, entityTag: "\"100-1\"", modifiedUnixSeconds: Self.modified, size: 100)
        #expect(outcome == .whole)
        fields.ifMatch = "W/\"100-1\""
        let weak = FileConditions.decide(
            fields, entityTag: "\"100-1\"", modifiedUnixSeconds: Self.modified, size: 100)
        #expect(weak == .preconditionFailed)
    }
}
