import Base
import EventLoop
import Synchronization

/// Lets one task at a time through, in the order in which they came, from any loop.
final class Gate: Sendable {
    private final class Waiter: Sendable {
        let suspension: Suspension
        init(_ suspension: Suspension) { self.suspension = suspension }
    }

    private struct State {
        var isHeld = false
        var passCount = 0
        var waiters: [Waiter] = []
        var admitted: Set<ObjectIdentifier> = []
    }

    private let state = Mutex(State())

    /// Whether nobody is inside and nobody waits.
    var isFree: Bool { self.state.withLock { !$0.isHeld && $0.waiters.isEmpty } }

    /// Waits for its turn. `leave` must follow.
    func enter() async {
        if self.enterNow() { return }
        var own: Waiter?
        await Suspension.wait { suspension in
            let waiter = Waiter(suspension)
            own = waiter
            self.enterOrWait(waiter)
        }
        if let own { _ = self.wasAdmitted(own) }
    }

    /// Waits for its turn, until whoever is inside has been there for longer than `timeout`.
    ///
    /// - Returns: whether it is inside; `leave` must follow then, and must not otherwise.
    func enter(timeout: Duration, on loop: Loop) async -> Bool {
        if self.enterNow() { return true }
        var own: Waiter?
        await Suspension.wait { suspension in
            let waiter = Waiter(suspension)
            own = waiter
            self.enterOrWait(waiter)
            self.watch(waiter, passCount: self.passCount, timeout: timeout, loop)
        }
        return own.map { self.wasAdmitted($0) } ?? false
    }

    private func wasAdmitted(_ waiter: Waiter) -> Bool {
        self.state.withLock { $0.admitted.remove(ObjectIdentifier(waiter)) != nil }
    }

    /// Lets the next one in.
    func leave() {
        let next: Waiter? = self.state.withLock { state in
            precondition(state.isHeld, "a gate is left by who has entered it")
            state.passCount += 1
            guard !state.waiters.isEmpty else {
                state.isHeld = false
                return nil
            }
            let waiter = state.waiters.removeFirst()
            state.admitted.insert(ObjectIdentifier(waiter))
            return waiter
        }
        next?.suspension.resume()
    }

    private var passCount: Int { self.state.withLock { $0.passCount } }

    private func enterNow() -> Bool {
        self.state.withLock { state in
            guard !state.isHeld else { return false }
            state.isHeld = true
            return true
        }
    }

    private func enterOrWait(_ waiter: Waiter) {
        let isInside = self.state.withLock { state in
            guard state.isHeld else {
                state.isHeld = true
                state.admitted.insert(ObjectIdentifier(waiter))
                return true
            }
            state.waiters.append(waiter)
            return false
        }
        if isInside { waiter.suspension.resume() }
    }

    /// Gives the waiter up when nobody has passed for `timeout`.
    private func watch(_ waiter: Waiter, passCount: Int, timeout: Duration, _ loop: Loop) {
        loop.schedule(at: loop.now + timeout) {
            let (isWaiting, isStuck, count) = self.state.withLock { state in
                let index = state.waiters.firstIndex { $0 === waiter }
                let isStuck = state.passCount == passCount
                if let index, isStuck { state.waiters.remove(at: index) }
                return (index != nil, isStuck, state.passCount)
            }
            guard isWaiting else { return }
            if isStuck {
                waiter.suspension.resume()
            } else {
                self.watch(waiter, passCount: count, timeout: timeout, loop)
            }
        }
    }
}

/// The gates of the sessions that are being worked on, by id base.
final class GateTable: Sendable {
    private let gates = Mutex<[String: (gate: Gate, userCount: Int)]>([:])

    /// The gate of a session; `release` must follow.
    func take(_ base: String) -> Gate {
        self.gates.withLock { gates in
            let gate = gates[base]?.gate ?? Gate()
            gates[base] = (gate, (gates[base]?.userCount ?? 0) + 1)
            return gate
        }
    }

    /// The sessions whose gate somebody holds.
    var heldNames: Set<String> {
        let gates = self.gates.withLock { $0 }
        return Set(gates.filter { !$0.value.gate.isFree }.keys)
    }

    /// Gives it back; a gate that nobody uses is forgotten.
    func release(_ base: String) {
        self.gates.withLock { gates in
            guard let present = gates[base] else { return }
            gates[base] = present.userCount > 1 ? (present.gate, present.userCount - 1) : nil
        }
    }
}
