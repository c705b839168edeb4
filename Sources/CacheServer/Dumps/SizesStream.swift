import Base
import CacheStorage
import EventLoop
import MemcacheProtocol

/// `stats sizes`, where `-o track_sizes` asks for it: how many items there are of each size,
/// counted when it is asked for, in steps.
final class SizesStream: SessionStream {
    /// Items of a step; between two others have their turn.
    private static let itemsAStep = 64
    /// The steps of sizes in bytes.
    private static let sizeStep = 32

    private let service: CacheService
    private var counts: [Int: Int] = [:]

    init(_ service: CacheService) { self.service = service }

    func run(on connection: Connection, _ record: ConnectionRecord) async throws {
        var place = CacheStore.WalkPlace()
        while self.step(&place, at: connection.loop.now) {
            await connection.loop.yield()
            if connection.isClosed { throw ConnectionError.closed }
        }
        var list = StatisticList()
        for (size, count) in self.counts.sorted(by: { $0.key < $1.key }) {
            list.add("\(size)", count)
        }
        list.append(to: connection.output)
        connection.output.append(Answers.end)
    }

    private func step(_ place: inout CacheStore.WalkPlace, at time: Instant) -> Bool {
        self.service.store.walk(
            &place, itemCount: Self.itemsAStep, now: self.service.clock.second(time)
        ) { _, item in
            // As memcached has it: up to the next step.
            let steps = (item.byteCount + Self.sizeStep - 1) / Self.sizeStep
            self.counts[steps * Self.sizeStep, default: 0] += 1
        }
    }
}
