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
    private let serverField = ByteBuffer(capacity: 48)
    private var serverToken = ""
    private let dateField = ByteBuffer(capacity: 48)
    private var dateEnd = Instant(nanoseconds: .min)

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
    func appendStandardFields(
        _ fields: StandardFields, of connection: ServerConnection, now: Instant,
        to output: ByteBuffer
    ) {
        if fields.contains(.server), let token = connection.settings.serverToken {
            if token != self.serverToken { self.renewServerField(token) }
            output.append(self.serverField)
        }
        if fields.contains(.date), connection.settings.sendsDate {
            if now >= self.dateEnd { self.renewDateField(now: now) }
            output.append(self.dateField)
        }
    }

    private func renewServerField(_ token: String) {
        self.serverToken = token
        self.serverField.clear()
        self.serverField.appendField("Server", token)
    }

    private func renewDateField(now: Instant) {
        let unixNanoseconds = SystemClock.unixNanoseconds()
        self.dateEnd = now + .nanoseconds(1_000_000_000 - unixNanoseconds % 1_000_000_000)
        self.dateField.clear()
        self.dateField.append("Date: ")
        HTTPDate.append(unixSeconds: unixNanoseconds / 1_000_000_000, to: self.dateField)
        self.dateField.append("\r\n")
    }
}
