import Base
import EventLoop
import Synchronization

/// Tells the service manager that every loop is alive, as long as it is. On the main loop.
///
/// Each tick asks all loops for a sign; WATCHDOG=1 is sent when all signs of the last tick have
/// come. A loop that is stuck therefore stops it, and the manager restarts the daemon.
final class Watchdog: Sendable {
    private let signs: [Sign]
    private let interval: Duration

    private final class Sign: Sendable {
        let loop: Loop
        let isAlive = Atomic<Bool>(true)
        init(_ loop: Loop) { self.loop = loop }
    }

    /// Watches `loops`; `limit` is how long the manager waits (WATCHDOG_USEC).
    init(loops: [Loop], limit: Duration) {
        self.signs = loops.map { Sign($0) }
        // Twice within the half of the limit that sd_watchdog_enabled(3) recommends.
        self.interval = limit / 4
    }

    /// Feeds the manager until the process ends.
    func run(on loop: Loop, feed: @Sendable () -> Void = { Systemd.notify("WATCHDOG=1") }) async {
        while true {
            if self.signs.allSatisfy({ $0.isAlive.load(ordering: .acquiring) }) {
                feed()
                for sign in self.signs {
                    sign.isAlive.store(false, ordering: .relaxed)
                    sign.loop.run { sign.isAlive.store(true, ordering: .releasing) }
                }
            }
            await loop.sleep(until: loop.now + self.interval)
        }
    }
}
