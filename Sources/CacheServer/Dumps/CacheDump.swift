import Base
import CacheStorage
import MemcacheProtocol

/// `stats cachedump`: some items of a class, for people.
enum CacheDump {
    /// memcached's answer has 2 MiB at the most; so many items are fewer and keep no loop for long.
    private static let itemCountMax = 2_000

    /// Appends up to `limit` items of a class, or as many as there may be for 0.
    static func append(
        class number: Int, limit: Int, _ store: CacheStore, _ clock: CacheClock, now: UInt32,
        to output: ByteBuffer
    ) {
        let count = limit == 0 ? Self.itemCountMax : min(limit, Self.itemCountMax)
        store.walkClass(number: number, count: count, now: now) { key, item in
            // Keys of any bytes are not for a terminal.
            if item.hasBinaryKey { return }
            output.append("ITEM ")
            output.append(key)
            // Not by interpolation, which takes longer than all the rest.
            output.append(" [")
            output.append(decimal: item.valueByteCount)
            output.append(" b; ")
            output.append(decimal: item.expiry == 0 ? 0 : Int(clock.unixSeconds(item.expiry)))
            output.append(" s]\r\n")
        }
        output.append(Answers.end)
    }
}
