import Synchronization

/// A lock of the store, which is taken and given back in places of their own.
struct StoreLock: ~Copyable, Sendable {
    private let mutex = Mutex<Void>(())

    /// Waits for it.
    @inline(__always)
    borrowing func lock() { self.mutex._unsafeLock() }

    /// Takes it when nobody has it.
    @inline(__always)
    borrowing func tryLock() -> Bool { self.mutex._unsafeTryLock() }

    /// Gives it back.
    @inline(__always)
    borrowing func unlock() { self.mutex._unsafeUnlock() }
}
