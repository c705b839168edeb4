import Synchronization

/// What one manager has counted since its start.
///
/// The first group has memcached-session-manager's names for its statistics.
package final class SessionCounters: Sendable {
    /// One thing that is counted.
    package enum Kind: Int, CaseIterable, Sendable {
        case requestsWithSession, requestsWithoutSession, ignoredRequests
        case noSessionAccess, noModification, backupFailure
        case tomcatFailover, memcachedFailover, lockFailure, readOnlyRequests
        case sessionsCreated, sessionsEnded, sessionsExpired
        case confirmed, loaded, stored, merged, oneCopy, localOnly, requestOnly
        case recoveredFromOtherCopy, recoveredFromLocal, diverged, undecodable, refused, repaired
        case unknownIDs, locksTaken

        /// The name in `/metrics`, after `holdfast_session_` and before `_total`.
        package var name: String {
            switch self {
            case .requestsWithSession: "requests_with_session"
            case .requestsWithoutSession: "requests_without_session"
            case .ignoredRequests: "requests_ignored"
            case .noSessionAccess: "requests_no_session_access"
            case .noModification: "requests_no_session_modification"
            case .backupFailure: "backup_failure"
            case .tomcatFailover: "tomcat_failover"
            case .memcachedFailover: "memcached_failover"
            case .lockFailure: "lock_failure"
            case .readOnlyRequests: "nonsticky_read_only_requests"
            case .sessionsCreated: "created"
            case .sessionsEnded: "ended"
            case .sessionsExpired: "expired"
            case .confirmed: "confirmed"
            case .loaded: "loaded"
            case .stored: "stored"
            case .merged: "merged"
            case .oneCopy: "one_copy"
            case .localOnly: "local_only"
            case .requestOnly: "request_only"
            case .recoveredFromOtherCopy: "recovered_from_other_copy"
            case .recoveredFromLocal: "recovered_from_local"
            case .diverged: "diverged"
            case .undecodable: "undecodable"
            case .refused: "refused_by_store"
            case .repaired: "repaired"
            case .unknownIDs: "unknown_ids"
            case .locksTaken: "locks_taken"
            }
        }

        /// What it counts, in a sentence.
        package var help: String {
            switch self {
            case .requestsWithSession: "Requests whose session id was that of a living session."
            case .requestsWithoutSession: "Requests without a session."
            case .ignoredRequests: "Requests that requestUriIgnorePattern matched."
            case .noSessionAccess: "Requests that did not look at their session."
            case .noModification: "Requests that changed nothing in their session."
            case .backupFailure: "Saves that no node of the store took."
            case .tomcatFailover: "Sessions taken over from another application server."
            case .memcachedFailover: "Sessions moved from a dead cache node."
            case .lockFailure: "Requests that went on without the lock, as another kept it."
            case .readOnlyRequests: "Requests that took no lock as they are known to only read."
            case .sessionsCreated: "Sessions made here."
            case .sessionsEnded: "Sessions ended by a page or by an operator."
            case .sessionsExpired: "Sessions dropped here after their time-out."
            case .confirmed: "Local copies that the store confirmed to be current."
            case .loaded: "Sessions loaded from the store."
            case .stored: "Saves that the store acknowledged."
            case .merged: "Saves laid over another application server's newer version."
            case .oneCopy: "Answers that left with one copy acknowledged, as one node lives."
            case .localOnly: "Answers that left with the session in this process only."
            case .requestOnly: "Sessions for one request only, as their id could not be looked up."
            case .recoveredFromOtherCopy: "Sessions found in another place than their id names."
            case .recoveredFromLocal: "Sessions that the store had lost and this process had."
            case .diverged: "Sessions found with copies that did not know of each other."
            case .undecodable: "Stored items that were no sessions and were removed."
            case .refused: "Saves that a node refused, for size or memory."
            case .repaired: "Missing or old copies that were replaced without a request."
            case .unknownIDs: "Requests with an id that no session has."
            case .locksTaken: "Locks taken in the store."
            }
        }
    }

    private let values = Mutex([Int](repeating: 0, count: Kind.allCases.count))

    /// Counts one.
    func count(_ kind: Kind, by number: Int = 1) {
        self.values.withLock { $0[kind.rawValue] += number }
    }

    /// How often it was counted.
    package subscript(kind: Kind) -> Int { self.values.withLock { $0[kind.rawValue] } }
}
