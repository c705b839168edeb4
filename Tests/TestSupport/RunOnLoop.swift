package import EventLoop
import Synchronization

/// Runs `body` as a task on a fresh loop and answers what it returns; the loop ends afterwards.
package func runOnLoop<Result: Sendable>(
    loopCount: Int = 1, _ body: @escaping @Sendable (LoopGroup) async throws -> Result
) async throws -> Result {
    let group = try LoopGroup(count: loopCount, name: "test")
    let result: Swift.Result<Result, any Error> = await withCheckedContinuation { continuation in
        group.loops[0].spawn {
            do {
                continuation.resume(returning: .success(try await body(group)))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    group.stop()
    return try result.get()
}
