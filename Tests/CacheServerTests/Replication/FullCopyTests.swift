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
}
