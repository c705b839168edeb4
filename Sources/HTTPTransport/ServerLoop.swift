import Base
import EventLoop
import HTTPProtocol
import Synchronization
import SystemInterface

/// What the connections of one server share on one loop. Loop thread only, but for the counters.
final class ServerLoop {
    /// Counters that any thread may read.
    final class Counters: Sendable {
        let requestCount = Atomic<Int>(0)
        let rejectedCount = Atomic<Int>(0)
        let cutCount = Atomic<Int>(0)
        let openCount = Atomic<Int>(0)
        let busyCount = Atomic<Int>(0)
        let isDraining = Atomic<Bool>(false)
    }

    let counters: Counters
    private(set) var connections: [ObjectIdentifier: ServerConnection] = [:]
    private let standardFields = ByteBuffer(capacity: 96)
    private var standardFieldsEnd = Instant(nanoseconds: .min)

    init(counters: Counters) { self.counters = counters }

    /// Whether connections are to end at their next answer.
    var isDraining: Bool { self.counters.isDraining.load(ordering: .relaxed) }

    func add(_ connection: ServerConnection) {
        self.connections[ObjectIdentifier(connection)] = connection
        self.counters.openCount.wrappingAdd(1, ordering: .relaxed)
    }

    func remove(_ connection: ServerConnection) {
        self.connections[ObjectIdentifier(connection)] = nil
        self.counters.openCount.wrappingSubtract(1, ordering: .releasing)
    }

    /// Appends `Server` and `Date`, whose text is made once a second.
    func appendStandardFields(_ settings: ServerSettings, now: Instant, to output: ByteBuffer) {
        if now >= self.standardFieldsEnd { self.renewStandardFields(settings, now: now) }
        output.append(self.standardFields)
    }

    private func renewStandardFields(_ settings: ServerSettings, now: Instant) {
        let unixNanoseconds = SystemClock.unixNanoseconds()
        self.standardFieldsEnd =
            now + .nanoseconds(1_000_000_000 - unixNanoseconds % 1_000_000_000)
        self.standardFields.clear()
        if let token = settings.serverToken { self.standardFields.appendField("Server", token) }
        if settings.sendsDate {
            self.standardFields.append("Date: ")
            HTTPDate.append(
                unixSeconds: unixNanoseconds / 1_000_000_000, to: self.standardFields)
            self.standardFields.append("\r\n")
        }
    }
}
