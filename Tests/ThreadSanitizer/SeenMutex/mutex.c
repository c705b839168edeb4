// The part of the toolchain's Mutex that waits (swift/stdlib/public/Synchronization/Mutex,
// LinuxImpl.swift), once more, compiled with the thread sanitizer.
//
// What takes a free lock is compiled into its user, and the sanitizer sees it. What waits for a
// lock is in the toolchain's library, where the kernel writes the lock's word: the sanitizer knows
// nothing of it and calls everything that the lock guards a race. A function of the program takes
// the place of a library's of the same name, so this one waits by asking again.
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint32_t word;

// Mutex's word is 0 or the number of the thread that has it.
static int take(word *lock, uint32_t thread) {
    uint32_t nobody = 0;
    return atomic_compare_exchange_strong_explicit(
        lock, &nobody, thread, memory_order_acquire, memory_order_relaxed);
}

// Synchronization._MutexHandle._lockSlow(Swift.UInt32) -> ()
__attribute__((swiftcall)) void holdfast_lock_slow(
    uint32_t thread, __attribute__((swift_context)) word *lock
) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void holdfast_lock_slow(
    uint32_t thread, __attribute__((swift_context)) word *lock
) {
    while (!take(lock, thread)) sched_yield();
}

// Synchronization._MutexHandle._tryLockSlow() -> Swift.Bool
__attribute__((swiftcall)) _Bool holdfast_try_lock_slow(
    __attribute__((swift_context)) word *lock
) __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");

// The library asks the kernel once more, as its word may belong to a thread that has died.
__attribute__((swiftcall)) _Bool holdfast_try_lock_slow(
    __attribute__((swift_context)) word *lock
) {
    (void)lock;
    return 0;
}
