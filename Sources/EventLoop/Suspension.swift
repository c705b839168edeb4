/// A task that waits on its loop until somebody resumes it.
///
/// ```
/// await Suspension.wait { suspension in self.waiter = suspension }   // … later, once:
/// waiter.resume()
/// ```
/// Costs a quarter of a microsecond. The task goes on as a job of its own loop, whichever thread
/// resumes it.
// SAFETY: whoever holds a suspension resumes it exactly once, as `resume` says.
@safe package struct Suspension: Sendable {
    private let continuation: UnsafeContinuation<Void, Never>

    private init(_ continuation: UnsafeContinuation<Void, Never>) {
        unsafe self.continuation = continuation
    }

    /// Suspends the calling task; `body` runs at once and keeps the suspension where it is found.
    package static func wait(_ body: (Suspension) -> Void) async {
        // SAFETY: the continuation leaves this function only inside a Suspension.
        unsafe await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Void, Never>) in
            body(unsafe Suspension(continuation))
        }
    }

    /// Lets the task go on. Exactly once for each suspension: never leaves the task for ever, twice
    /// is undefined.
    package func resume() { unsafe self.continuation.resume() }
}
