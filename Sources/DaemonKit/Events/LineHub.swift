import Base
package import EventLoop
import Synchronization

/// Passes lines on to whoever listens now, and remembers the last ones. Any thread.
///
/// A listener that does not keep up loses lines and is told how many: nobody who writes waits.
package final class LineHub: Sendable {
    /// How many lines are remembered.
    package static let recentCountMax = 500
    /// How many lines may wait for one listener.
    package static let waitingCountMax = 2_000

    /// What one listener has not read yet.
    package final class Listening: Sendable {
        private struct State {
            var lines: [String] = []
            var lostCount = 0
            var isClosed = false
            var reader: Suspension?
        }

        private let state = Mutex(State())

        /// What has come since the last call; waits for something. Nil when nothing more comes.
        ///
        /// - Parameter interval: after which it returns without lines, so that a reader can look
        ///   whether its client is there.
        package func next(
            within interval: Duration, on loop: Loop
        ) async -> (lines: [String], lostCount: Int)? {
            let timer = loop.schedule(at: loop.now + interval) { self.wake() }
            await Suspension.wait { reader in
                let isReady = self.state.withLock { state in
                    guard state.lines.isEmpty, state.lostCount == 0, !state.isClosed else {
                        return true
                    }
                    state.reader = reader
                    return false
                }
                if isReady { reader.resume() }
            }
            timer.cancel()
            return self.state.withLock { state in
                if state.lines.isEmpty, state.isClosed { return nil }
                defer {
                    state.lines = []
                    state.lostCount = 0
                }
                return (state.lines, state.lostCount)
            }
        }

        fileprivate func take(_ line: String) {
            let reader = self.state.withLock { state in
                if state.lines.count < LineHub.waitingCountMax {
                    state.lines.append(line)
                } else {
                    state.lostCount += 1
                }
                return state.reader.take()
            }
            reader?.resume()
        }

        fileprivate func close() {
            self.state.withLock { $0.isClosed = true }
            self.wake()
        }

        private func wake() {
            let reader = self.state.withLock { $0.reader.take() }
            reader?.resume()
        }
    }

    private struct State {
        var recent: [String] = []
        var listeners: [Listening] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Begins without lines.
    package init() {}

    /// Passes a line on; it has no line end in it.
    package func publish(_ line: String) {
        let listeners = self.state.withLock { state in
            if state.recent.count >= Self.recentCountMax * 2 {
                state.recent.removeFirst(state.recent.count - Self.recentCountMax + 1)
            }
            state.recent.append(line)
            return state.listeners
        }
        for listener in listeners { listener.take(line) }
    }

    /// The last lines, at most `count` of them and at most `recentCountMax`.
    package func recent(_ count: Int) -> [String] {
        self.state.withLock { Array($0.recent.suffix(min(count, Self.recentCountMax))) }
    }

    /// Begins to listen: the last lines, and what will come. `leave` must follow.
    package func listen(recent count: Int) -> (recent: [String], listening: Listening) {
        let listening = Listening()
        let recent = self.state.withLock { state in
            if state.isClosed { listening.close() } else { state.listeners.append(listening) }
            return Array(state.recent.suffix(min(count, Self.recentCountMax)))
        }
        return (recent, listening)
    }

    /// Ends listening.
    package func leave(_ listening: Listening) {
        self.state.withLock { state in state.listeners.removeAll { $0 === listening } }
    }

    /// Lets all listeners end.
    package func close() {
        let listeners = self.state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners { listener.close() }
    }
}
