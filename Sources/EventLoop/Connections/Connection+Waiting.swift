import Base
import SystemInterface

// What the loop tells a connection, and who waits for it.
extension Connection {
    /// A task that waits on the connection.
    struct Waiter {
        let suspension: Suspension
        let deadline: Instant
    }

    /// Remembers what the kernel told and wakes who waits for it.
    func becameReady(_ ready: ReadySet) {
        if let tls = self.tls { tls.becameReady(ready) }
        if ready.hasEnded {
            self.peerHasFinished = true
            if let notify = self.whenPeerFinishes.take() { notify() }
        }
        if ready.isReadable {
            self.isReadable = true
            if self.readStep.map({ !$0() }) ?? true { self.resumeReader() }
        }
        if ready.isWritable {
            self.isWritable = true
            if let tls = self.tls, self.writeWaiter == nil { self.sendLeftovers(of: tls) }
            self.resumeWriter()
        }
    }

    /// Says that the first write must wait for the connection to stand.
    func awaitConnection() { self.isWritable = false }

    func resumeReader() {
        if let goOn = self.afterRest.take() {
            self.readStep = nil
            return self.loop.spawn(goOn)
        }
        guard let waiter = self.readWaiter else { return }
        self.readWaiter = nil
        waiter.suspension.resume()
    }

    func resumeWriter() {
        guard let waiter = self.writeWaiter else { return }
        self.writeWaiter = nil
        waiter.suspension.resume()
    }

    /// Sees to it that a timer fires at `deadline` or earlier. One timer serves many requests: it
    /// is set anew only when it fires before the deadline of who then waits.
    func armTimer(for deadline: Instant) {
        if deadline == .distantFuture { return }
        if let timer = self.timer, timer.isPending {
            if timer.deadline <= deadline { return }
            timer.cancel()
        }
        self.timer = self.loop.schedule(at: deadline) { [unowned self] in self.timerFired() }
    }

    private func timerFired() {
        self.timer = nil
        let now = self.loop.now
        if let waiter = self.readWaiter, waiter.deadline <= now { self.resumeReader() }
        if let waiter = self.writeWaiter, waiter.deadline <= now { self.resumeWriter() }
        let next = min(
            self.readWaiter?.deadline ?? .distantFuture,
            self.writeWaiter?.deadline ?? .distantFuture)
        self.armTimer(for: next)
    }
}
