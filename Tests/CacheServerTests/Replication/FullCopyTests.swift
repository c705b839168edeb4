import Base
import CacheReplication
import CacheStorage
import Testing

@testable import CacheServer

/// What a full copy says of items whose time is over before they are told.
struct FullCopyTests {
    private static let key = Array("key".utf8)
    private static let second: Int64 = 1_000_000

    private static func set(_ node: SimulatedNode, expiry: UInt32, at second: UInt32) {
        node.node.keepTime(unixMicroseconds: Int64(second) * Self.second)
        let value: [UInt8] = [1]
        _ = node.store.store(
            Self.key.span, value.span, mode: .set, flags: 0, expiry: expiry, now: second)
    }

    /// The copy begins while the item lives, and goes on when its time is over: the peer's older
    /// state must go.
    @Test(arguments: [1, 100, 10_000]) func anItemThatEndsMeanwhileIsADeletion(bytes: Int) throws {
        let older = try SimulatedNode(number: 1, tag: 1, queueCountMax: 100)
        let newer = try SimulatedNode(number: 2, tag: 2, queueCountMax: 100)
        Self.set(older, expiry: 0, at: 10)
        Self.set(newer, expiry: 30, at: 20)
        let source = ChangeSource(newer.node, peer: 1, position: 0)
        source.beginCopy()
        let sink = ChangeSink(older.node, source: 2)
        let (frames, answers) = (ByteBuffer(), ByteBuffer())
        #expect(source.fill(frames, upTo: 1, now: 25))
        while source.fill(frames, upTo: frames.count + bytes, now: 31) {}
        try sink.take(frames, answers, now: 31, unixMicroseconds: 31 * Self.second)
        #expect(sink.counts.copies == 1)
        #expect(!older.store.read(Self.key.span, now: 31) { _ in }, "an older state that stayed")
    }

    /// One cache had no room for an item before it told it on: who is told so may have it all the
    /// same, or gets it of another one.
    @Test func whatOneEvictedStaysInOthers() throws {
        let small = try SimulatedNode(
            number: 1, tag: 1, queueCountMax: 100_000, memoryLimit: 1 << 20)
        let origin = try SimulatedNode(number: 2, tag: 2, queueCountMax: 100)
        let last = try SimulatedNode(number: 3, tag: 3, queueCountMax: 100)
        let holder = try SimulatedNode(number: 4, tag: 4, queueCountMax: 100)
        Self.set(last, expiry: 0, at: 10)
        Self.set(origin, expiry: 0, at: 20)
        try Self.copy(origin, to: small)
        try Self.copy(origin, to: holder)
        let place = small.node.log.end
        var number = 0
        while small.store.read(Self.key.span, now: 21, bumps: false, { _ in }) {
            let (key, value) = (Array("other:\(number)".utf8), [UInt8(1)])
            _ = small.store.store(
                key.span, value.span, mode: .set, flags: 0, expiry: 0, now: 21)
            number += 1
            try #require(number < 50_000)
        }
        // The older state goes, as the newer one has not been told yet.
        let source = ChangeSource(small.node, peer: 3, position: place - 1)
        try Self.tell(source, to: last, from: 1)
        #expect(!last.store.read(Self.key.span, now: 21) { _ in }, "an older state that stayed")
        try Self.tell(ChangeSource(small.node, peer: 4, position: place - 1), to: holder, from: 1)
        #expect(holder.store.read(Self.key.span, now: 21) { _ in }, "deleted by an eviction")
        try Self.copy(origin, to: last)
        #expect(last.store.read(Self.key.span, now: 21) { _ in }, "refused after an eviction")
    }

    private static func copy(_ from: SimulatedNode, to other: SimulatedNode) throws {
        let source = ChangeSource(from.node, peer: other.node.number, position: 0)
        source.beginCopy()
        try Self.tell(source, to: other, from: from.node.number)
    }

    private static func tell(
        _ source: ChangeSource, to other: SimulatedNode, from number: UInt64
    ) throws {
        let sink = ChangeSink(other.node, source: number)
        let (frames, answers) = (ByteBuffer(), ByteBuffer())
        while source.fill(frames, upTo: frames.count + 10_000, now: 21) {}
        try sink.take(frames, answers, now: 21, unixMicroseconds: 21 * Self.second)
    }
}
