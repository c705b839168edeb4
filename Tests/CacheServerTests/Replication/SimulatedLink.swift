import Base
import CacheReplication

@testable import CacheServer

/// A connection on which one simulated cache tells another what changed. Bytes are under way for as
/// long as the network likes, in pieces of any size. When it breaks, what is under way is lost, or
/// arrives late: behind what the next connection brings.
final class SimulatedLink {
    /// What is still under way of a connection that its sender has given up.
    private struct Tail {
        let sink: ChangeSink
        let wire = ByteBuffer(), input = ByteBuffer()
    }

    /// So many connections of before may still have something under way.
    private static let tailCountMax = 3

    let from: Int, to: Int
    private var source: ChangeSource?
    private var sink: ChangeSink?
    private let toSink = ByteBuffer(), toSource = ByteBuffer()
    private let sinkInput = ByteBuffer(), sourceInput = ByteBuffer()
    private var tails: [Tail] = []
    /// Copies that were sent whole, and those because the log had forgotten what was missing.
    private(set) var copyCount = 0, overflowCount = 0

    init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }

    func connect(_ source: ReplicaNode, _ sink: ReplicaNode) {
        self.source = ChangeSource(
            source, peer: sink.number, position: sink.position(in: source.number))
        self.sink = ChangeSink(sink, source: source.number)
    }

    /// Breaks it.
    ///
    /// - Parameter isLost: whether what is under way is lost.
    func cut(isLost: Bool) {
        self.copyCount += self.source?.counts.copies ?? 0
        self.overflowCount += self.source?.counts.overflows ?? 0
        if !isLost, let sink = self.sink, self.tails.count < Self.tailCountMax {
            let tail = Tail(sink: sink)
            for (part, whole) in [(tail.input, self.sinkInput), (tail.wire, self.toSink)] {
                let bytes = whole.bytes
                part.append(bytes)
            }
            self.tails.append(tail)
        }
        self.source = nil
        self.sink = nil
        for buffer in [self.toSink, self.toSource, self.sinkInput, self.sourceInput] {
            buffer.clear()
        }
    }

    /// Breaks it for good: who received is no more.
    func end() {
        self.cut(isLost: true)
        self.tails = []
    }

    var isUp: Bool { self.source != nil }
    /// Whether the sink has all that there is, and nothing is under way.
    var isCaughtUp: Bool { self.tails.isEmpty && self.source?.isCaughtUp ?? false }

    /// What is under way of a connection of before goes on; its answers reach nobody.
    func moveTail(_ random: inout SeededGenerator, now: UInt32, micros: Int64) throws {
        guard let index = self.tails.indices.randomElement(using: &random) else { return }
        let tail = self.tails[index]
        self.carry(tail.wire, tail.input, &random)
        try tail.sink.take(tail.input, ByteBuffer(), now: now, unixMicroseconds: micros)
        if tail.wire.isEmpty { self.tails.remove(at: index) }
    }

    /// The source says some, and the network carries some.
    func move(_ random: inout SeededGenerator, now: UInt32, micros: Int64) throws {
        guard let source = self.source, let sink = self.sink else { return }
        if Bool.random(using: &random) {
            let limit = Int.random(in: 1...20_000, using: &random)
            _ = source.fill(self.toSink, upTo: self.toSink.count + limit, now: now)
        }
        if Int.random(in: 0..<8, using: &random) == 0 { source.sayPosition(self.toSink) }
        self.carry(self.toSink, self.sinkInput, &random)
        try sink.take(self.sinkInput, self.toSource, now: now, unixMicroseconds: micros)
        self.carry(self.toSource, self.sourceInput, &random)
        try self.hear(source)
    }

    private func hear(_ source: ChangeSource) throws {
        while true {
            let input = self.sourceInput
            let bytes = input.bytes
            guard let (frame, byteCount) = try ReplicationFrame.read(bytes) else { return }
            input.consume(byteCount)
            guard case .acknowledgement(let place) = frame else {
                throw FrameProblem("not an answer")
            }
            source.take(acknowledgement: place)
        }
    }

    private func carry(
        _ wire: ByteBuffer, _ input: ByteBuffer, _ random: inout SeededGenerator
    ) {
        guard !wire.isEmpty else { return }
        let isWhole = Bool.random(using: &random)
        let count = isWhole ? wire.count : Int.random(in: 0...wire.count, using: &random)
        let bytes = wire.bytes
        input.append(bytes.extracting(0..<count))
        wire.consume(count)
    }
}
