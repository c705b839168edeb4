import Base
import EventLoop
import MemcacheProtocol
import Synchronization

/// One who watches: lines that wait to be sent to it, in a buffer that has an end. Any thread.
final class Watcher: Sendable {
    private struct State {
        var lines: [UInt8] = []
        /// Lines for which there was no room since the last that had some.
        var skippedCount = 0
        var waiter: Suspension?
    }

    /// What it watches.
    let streams: WatchStreams
    private let byteCountMax: Int
    private let state = Mutex(State())

    init(_ streams: WatchStreams, byteCountMax: Int) {
        self.streams = streams
        self.byteCountMax = byteCountMax
    }

    /// Adds a line; false when there was no room for it. The first line after some that were lost
    /// says how many they were.
    func append(_ head: ByteBuffer, _ text: ByteBuffer) -> Bool {
        let (isTaken, waiter) = self.state.withLock { state in
            let byteCount = head.count + text.count + 1
            guard state.lines.count + byteCount <= self.byteCountMax else {
                state.skippedCount += 1
                return (false, Suspension?.none)
            }
            if state.skippedCount > 0 {
                state.lines += Array("skipped=\(state.skippedCount)\n".utf8)
                state.skippedCount = 0
            }
            state.lines += head.makeArray()
            state.lines += text.makeArray()
            state.lines.append(0x0A)
            return (true, state.waiter.take())
        }
        waiter?.resume()
        return isTaken
    }

    /// Moves the lines that wait into `output`; false when there are none.
    func drain(into output: ByteBuffer) -> Bool {
        self.state.withLock { state in
            guard !state.lines.isEmpty else { return false }
            output.append(state.lines)
            state.lines.removeAll(keepingCapacity: true)
            return true
        }
    }

    /// Waits until there are lines, or somebody calls `wake`.
    func wait() async {
        await Suspension.wait { suspension in
            let isReady = self.state.withLock { state in
                if !state.lines.isEmpty { return true }
                state.waiter = suspension
                return false
            }
            if isReady { suspension.resume() }
        }
    }

    /// Lets who waits go on.
    func wake() { self.state.withLock { $0.waiter.take() }?.resume() }
}

/// A connection that has said `watch`: it is sent lines until it goes.
final class WatchStream: SessionStream {
    private let hub: WatchHub
    private let watcher: Watcher

    init(_ hub: WatchHub, _ watcher: Watcher) {
        self.hub = hub
        self.watcher = watcher
    }

    deinit { self.hub.remove(self.watcher) }

    func run(on connection: Connection, _ record: ConnectionRecord) async throws {
        let watcher = self.watcher
        defer { self.hub.remove(watcher) }
        record.whenClosed { watcher.wake() }
        connection.whenPeerFinishes = { watcher.wake() }
        try await connection.flush()
        while !connection.isClosed, !connection.peerHasFinished {
            if watcher.drain(into: connection.output) {
                try await connection.flush()
            } else {
                connection.releaseIdleMemory()
                await watcher.wait()
            }
        }
        throw ConnectionError.closed
    }
}
