import Synchronization

/// One store for several loops: one lock, held for a batch of commands.
// SAFETY: the store is reached only inside `withStore`, which holds the lock.
package final class SharedStore: @unchecked Sendable {
    private let lock = Mutex<Void>(())
    private let store: CacheStore

    /// Shares a store, which nobody else may keep.
    package init(_ store: CacheStore) { self.store = store }

    /// Runs `body` with the store, alone.
    @inline(__always)
    package func withStore<Result>(_ body: (CacheStore) -> Result) -> Result {
        self.lock._unsafeLock()
        defer { self.lock._unsafeUnlock() }
        return body(self.store)
    }
}
