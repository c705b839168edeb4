import Synchronization

/// Runs `body` as a task on a loop that has the calling thread until it is done; for commands.
///
/// - Throws: what `body` throws, and `Errno` when the loop cannot be made.
package func runBlocking<Result: Sendable>(
    _ body: @escaping @Sendable (Loop) async throws -> Result
) throws -> Result {
    let loop = try Loop(name: "main")
    let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
    loop.spawn {
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(loop))
        } catch {
            result = .failure(error)
        }
        outcome.withLock { $0 = result }
        loop.requestStop()
    }
    loop.main()
    guard let result = outcome.withLock({ $0 }) else {
        preconditionFailure("the loop ended before its body")
    }
    return try result.get()
}
