import CLinux
import Glibc

/// What the kernel told of a descriptor in one event (the EPOLL… bits).
///
/// Plain questions instead of an OptionSet: this is asked for each request, and the generic set
/// operations are not specialised across modules (a quarter of the loop's instructions, measured).
package struct ReadySet: Sendable {
    private let bits: UInt32

    init(bits: UInt32) { self.bits = bits }

    /// There is something to read, or the end, or an error to be read.
    package var isReadable: Bool { self.bits & (0x001 | 0x2000 | 0x010 | 0x008) != 0 }
    /// There is room to write, or an error to be met in writing.
    package var isWritable: Bool { self.bits & (0x004 | 0x010 | 0x008) != 0 }
    /// The peer has finished sending, or the connection is dead.
    package var hasEnded: Bool { self.bits & (0x2000 | 0x010 | 0x008) != 0 }
}

/// The kernel's readiness queue (epoll(7)); used by the thread of one loop.
// SAFETY: `events` has room for eventCountMax events until deinit; only written ones are read.
@safe package final class EventPoll {
    /// How many events one call takes; more wait for the next call.
    package static let eventCountMax = 512

    private let poll: Descriptor
    private let events: UnsafeMutablePointer<epoll_event>
    private var eventCount: Int32 = 0

    /// Makes an empty queue.
    package init() throws(Errno) {
        self.poll = Descriptor(adopting: try systemCall { holdfast_epoll_create() })
        unsafe self.events = .allocate(capacity: Self.eventCountMax)
    }

    deinit { unsafe self.events.deallocate() }

    /// Watches `descriptor` in both directions, edge by edge: each change is told once.
    ///
    /// `token` comes back with each event; a new one for each use of a number tells stale events.
    package func watchEdges(of descriptor: Int32, token: UInt64) throws(Errno) {
        // EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET
        try self.control(EPOLL_CTL_ADD, descriptor, 0x001 | 0x004 | 0x2000 | 0x8000_0000, token)
    }

    /// Watches `descriptor` for reading, told again as long as it is ready.
    package func watchLevel(of descriptor: Int32, token: UInt64) throws(Errno) {
        try self.control(EPOLL_CTL_ADD, descriptor, 0x001, token)
    }

    /// Stops watching `descriptor`, which must still be open.
    package func unwatch(_ descriptor: Int32) throws(Errno) {
        try self.control(EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    /// Waits for events, which `event` then tells.
    ///
    /// - Parameter timeoutMilliseconds: -1 waits without end, 0 does not wait.
    /// - Returns: how many events there are.
    package func wait(timeoutMilliseconds: Int32) throws(Errno) -> Int {
        let poll = self.poll.number
        // SAFETY: `events` has room for eventCountMax events; only the written ones are read.
        self.eventCount = try systemCall {
            unsafe holdfast_epoll_wait(
                poll, self.events, Int32(Self.eventCountMax), timeoutMilliseconds)
        }
        return Int(self.eventCount)
    }

    /// One of the events that the last `wait` brought. Traps outside of them.
    package func event(at index: Int) -> (token: UInt64, ready: ReadySet) {
        precondition(index >= 0 && index < self.eventCount, "an event that was not told")
        let index = Int32(index)
        // SAFETY: the kernel wrote the first eventCount events.
        let ready = unsafe ReadySet(bits: holdfast_epoll_events(self.events, index))
        return (unsafe holdfast_epoll_data(self.events, index), ready)
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ events: UInt32, _ token: UInt64
    ) throws(Errno) {
        let poll = self.poll.number
        _ = try systemCall { holdfast_epoll_control(poll, operation, descriptor, events, token) }
    }
}

/// A counter in the kernel that wakes a loop from any thread (eventfd(2)).
package struct WakeUp: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Makes it, not signalled.
    package init() throws(Errno) {
        self.descriptor = Descriptor(
            adopting: try systemCall { holdfast_eventfd() })
    }

    /// The number to watch.
    package var number: Int32 { self.descriptor.number }

    /// Makes the descriptor readable. Any thread.
    package borrowing func signal() {
        var one: UInt64 = 1
        // SAFETY: eight bytes are read from a local. A full counter is signalled already.
        _ = unsafe write(self.descriptor.number, &one, 8)
    }

    /// Makes the descriptor unreadable again.
    package borrowing func reset() {
        var value: UInt64 = 0
        // SAFETY: eight bytes are written into a local.
        _ = unsafe read(self.descriptor.number, &value, 8)
    }
}
