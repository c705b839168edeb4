import Synchronization
package import SystemInterface

/// The loops of a process, each on its thread.
package final class LoopGroup: Sendable {
    private struct ThreadBox: ~Copyable {
        var threads: [JoinableThread] = []
    }

    /// A thread that can be kept in an array.
    private final class JoinableThread: Sendable {
        private let thread: Mutex<Thread?>
        init(_ thread: consuming Thread) { self.thread = Mutex(thread) }
        func join() {
            let thread = self.thread.withLock { thread in thread.take() }
            switch consume thread {
            case .some(let thread): thread.join()
            case .none: break
            }
        }
    }

    /// The loops, at least one.
    package let loops: [Loop]
    private let threads: [JoinableThread]
    private let nextIndex = Atomic<Int>(0)

    /// Starts `count` loops; their threads are called `name-0`, `name-1`…
    package init(count: Int, name: String) throws(Errno) {
        precondition(count > 0, "a group has at least one loop")
        var loops: [Loop] = []
        var threads: [JoinableThread] = []
        for index in 0..<count {
            let loop = try Loop(name: "\(name)-\(index)")
            loops.append(loop)
            threads.append(JoinableThread(try Thread(name: loop.name) { loop.main() }))
        }
        self.loops = loops
        self.threads = threads
    }

    /// The loops one after another, for work that is to be spread.
    package func next() -> Loop {
        let index = self.nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
        return self.loops[Int(UInt(bitPattern: index) % UInt(self.loops.count))]
    }

    /// Closes all connections, ends the loops after their present turn and waits for their threads.
    /// Not from a loop's own thread.
    package func stop() {
        for loop in self.loops { loop.requestStop() }
        for thread in self.threads { thread.join() }
    }
}

/// A value that belongs to one loop and may be handed about, but looked at on that loop only.
// SAFETY: `value` traps off the loop's thread, so the value has one thread.
package struct LoopBound<Value>: @unchecked Sendable {
    private let stored: Value
    /// The loop the value belongs to.
    package let loop: Loop

    /// Binds `value` to `loop`; nobody else may keep it.
    package init(_ value: Value, loop: Loop) {
        self.stored = value
        self.loop = loop
    }

    /// The value. Traps off the loop's thread.
    package var value: Value {
        precondition(self.loop.isCurrent, "a loop's value was used off its thread")
        return self.stored
    }
}
