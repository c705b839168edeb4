import Base
import CacheStorage
import EventLoop
import MemcacheProtocol

/// `lru_crawler metadump` and `mgdump`: goes through all items in steps, each as long as the client
/// takes what the last one gave.
final class DumpStream: SessionStream {
    /// Items of a step; between two others have their turn.
    private static let itemsAStep = 64
    /// Lines are sent before they grow beyond this.
    private static let outputHighWater = 64 << 10

    private let service: CacheService
    private let scope: CrawlScope
    private let keysOnly: Bool
    private var place = CacheStore.WalkPlace()

    init(_ service: CacheService, _ scope: CrawlScope, keysOnly: Bool) {
        self.service = service
        self.scope = scope
        self.keysOnly = keysOnly
    }

    func run(on connection: Connection, _ record: ConnectionRecord) async throws {
        let output = connection.output
        output.append(Answers.ok)
        while self.step(output, at: connection.loop.now) {
            if output.count > Self.outputHighWater { try await connection.flush() }
            await connection.loop.yield()
            if connection.isClosed { throw ConnectionError.closed }
        }
        output.append(self.keysOnly ? "EN\r\n" : Answers.end)
        try await connection.flush()
    }

    /// Appends some items' lines; whether there are more.
    private func step(_ output: ByteBuffer, at time: Instant) -> Bool {
        let clock = self.service.clock
        return self.service.store.walk(
            &self.place, itemCount: Self.itemsAStep, now: clock.second(time)
        ) { key, item in
            if case .classes(let numbers) = self.scope, !numbers.contains(item.classNumber) {
                return
            }
            if self.keysOnly {
                Self.appendKey(key, item, to: output)
            } else {
                Self.append(key, item, clock, to: output)
            }
        }
    }

    private static func appendKey(_ key: Span<UInt8>, _ item: ItemView, to output: ByteBuffer) {
        output.append("mg ")
        if item.hasBinaryKey {
            Base64Key.encode(key, into: output)
            output.append(" b\r\n")
        } else {
            output.append(key)
            output.append("\r\n")
        }
    }

    private static func append(
        _ key: Span<UInt8>, _ item: ItemView, _ clock: CacheClock, to output: ByteBuffer
    ) {
        output.append("key=")
        output.append(percentEncoded: key)
        let expiry = item.expiry == 0 ? -1 : clock.unixSeconds(item.expiry)
        output.append(" exp=\(expiry) la=\(clock.unixSeconds(item.lastAccess)) cas=\(item.cas)")
        output.append(" fetch=\(item.wasFetched ? "yes" : "no") cls=\(item.classNumber)")
        // The blank before the end is memcached's.
        output.append(" size=\(item.byteCount) flags=\(item.flags) \n")
    }
}
