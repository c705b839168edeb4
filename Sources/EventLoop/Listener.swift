import Base
import Synchronization
package import SystemInterface

/// How a listening socket is made.
package struct ListenerOptions: Sendable {
    /// How many connections may wait to be accepted.
    package var backlog: Int32 = 511
    /// Whether several sockets may listen at the address (SO_REUSEPORT).
    package var reusePort = false
    /// The permission bits of a UNIX socket's path, or nil to leave what the umask gives.
    package var unixPermissions: UInt32?

    /// The usual options.
    package init() {}
}

/// A listening socket: accepts on the first of its loops and hands connections round.
package final class Listener: Sendable {
    /// How many connections are accepted before other events are looked at.
    private static let acceptsPerTurnMax = 64
    /// How long accepting rests when the process is out of descriptors.
    private static let pauseWhenExhausted = Duration.milliseconds(100)

    private struct State {
        var descriptor: Int32?
        var watch: LoopBound<WatchToken>?
        var loops: [Loop] = []
        var nextLoop = 0
        var handler: (@Sendable (Connection) async -> Void)?
        /// Whether who comes is left to wait.
        var isHeld = false
    }

    /// Where it listens, with the real port where 0 was asked for.
    package let address: SocketAddress
    /// Whether the socket was made here; then its UNIX path is removed when it stops.
    private let isOwn: Bool
    private let state: Mutex<State>
    private let acceptedCounter = Atomic<Int>(0)
    private let openCounter = Atomic<Int>(0)

    /// Listens at `address`. A UNIX path on which nobody listens any more is taken over.
    ///
    /// - Throws: `addressInUse` when somebody listens there.
    package static func bind(
        _ address: SocketAddress, options: ListenerOptions = ListenerOptions()
    ) throws(Errno) -> Listener {
        if case .unix(let path) = address { try Self.removeStaleSocket(path) }
        let socket = try Sockets.listen(
            at: address, backlog: options.backlog, reusePort: options.reusePort)
        if case .unix(let path) = address, let permissions = options.unixPermissions {
            try Files.setPermissions(path, permissions)
        }
        return try Listener(descriptor: socket, isOwn: true)
    }

    /// Takes over a socket that listens already, such as one that systemd passed.
    package convenience init(adopting number: Int32) throws(Errno) {
        try RawDescriptor.prepare(number)
        try self.init(descriptor: Descriptor(adopting: number), isOwn: false)
    }

    private init(descriptor: consuming Descriptor, isOwn: Bool) throws(Errno) {
        self.address = try Sockets.localAddress(of: descriptor.number)
        self.isOwn = isOwn
        self.state = Mutex(State(descriptor: descriptor.take()))
    }

    /// How many connections were accepted since the start.
    package var acceptedCount: Int { self.acceptedCounter.load(ordering: .relaxed) }
    /// How many accepted connections are open now.
    package var openCount: Int { self.openCounter.load(ordering: .relaxed) }
    /// The listening descriptor, or nil after `stop`.
    package var descriptorNumber: Int32? { self.state.withLock { $0.descriptor } }

    /// Begins to accept. `handler` runs as a task on the connection's loop; when it returns the
    /// connection is closed, unless it is one that `isKept`. Once at most.
    package func start(
        on loops: [Loop], handler: @escaping @Sendable (Connection) async -> Void
    ) {
        precondition(!loops.isEmpty, "a listener needs a loop")
        self.state.withLock {
            precondition($0.handler == nil, "a listener is started once")
            $0.loops = loops
            $0.handler = handler
        }
        loops[0].run { self.beginWatching(on: loops[0]) }
    }

    /// Leaves who comes to wait in the kernel, until `goOn`. A few may be accepted yet. Any thread.
    package func hold() {
        let loop = self.state.withLock { state in
            state.isHeld = true
            return state.loops.first
        }
        loop?.run {
            let watch = self.state.withLock { $0.isHeld ? $0.watch.take() : nil }
            if let watch { watch.loop.unwatch(watch.value) }
        }
    }

    /// Accepts again. Any thread.
    package func goOn() {
        let loop = self.state.withLock { state in
            state.isHeld = false
            return state.loops.first
        }
        if let loop { loop.run { self.beginWatching(on: loop) } }
    }

    /// Accepts no more and closes the socket; connections that stand go on. Any thread.
    package func stop() {
        let (descriptor, watch) = self.state.withLock { state in
            let taken = (state.descriptor, state.watch)
            state.descriptor = nil
            state.watch = nil
            return taken
        }
        guard let descriptor else { return }
        if self.isOwn, case .unix(let path) = self.address { try? Files.remove(path) }
        guard let watch else {
            RawDescriptor.close(descriptor)
            return
        }
        watch.loop.run {
            watch.loop.unwatch(watch.value)
            RawDescriptor.close(descriptor)
        }
    }

    private static func removeStaleSocket(_ path: String) throws(Errno) {
        guard let status = try? Files.status(path) else { return }
        guard status.kind == .socket else { throw .addressInUse }
        do {
            _ = try Sockets.startConnecting(to: .unix(path))
        } catch .connectionRefused {
            try Files.remove(path)
            return
        } catch {
            return
        }
        throw .addressInUse
    }

    private func beginWatching(on loop: Loop) {
        self.state.withLock { state in
            guard let descriptor = state.descriptor, state.watch == nil, !state.isHeld else {
                return
            }
            guard let token = try? loop.watch(descriptor, { self.acceptWaiting(on: loop) }) else {
                preconditionFailure("a listening socket cannot be watched")
            }
            state.watch = LoopBound(token, loop: loop)
        }
    }

    private func acceptWaiting(on loop: Loop) {
        guard let listener = self.state.withLock({ $0.isHeld ? nil : $0.descriptor }) else {
            return
        }
        for _ in 0..<Self.acceptsPerTurnMax {
            do {
                guard let (descriptor, peer) = try Sockets.accept(from: listener) else { return }
                self.acceptedCounter.wrappingAdd(1, ordering: .relaxed)
                self.hand(descriptor, peer)
            } catch {
                // Out of descriptors or memory: the connections wait in the kernel meanwhile.
                self.pause(on: loop)
                return
            }
        }
    }

    private func pause(on loop: Loop) {
        guard let watch = self.state.withLock({ $0.watch.take() }) else { return }
        loop.unwatch(watch.value)
        loop.schedule(at: loop.now + Self.pauseWhenExhausted) { self.beginWatching(on: loop) }
    }

    private func hand(_ descriptor: Int32, _ peer: SocketAddress) {
        let (loop, handler) = self.state.withLock { state in
            let loop = state.loops[state.nextLoop]
            state.nextLoop = (state.nextLoop + 1) % state.loops.count
            return (loop, state.handler)
        }
        guard let handler else { return RawDescriptor.close(descriptor) }
        self.openCounter.wrappingAdd(1, ordering: .relaxed)
        if loop.isCurrent {
            self.serve(descriptor, peer, loop, handler)
        } else {
            loop.run { self.serve(descriptor, peer, loop, handler) }
        }
    }

    private func serve(
        _ descriptor: Int32, _ peer: SocketAddress, _ loop: Loop,
        _ handler: @escaping @Sendable (Connection) async -> Void
    ) {
        guard let connection = try? Connection(adopting: descriptor, peer: peer, on: loop) else {
            self.openCounter.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        loop.spawn {
            await handler(connection)
            if !connection.isKept { connection.close() }
            self.openCounter.wrappingSubtract(1, ordering: .relaxed)
        }
    }
}
