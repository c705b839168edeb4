/// What was asked of a store, in the words of memcached's `stats`.
///
/// Kept with the store, under its lock: a command adds to one number in place, and there is no
/// second lock to take.
package struct CommandCounts: Sendable {
    /// Keys asked for.
    package var getCount = 0
    /// Values sent to be stored, whether they were or not.
    package var setCount = 0
    /// `flush_all`.
    package var flushCount = 0
    /// Keys touched.
    package var touchCount = 0
    /// Meta commands.
    package var metaCount = 0
    /// Keys asked for that were there, and that were not.
    package var getHits = 0, getMisses = 0
    /// Keys deleted, and those that were not there.
    package var deleteHits = 0, deleteMisses = 0
    /// Numbers raised and lowered, and those that were not there.
    package var incrementHits = 0, incrementMisses = 0, decrementHits = 0, decrementMisses = 0
    /// Compare-and-set: stored, not there, changed meanwhile.
    package var casHits = 0, casMisses = 0, casBadValues = 0
    /// Keys whose expiry was set anew, and those that were not there.
    package var touchHits = 0, touchMisses = 0
    /// Values refused for their size, and for want of memory.
    package var tooLargeCount = 0, noMemoryCount = 0
    /// Bytes of commands executed and of answers made.
    package var bytesRead = 0, bytesWritten = 0
    /// How often a connection let others go first.
    package var yieldCount = 0

    /// All zero.
    package init() {}
}
