import Base
import TestSupport
import Testing

@testable import Sessions

/// The stored form: round trips, truncation at every byte, mutation of every byte, unknown types.
struct SessionFormatTests {
    private static let base = "0123456789ABCDEF0123456789ABCDEF"

    private static var rich: SessionContent {
        var content = SessionContent(
            version: SessionVersion(counter: 7, stamp: 0xDEAD_BEEF), creationMilliseconds: 1_000,
            maxInactiveSeconds: 1_800, context: "testapp")
        content.lastAccessMilliseconds = 2_000
        content.isNew = false
        content.attributes = [
            "null": .null, "bool": .bool(true), "int32": .int32(-5), "int64": .int64(.min),
            "double": .double(2.5), "string": .string("Grüße"), "date": .date(milliseconds: -1),
            "bytes": .bytes([0, 255]), "empty": .string(""),
            "list": .list([.string("one"), .int32(2), .list([])]),
            "map": .map([
                .init(key: .string("inner"), value: .list([.null])),
                .init(key: .int32(1), value: .map([])),
            ]), "opaque": .opaque(type: 200, payload: [1, 2, 3]),
        ]
        return content
    }

    @Test func everyKindOfValueComesBack() throws {
        let bytes = try SessionEncoder.encode(Self.rich, base: Self.base)
        #expect(try SessionDecoder.decode(bytes, base: Self.base) == Self.rich)
        #expect(Array(bytes.prefix(4)) == Array("HFSS".utf8))
    }

    @Test func attributeNamesAreReadableInTheBytes() throws {
        let bytes = try SessionEncoder.encode(Self.rich, base: Self.base)
        #expect(String(decoding: bytes, as: UTF8.self).contains("string"))
    }

    @Test func anEndMarkComesBack() throws {
        let mark = Self.rich.ended(stamp: 9)
        let bytes = try SessionEncoder.encode(mark, base: Self.base)
        let read = try SessionDecoder.decode(bytes, base: Self.base)
        #expect(read.isEnded && read.attributes.isEmpty && read.version.counter == 8)
        #expect(read.flags.isEnded && !Self.rich.flags.isEnded)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try SessionEncoder.encode(Self.rich, base: Self.base)
        for length in bytes.indices {
            #expect(throws: SessionFormatError.self) {
                try SessionDecoder.decode(Array(bytes[..<length]), base: Self.base)
            }
        }
        #expect(throws: SessionFormatError.malformed) {
            try SessionDecoder.decode(bytes + [0], base: Self.base)
        }
    }

    @Test func noMutationTraps() throws {
        let bytes = try SessionEncoder.encode(Self.rich, base: Self.base)
        for index in bytes.indices {
            for change: UInt8 in [1, 0x80, 0xFF] {
                var mutated = bytes
                mutated[index] ^= change
                _ = try? SessionDecoder.decode(mutated, base: Self.base)
            }
        }
    }

    @Test func laterHeadersAreSkippedAndLaterFormatsRefused() throws {
        var bytes = try SessionEncoder.encode(Self.rich, base: Self.base)
        let headerByteCount = Int(bytes[6]) << 8 | Int(bytes[7])
        bytes.insert(contentsOf: [9, 9, 9], at: headerByteCount)
        bytes[7] += 3
        #expect(try SessionDecoder.decode(bytes, base: Self.base) == Self.rich)
        bytes[4] = 2
        #expect(throws: SessionFormatError.unknownFormat(2)) {
            try SessionDecoder.decode(bytes, base: Self.base)
        }
    }

    @Test func refusesOtherSessionsAndOtherThings() throws {
        let bytes = try SessionEncoder.encode(Self.rich, base: Self.base)
        #expect(throws: SessionFormatError.otherSession) {
            try SessionDecoder.decode(bytes, base: "FF")
        }
        #expect(throws: SessionFormatError.notASession) {
            try SessionDecoder.decode(Array("not a session".utf8), base: Self.base)
        }
        #expect(throws: SessionFormatError.malformed) {
            try SessionDecoder.decode([], base: Self.base)
        }
    }

    @Test func refusesWhatGoesBeyondTheLimits() throws {
        var content = Self.rich
        var deep = SessionValue.null
        for _ in 0..<70 { deep = .list([deep]) }
        content.attributes = ["deep": deep]
        #expect(throws: SessionFormatError.limitExceeded) {
            try SessionEncoder.encode(content, base: Self.base)
        }
        content.attributes = [String(repeating: "n", count: 70_000): .null]
        #expect(throws: SessionFormatError.limitExceeded) {
            try SessionEncoder.encode(content, base: Self.base)
        }
    }

    @Test func validityIsTwentyBytes() {
        let validity = SessionValidity(
            maxInactiveSeconds: 1_800, lastAccessMilliseconds: 1, thisAccessMilliseconds: 258)
        let bytes = validity.encoded()
        #expect(bytes == [0, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2])
        #expect(SessionValidity(decoding: bytes) == validity)
        #expect(SessionValidity(decoding: Array(bytes.dropLast())) == nil)
    }
}

/// Versions, flags, times and changes.
struct SessionValueRuleTests {
    @Test func higherCounterWinsThenHigherStampAndTheEndWinsOverAll() {
        var one = SessionContent(
            version: SessionVersion(counter: 2, stamp: 1), creationMilliseconds: 0,
            maxInactiveSeconds: 0)
        var other = one
        #expect(!one.wins(over: other) && !other.wins(over: one))
        other.version = SessionVersion(counter: 2, stamp: 2)
        #expect(other.wins(over: one))
        one.version = SessionVersion(counter: 3, stamp: 0)
        #expect(one.wins(over: other))
        let ended = other.ended(stamp: 0)
        one.version = SessionVersion(counter: 1_000, stamp: 0)
        #expect(ended.wins(over: one) && !one.wins(over: ended))
    }

    @Test func flagsDifferForEachOfAMillionWrites() {
        var flags: Set<UInt32> = []
        for counter in 0..<UInt64(1 << 20) where counter % 97 == 0 {
            let version = SessionVersion(counter: counter, stamp: 5)
            #expect(flags.insert(VersionFlags(version, isEnded: false).rawValue).inserted)
        }
        let one = VersionFlags(SessionVersion(counter: 5, stamp: 1), isEnded: false)
        let other = VersionFlags(SessionVersion(counter: 5, stamp: 2), isEnded: false)
        #expect(one != other)
    }

    @Test(
        arguments: [
            (0, 0, nil), (-1, 0, nil), (1_800, 1_921, 1_860_000), (2, 4, 2_125),
            (2_592_000, 1_002_592_121, 2_592_060_000),
        ] as [(Int32, UInt32, Int64?)])
    func itemsLiveLongEnough(_ seconds: Int32, _ expiry: UInt32, _ end: Int64?) {
        let times = SessionTimes(maxInactiveSeconds: seconds)
        #expect(times.expiry(nowMilliseconds: 1_000_000_000_000) == expiry)
        if let end {
            let isShort = seconds < 960
            let limit = isShort ? end : Int64(seconds) * 1_000 + 60_000
            #expect(!times.hasExpired(recordedMilliseconds: 0, nowMilliseconds: limit - 1))
            #expect(times.hasExpired(recordedMilliseconds: 0, nowMilliseconds: limit))
        } else {
            #expect(!times.hasExpired(recordedMilliseconds: 0, nowMilliseconds: .max))
            #expect(!times.needsRefresh(recordedMilliseconds: 0, nowMilliseconds: .max))
        }
    }

    @Test func changesAreLaidOverAnotherVersionAndForgottenWhenStored() {
        var content = SessionContent(
            version: SessionVersion(counter: 1, stamp: 0), creationMilliseconds: 0,
            maxInactiveSeconds: 60)
        content.attributes = ["kept": .int32(1), "gone": .int32(2), "theirs": .int32(3)]
        var changes = SessionChanges()
        changes.attributes = ["gone": .removed, "mine": .set(.int32(4))]
        changes.maxInactiveSeconds = 90
        changes.apply(to: &content)
        #expect(content.attributes == ["kept": .int32(1), "theirs": .int32(3), "mine": .int32(4)])
        #expect(content.maxInactiveSeconds == 90)
        let stored = changes
        changes.attributes["mine"] = .set(.int32(5))
        changes.subtract(stored)
        #expect(changes.attributes == ["mine": .set(.int32(5))])
        #expect(changes.maxInactiveSeconds == nil)
    }
}
