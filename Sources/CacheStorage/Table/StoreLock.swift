import Synchronization

/// A lock of the store. The thread sanitizer does not see what the toolchain's `Mutex` does, so
/// builds for it (HOLDFAST_THREAD_SANITIZER) say it with an atomic beside it.
struct StoreLock: ~Copyable, Sendable {
    private let mutex = Mutex<Void>(())
    #if HOLDFAST_THREAD_SANITIZER
        private let turn = Atomic<Int>(0)
    #endif

    /// Waits for it.
    @inline(__always)
    borrowing func lock() {
        self.mutex._unsafeLock()
        self.noteTaken()
    }

    /// Takes it when nobody has it.
    @inline(__always)
    borrowing func tryLock() -> Bool {
        guard self.mutex._unsafeTryLock() else { return false }
        self.noteTaken()
        return true
    }

    /// Gives it back.
    @inline(__always)
    borrowing func unlock() {
        #if HOLDFAST_THREAD_SANITIZER
            self.turn.store(1, ordering: .releasing)
        #endif
        self.mutex._unsafeUnlock()
    }

    @inline(__always)
    private borrowing func noteTaken() {
        #if HOLDFAST_THREAD_SANITIZER
            _ = self.turn.load(ordering: .acquiring)
        #endif
    }
}
