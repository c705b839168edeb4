package import Base
import Synchronization
package import SystemInterface

/// One thread that runs tasks, waits for readiness and fires timers.
///
/// A `TaskExecutor`: a task that prefers it runs nowhere else. What is marked 'loop thread only'
/// traps elsewhere in debug builds.
// SAFETY: `inbox` and the atomics may be used by any thread; all else that changes is touched by
// the loop's own thread only, which `preconditionOnLoop` checks. Jobs come from the Swift run time
// and are run once.
package final class Loop: TaskExecutor, @unchecked Sendable {
    /// How many times in a row ready tasks are run before events are looked at again.
    private static let jobRoundsMax = 64
    /// The memory a connection borrows while it is busy, in bytes.
    package static let bufferBlockSize = 16_384
    /// How many unused blocks a loop keeps.
    private static let spareBlockCountMax = 1_024

    /// The name of the loop's thread.
    package let name: String
    private let poll: EventPoll
    private let inbox: LoopInbox
    private let isStopping = Atomic<Bool>(false)
    private let turnCounter = Atomic<Int>(0)

    private var jobs: [UnownedJob] = []
    private var endOfTurnWork: [() -> Void] = []
    private var timers = TimerQueue()
    private var watchers: WatcherTable = WatcherTable()
    private var turnTime = SystemClock.now()
    private var pace: LoopPace
    /// Who measures the turns; nil but in benchmarks. Loop thread only.
    package var turnMeter: TurnMeter?
    let buffers = ByteBufferPool(
        blockSize: Loop.bufferBlockSize, spareCountMax: Loop.spareBlockCountMax)

    /// Makes a loop; its thread is started by `LoopGroup`.
    init(name: String) throws(Errno) {
        self.name = name
        self.poll = try EventPoll()
        self.inbox = try LoopInbox()
        self.pace = try LoopPace(now: self.turnTime)
        try self.poll.watchLevel(of: self.inbox.number, token: WatcherTable.wakeUpToken)
        try self.poll.watchLevel(of: self.pace.number, token: WatcherTable.paceToken)
    }

    // MARK: From any thread

    /// The loop whose thread this is, or nil elsewhere.
    package static var current: Loop? {
        guard let pointer = unsafe ThreadLocalPointer.value else { return nil }
        // SAFETY: the pointer is set by `main()` for as long as the loop's thread runs.
        return unsafe Unmanaged<Loop>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Whether the caller is on this loop's thread.
    package var isCurrent: Bool {
        // SAFETY: only the pointers are compared.
        unsafe ThreadLocalPointer.value == Unmanaged.passUnretained(self).toOpaque()
    }

    /// How many turns the loop has begun; a loop whose number stands still while it has work is
    /// stuck.
    package var turnCount: Int { self.turnCounter.load(ordering: .relaxed) }

    /// Takes a task's next piece of work; called by the Swift run time.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if self.isCurrent {
            self.jobs.append(job)
        } else {
            self.inbox.hand(job)
        }
    }

    /// Starts a task that lives on this loop. Any thread.
    package func spawn(_ body: @escaping @Sendable () async -> Void) {
        Task(executorPreference: self) { await body() }
    }

    /// Runs `work` on this loop in its next turn. Any thread.
    package func run(_ work: @escaping @Sendable () -> Void) {
        self.inbox.hand(work)
    }

    /// Asks the loop to return from `main()` after its present turn. Any thread.
    func requestStop() {
        self.isStopping.store(true, ordering: .releasing)
        self.run {}
    }

    // MARK: Loop thread only

    /// The time at which this turn began.
    package var now: Instant {
        self.preconditionOnLoop()
        return self.turnTime
    }

    /// Does `work` once, after the tasks of this turn and before the loop waits again.
    package func atEndOfTurn(_ work: @escaping () -> Void) {
        self.preconditionOnLoop()
        self.endOfTurnWork.append(work)
    }

    /// Does `work` at `deadline`, or soon after.
    @discardableResult
    package func schedule(at deadline: Instant, _ work: @escaping () -> Void) -> TimerHandle {
        self.preconditionOnLoop()
        let timer = TimerHandle(deadline: deadline, work: work)
        self.timers.add(timer)
        return timer
    }

    /// Waits until `deadline`.
    package func sleep(until deadline: Instant) async {
        await Suspension.wait { suspension in
            self.schedule(at: deadline) { suspension.resume() }
        }
    }

    /// Lets whatever else is ready go first, events that are told meanwhile included.
    package func yield() async {
        await Suspension.wait { suspension in self.run { suspension.resume() } }
    }

    /// Calls `onReady` whenever `descriptor` can be read, for descriptors that are no connections
    /// (signals, listeners). The caller keeps it open until it calls `unwatch`.
    package func watch(
        _ descriptor: Int32, _ onReady: @escaping () -> Void
    ) throws(Errno) -> WatchToken {
        self.preconditionOnLoop()
        let token = self.watchers.add(.closure(onReady))
        do {
            try self.poll.watchLevel(of: descriptor, token: token)
        } catch {
            self.watchers.remove(token)
            throw error
        }
        return WatchToken(value: token, descriptor: descriptor)
    }

    /// Ends what `watch` began; `descriptor` must still be open.
    package func unwatch(_ token: WatchToken) {
        self.preconditionOnLoop()
        self.watchers.remove(token.value)
        try? self.poll.unwatch(token.descriptor)
    }

    /// The connections that live on this loop now.
    package var connections: [Connection] {
        self.preconditionOnLoop()
        return self.watchers.connections
    }

    /// Registers a connection for both directions.
    func register(_ connection: Connection, descriptor: Int32) throws(Errno) -> UInt64 {
        try self.register(.connection(connection), descriptor: descriptor)
    }

    /// Registers what is told of both directions.
    func register(_ watcher: Watcher, descriptor: Int32) throws(Errno) -> UInt64 {
        self.preconditionOnLoop()
        let token = self.watchers.add(watcher)
        do {
            try self.poll.watchEdges(of: descriptor, token: token)
        } catch {
            self.watchers.remove(token)
            throw error
        }
        return token
    }

    /// Forgets a connection; closing its descriptor removes it from the kernel's queue.
    func forget(_ token: UInt64) { self.watchers.remove(token) }

    /// Traps when the caller is not on this loop's thread.
    package func preconditionOnLoop() {
        assert(self.isCurrent, "used off its loop's thread")
    }

    // MARK: The turn

    /// Runs turns until `requestStop()`; the body of the loop's thread.
    func main() {
        // SAFETY: the thread holds a reference to self for as long as it runs.
        unsafe ThreadLocalPointer.value = Unmanaged.passUnretained(self).toOpaque()
        defer { unsafe ThreadLocalPointer.value = nil }
        self.turnTime = SystemClock.now()
        while !self.isStopping.load(ordering: .acquiring) {
            self.turnCounter.wrappingAdd(1, ordering: .relaxed)
            self.runReadyWork()
            self.waitForEvents()
            self.fireTimers()
        }
        for connection in self.watchers.connections { connection.close() }
        self.runReadyWork()
    }

    private func runReadyWork() {
        var rounds = 0
        while rounds < Self.jobRoundsMax {
            rounds += 1
            while !self.jobs.isEmpty, rounds < Self.jobRoundsMax {
                rounds += 1
                var batch: [UnownedJob] = []
                swap(&batch, &self.jobs)
                let executor = unsafe self.asUnownedTaskExecutor()
                for job in batch { unsafe job.runSynchronously(on: executor) }
                // The batch's memory serves the next round when nothing has taken its place.
                if self.jobs.isEmpty {
                    batch.removeAll(keepingCapacity: true)
                    swap(&batch, &self.jobs)
                }
            }
            if self.endOfTurnWork.isEmpty { return }
            var work: [() -> Void] = []
            swap(&work, &self.endOfTurnWork)
            for piece in work { piece() }
        }
    }

    private func waitForEvents() {
        let mayWait = self.jobs.isEmpty && self.endOfTurnWork.isEmpty
        let timeout = mayWait ? self.waitLimitMilliseconds() : 0
        let isSleeping = timeout != 0 && self.inbox.loopSleeps()
        let poll = self.poll
        let eventCount: Int
        self.turnMeter?.turnEnds()
        do {
            eventCount = try poll.wait(timeoutMilliseconds: isSleeping ? timeout : 0)
        } catch {
            preconditionFailure("epoll_wait failed: \(error)")
        }
        self.turnMeter?.turnBegins()
        self.turnTime = SystemClock.now()
        if isSleeping { self.pace.loopWaited(for: eventCount, at: self.turnTime) }
        if let handed = self.inbox.loopWoke() {
            self.jobs.append(contentsOf: handed.jobs)
            for piece in handed.work { piece() }
        }
        for index in 0..<eventCount {
            let event = poll.event(at: index)
            self.deliver(event.token, event.ready)
        }
    }

    private func waitLimitMilliseconds() -> Int32 {
        guard let deadline = self.timers.nextDeadline(),
            !self.pace.meets(deadline, now: self.turnTime)
        else { return -1 }
        let nanoseconds = (deadline - self.turnTime).nanoseconds
        // Rounded up, so that the timer is due when the wait ends.
        return nanoseconds <= 0 ? 0 : Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    }

    private func deliver(_ token: UInt64, _ ready: ReadySet) {
        if token == WatcherTable.wakeUpToken { return self.inbox.reset() }
        if token == WatcherTable.paceToken { return self.pace.tick(at: self.turnTime) }
        switch self.watchers[token] {
        case .connection(let connection): connection.becameReady(ready)
        case .datagrams(let socket): socket.becameReady(ready)
        case .closure(let onReady): onReady()
        case nil: break  // an event of a descriptor that has been closed in this very turn
        }
    }

    /// Fires what was due when it began: a timer that sets itself again for now has its next turn,
    /// and others have theirs between.
    private func fireTimers() {
        for timer in self.timers.takeDue(now: self.turnTime) { timer.fire() }
    }
}
