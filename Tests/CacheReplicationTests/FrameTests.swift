import Base
import TestSupport
import Testing

@testable import CacheReplication

/// Frames: what is written is read, whole, in pieces, and cut short; what is none is refused.
struct FrameTests {
    static let frames: [ReplicationFrame] = [
        .greeting(
            Greeting(
                node: 0xFEDC_BA98_7654_3210, tag: 4_095, port: 11_212, position: 7,
                nonce: (0..<16).map { UInt8($0) })),
        .proof([UInt8](repeating: 7, count: 32)), .proof([]), .refusal("who are you?"),
        .copyBegins, .copyEnds,
        .item(
            ItemHead(
                key: Array("key".utf8), version: .max, cas: 5, flags: .max, expiry: 1 << 40,
                isStale: true, hasBinaryKey: true, valueByteCount: 1 << 30)),
        .item(
            ItemHead(
                key: [UInt8](repeating: 0x6B, count: 250), version: 1, cas: 0, flags: 0, expiry: 0,
                valueByteCount: 0)),
        .deletion(key: [0x61], version: 9), .flush(version: 10), .position(place: 3, end: 4),
        .acknowledgement(11),
    ]

    @Test(arguments: frames)
    func isReadAsWritten(frame: ReplicationFrame) throws {
        let buffer = ByteBuffer()
        frame.append(to: buffer)
        let count = buffer.count
        buffer.append("what follows")
        let bytes = buffer.bytes
        let read = try #require(try ReplicationFrame.read(bytes))
        #expect(read.frame == frame)
        #expect(read.byteCount == count)
        for cut in 0..<count {
            let cutShort = try ReplicationFrame.read(bytes.extracting(0..<cut))
            #expect(cutShort == nil, "\(cut) of \(count) bytes")
        }
    }

    static let refused: [(bytes: [UInt8], why: String)] = [
        ([0], "there is no frame of kind 0"), ([11, 0, 0], "there is no frame of kind 11"),
        ([4, 2, 1], "a frame of 513 bytes; 512 are the most"),
        ([4, 0, 1, 0], "a frame of kind 4 with a body that is none"),
        ([8, 0, 1, 0], "a frame of kind 8 with a body that is none"),
        ([7, 0, 8] + [UInt8](repeating: 0, count: 8), "a frame of kind 7 with a body that is none"),
        ([6, 0, 1, 0], "a frame of kind 6 with a body that is none"),
        ([1, 0, 2, 0x47, 0x45], "this is no cache that replicates"),
        (
            [1, 0, 10] + Array("Holdfast".utf8) + [0, 2],
            "its replication format is 2, this one's is 1"
        ),
    ]

    @Test(arguments: refused)
    func isRefused(bytes: [UInt8], why: String) {
        #expect(throws: FrameProblem(why)) { _ = try ReplicationFrame.read(bytes.span) }
    }

    @Test func noBytesTrap() {
        let seed = TestSeed()
        var random = seed.generator
        let buffer = ByteBuffer()
        for _ in 0..<20_000 {
            buffer.clear()
            Self.frames.randomElement(using: &random)?.append(to: buffer)
            let place = Int.random(in: 0..<buffer.count, using: &random)
            buffer.set(UInt8.random(in: 0...255, using: &random), at: place)
            let bytes = buffer.bytes
            if let read = try? ReplicationFrame.read(bytes) {
                #expect(read.byteCount <= buffer.count, "\(seed)")
            }
        }
    }
}
