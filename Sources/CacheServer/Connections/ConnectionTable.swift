import Base
import EventLoop
import Synchronization
import SystemInterface

/// What a connection does, for `stats conns` in memcached's words.
enum ConnectionState: UInt8, Sendable {
    case reading, readingValue, executing, watching

    var word: String {
        switch self {
        case .reading: "conn_read"
        case .readingValue: "conn_nread"
        case .executing: "conn_parse_cmd"
        case .watching: "conn_watch"
        }
    }
}

/// A connection as others see it. Any thread.
final class ConnectionRecord: Sendable {
    /// Its descriptor, which is its name in `stats conns` and for who watches.
    let descriptor: Int32
    private let connection: Connection
    private let lastCommand: Atomic<Int64>
    private let stateNumber = Atomic<UInt8>(0)
    private let reasonNumber = Atomic<UInt8>(CloseReason.normal.rawValue)
    private let closing = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ connection: Connection) {
        self.connection = connection
        self.descriptor = connection.descriptorNumber
        self.lastCommand = Atomic(connection.loop.now.nanoseconds)
    }

    /// The other end.
    var peerAddress: SocketAddress { self.connection.peerAddress }

    /// When it last had a command executed, in nanoseconds of the monotonic clock.
    var lastCommandNanoseconds: Int64 {
        get { self.lastCommand.load(ordering: .relaxed) }
        set { self.lastCommand.store(newValue, ordering: .relaxed) }
    }

    /// What it does now.
    var state: ConnectionState {
        get { ConnectionState(rawValue: self.stateNumber.load(ordering: .relaxed)) ?? .reading }
        set { self.stateNumber.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Why it ends, when it does.
    var closeReason: CloseReason {
        get { CloseReason(rawValue: self.reasonNumber.load(ordering: .relaxed)) ?? .normal }
        set { self.reasonNumber.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Where it was taken.
    var localAddress: SocketAddress? { try? Sockets.localAddress(of: self.descriptor) }

    /// What else is to be done when somebody closes it.
    func whenClosed(_ work: @escaping @Sendable () -> Void) {
        self.closing.withLock { $0 = work }
    }

    /// Closes it, on its loop.
    func close(because reason: CloseReason) {
        self.closeReason = reason
        let connection = self.connection
        connection.loop.run {
            connection.close()
            self.closing.withLock { $0.take() }?()
        }
    }

    /// Tells who waits for it that it is closed.
    func wasClosed() { self.closing.withLock { $0.take() }?() }
}

/// All connections that are open. Any thread.
final class ConnectionTable: Sendable {
    private let records = Mutex<[ObjectIdentifier: ConnectionRecord]>([:])

    /// Takes one in.
    func add(_ record: ConnectionRecord) {
        self.records.withLock { $0[ObjectIdentifier(record)] = record }
    }

    /// Takes one out.
    func remove(_ record: ConnectionRecord) {
        self.records.withLock { $0[ObjectIdentifier(record)] = nil }
    }

    /// All of them, by their descriptors.
    var all: [ConnectionRecord] {
        self.records.withLock { Array($0.values) }.sorted { $0.descriptor < $1.descriptor }
    }

    /// Those that had no command since an instant, in nanoseconds.
    func idle(since nanoseconds: Int64) -> [ConnectionRecord] {
        self.records.withLock { records in
            records.values.filter { $0.lastCommandNanoseconds < nanoseconds }
        }
    }
}
