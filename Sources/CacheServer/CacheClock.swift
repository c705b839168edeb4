import Base
import CacheStorage
import Synchronization
import SystemInterface

/// The store's time: seconds since the server's start, from 2 on, as memcached counts them.
struct CacheClock: Sendable {
    /// Expiry times beyond this many seconds are Unix times (protocol.txt).
    private static let relativeSecondsMax = 60 * 60 * 24 * 30
    /// memcached begins at 2, so that 0 is never a time and 1 is always past.
    private static let firstSecond: Int64 = 2

    private let start: Instant
    private let startUnixSeconds: Int64
    /// The Unix second of second 0.
    private let epoch: Int64
    /// How far tests have moved it.
    let shift: TimeShift

    /// A clock that begins now.
    init() {
        self.start = SystemClock.now()
        self.startUnixSeconds = SystemClock.unixNanoseconds() / 1_000_000_000
        self.epoch = self.startUnixSeconds - Self.firstSecond
        self.shift = TimeShift()
    }

    /// The clock of a store that was begun by another process.
    init(_ other: CacheClock, epoch: Int64) {
        self.start = other.start
        self.startUnixSeconds = other.startUnixSeconds
        self.epoch = epoch
        self.shift = other.shift
    }

    /// What a store is told that is made now.
    func origin() -> StoreOrigin {
        let secret = SecureRandom.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return StoreOrigin(secret: secret, epoch: self.epoch, unixNow: self.startUnixSeconds)
    }

    /// The second of an instant.
    func second(_ now: Instant) -> UInt32 {
        let nanoseconds = self.shift.moved(now.nanoseconds) - self.start.nanoseconds
        return UInt32(
            clamping: nanoseconds / 1_000_000_000 + self.startUnixSeconds - self.epoch)
    }

    /// What a client's expiry time means: 0 never, negative at once, small relative, large a Unix
    /// time.
    ///
    /// memcached keeps 32 bits of it, so that 9999999999 has long passed; clients see the same
    /// here.
    func expiry(_ given: Int, now: UInt32) -> UInt32 {
        self.second(given: Int(Int32(truncatingIfNeeded: given)), now: now)
    }

    /// What the 32 bits of a binary request mean: never negative, as memcached reads them, so that
    /// 4294967295 is the year 2106.
    func expiry(bits: UInt32, now: UInt32) -> UInt32 { self.second(given: Int(bits), now: now) }

    private func second(given: Int, now: UInt32) -> UInt32 {
        if given == 0 { return 0 }
        if given < 0 { return 1 }
        if given > Self.relativeSecondsMax {
            let relative = Int64(given) - self.epoch
            return relative <= 1 ? 1 : UInt32(clamping: relative)
        }
        return UInt32(clamping: Int64(now) + Int64(given))
    }

    /// The Unix time of a second.
    func unixSeconds(_ second: UInt32) -> Int64 {
        self.epoch + Int64(second)
    }

    /// Seconds since the server's start.
    func uptime(_ now: Instant) -> Int64 {
        (now.nanoseconds - self.start.nanoseconds) / 1_000_000_000
    }
}

/// How far the clock stands from the real one: `debugtime` moves it, which only tests may do.
final class TimeShift: Sendable {
    private let offset = Atomic<Int64>(0)
    /// When it was stopped, in nanoseconds; 0 while it runs.
    private let stoppedAt = Atomic<Int64>(0)

    /// The time that a clock shows at a time.
    @inline(__always)
    func moved(_ nanoseconds: Int64) -> Int64 {
        let stopped = self.stoppedAt.load(ordering: .relaxed)
        return (stopped == 0 ? nanoseconds : stopped) &+ self.offset.load(ordering: .relaxed)
    }

    func move(bySeconds seconds: Int) {
        self.offset.wrappingAdd(Int64(seconds) * 1_000_000_000, ordering: .relaxed)
    }

    func stop() { self.stoppedAt.store(SystemClock.now().nanoseconds, ordering: .relaxed) }

    func start() { self.stoppedAt.store(0, ordering: .relaxed) }
}
