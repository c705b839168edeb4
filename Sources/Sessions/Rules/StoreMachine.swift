/// A decision that takes several exchanges with the store: a value that is told what happened and
/// says what is to be done next. It reads no clock and does nothing itself.
package protocol StoreMachine: Sendable {
    /// What it comes to.
    associatedtype Outcome: Sendable

    /// The first step.
    mutating func start(_ view: ClusterView) -> Step<Outcome>

    /// The next step, after the answers to the last one (none after a wait). Traps when nothing was
    /// asked.
    mutating func received(_ answers: [StoreAnswer], _ view: ClusterView) -> Step<Outcome>
}

extension SessionLookup: StoreMachine {}
extension SessionSave: StoreMachine {}
extension SessionEnd: StoreMachine {}
extension SessionLock: StoreMachine {}
