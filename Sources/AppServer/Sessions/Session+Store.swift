import Sessions
import Synchronization

// What the manager does with a session; pages see none of it.
extension Session {
    /// What this process holds, for a look into the store.
    var localCopy: LocalCopy {
        self.state.withLock { state in
            LocalCopy(
                id: state.id, version: state.content.version, storedVersion: state.storedVersion,
                copies: state.copies)
        }
    }

    /// The access that the store should be told of, when the last one it knows is old enough.
    func dueAccess(now: Int64) -> AccessRecord? {
        self.state.withLock { state in
            let seconds = state.content.maxInactiveSeconds
            let times = SessionTimes(maxInactiveSeconds: seconds)
            guard
                times.needsRefresh(
                    recordedMilliseconds: state.recordedAccessMilliseconds, nowMilliseconds: now)
            else { return nil }
            let validity = SessionValidity(
                maxInactiveSeconds: seconds, lastAccessMilliseconds: state.thisAccessMilliseconds,
                thisAccessMilliseconds: now)
            return AccessRecord(expiry: times.expiry(nowMilliseconds: now), validity: validity)
        }
    }

    /// A request has begun.
    func touch(now: Int64) {
        self.state.withLock { state in
            state.previousAccessMilliseconds = max(
                state.thisAccessMilliseconds, state.content.lastAccessMilliseconds)
            state.thisAccessMilliseconds = now
            state.isNew = false
        }
    }

    /// The store has confirmed the local copy as it was at a version, and was told of the access
    /// when that was due.
    ///
    /// Places belong to versions: those of an older one may not stand beside a newer one that came
    /// while the store was asked, nor the other way round.
    func confirm(_ copies: SessionCopies, of version: SessionVersion?, now: Int64) {
        let wasDue = self.dueAccess(now: now) != nil
        self.state.withLock { state in
            if state.content.version == version { state.copies = copies }
            if wasDue { state.recordedAccessMilliseconds = now }
        }
    }

    /// The store has a newer copy, or the same one in another place: changes that are not stored
    /// yet stay, laid over it.
    func adopt(_ found: FoundSession) {
        self.state.withLock { state in
            let isNewer = found.content.version >= state.content.version
            let isDivergedLocal = state.storedVersion != state.content.version
            guard isNewer || isDivergedLocal else { return }
            state.content = found.content
            state.storedVersion = found.content.version
            state.copies = found.copies
            state.id.node = found.id.node
            state.recordedAccessMilliseconds = found.content.lastAccessMilliseconds
            state.isNew = false
        }
    }

    /// Whether nobody has used it for its time-out, as far as this process knows.
    func hasExpired(now: Int64) -> Bool {
        self.state.withLock { state in
            let times = SessionTimes(maxInactiveSeconds: state.content.maxInactiveSeconds)
            let last = max(state.thisAccessMilliseconds, state.recordedAccessMilliseconds)
            guard let inactive = times.maxInactiveMilliseconds else { return false }
            return now - last >= inactive
        }
    }
}
