/// Stores a session: the first copy by compare and swap, then the second.
///
/// ```
/// first copy ──conflict──► read it again ──► lay the changes over it ──► first copy
///     │ └─node gone──► move to another node (new suffix)
///     ▼
/// second copy ──conflict──► read it, settle ──► …
///     ▼
/// after a move: look at what the former id left ──newer──► lay the changes over it, begin again
///                └─not newer──► remove it, unless it changes meanwhile
/// ```
/// Nothing is overwritten unseen: a copy is replaced only at the CAS number at which it was read,
/// on the connection epoch at which it was read. The second copy is written after the first has
/// been accepted, so while the first copy's node lives, the second is never ahead of it.
package struct SessionSave: Sendable {
    /// How often another writer may come first before the save gives up.
    package static let attemptCountMax = 256

    /// What the save came to.
    package enum Result: Equatable, Sendable {
        /// So many copies are acknowledged: 1 or 2.
        case stored(copyCount: Int)
        /// The session was ended by somebody else meanwhile.
        case ended
        /// No node could be written to.
        case unreachable
        /// The node of the first copy said no.
        case refused(String)
        /// Other writers came first `attemptCountMax` times.
        case contended
    }

    /// What the save came to, and what is known of the session now.
    package struct Outcome: Equatable, Sendable {
        /// What it came to.
        package var result: Result
        /// The session's id now.
        package var id: SessionID
        /// What is stored now, or would have been.
        package var content: SessionContent
        /// Where the copies are.
        package var copies: SessionCopies
        /// How often the changes were laid over another writer's version.
        package var mergeCount: Int
        /// Whether an unrelated line of versions was found and overwritten or joined.
        package var isDiverged: Bool
    }

    enum State: Sendable {
        case idle
        case writingPrimary(node: Int, epoch: UInt64)
        case readingPrimary(node: Int, epoch: UInt64)
        case searching(SessionSearch)
        case writingBackup(node: Int, epoch: UInt64)
        case readingBackup(node: Int, epoch: UInt64)
        case comparingPrimary(newer: SessionContent, node: Int, epoch: UInt64)
        case inspectingFormer([FormerPlace])
        case removingFormer
        case reaching(isForBackup: Bool)
    }

    /// Where a copy under the former id may be.
    struct FormerPlace: Sendable {
        var node: Int
        var key: String
        var epoch: UInt64
    }

    let keys: StorageKeys
    let changes: SessionChanges
    let nowMilliseconds: Int64
    let isNewSession: Bool
    /// The version that the store was last known to have; `content` may hold later writes.
    let storedVersion: SessionVersion?
    /// The version that this save began with.
    let original: SessionVersion
    var generator: StampGenerator
    var id: SessionID
    var formerID: SessionID?
    /// The version that the changes are laid over.
    var base: SessionContent
    /// Whether `base` is what the first copy holds, so that there is nothing to write there.
    var isPrimaryCurrent = false
    /// What is being written.
    var attempt: SessionContent
    var encoded: [UInt8] = []
    var copies: SessionCopies
    var failed = NodeSet()
    var lostOnce = NodeSet()
    var hasReached = false
    var attemptCount = 0
    var mergeCount = 0
    var isDiverged = false
    var state = State.idle

    /// Whether the first copy is acknowledged: with sessionBackupAsync the answer may leave then.
    package private(set) var isPrimaryStored = false

    /// Prepares a save.
    ///
    /// - Parameters:
    ///   - content: the version that the changes were made to, stored or not.
    ///   - changes: what the requests changed; without any the content is stored as it is, at its
    ///     version (a move, a repair).
    ///   - copies: where copies are known to be.
    ///   - formerID: the id that the session is moving away from; what it left is removed.
    ///   - storedVersion: the version that the store was last known to have, if any.
    ///   - isNewSession: whether nothing of it has ever been stored.
    ///   - seed: random, for the stamps of the versions.
    package init(
        keys: StorageKeys, id: SessionID, content: SessionContent, changes: SessionChanges,
        copies: SessionCopies, formerID: SessionID? = nil, storedVersion: SessionVersion?,
        isNewSession: Bool, nowMilliseconds: Int64, seed: UInt64
    ) {
        self.storedVersion = storedVersion
        self.original = content.version
        self.formerID = formerID
        self.keys = keys
        self.id = id
        self.base = content
        self.attempt = content
        self.changes = changes
        self.copies = copies
        self.isNewSession = isNewSession
        self.nowMilliseconds = nowMilliseconds
        self.generator = StampGenerator(seed: seed)
    }

    /// The first step.
    package mutating func start(_ view: ClusterView) -> Step<Outcome> {
        self.prepareAttempt()
        return self.writePrimary(view)
    }

    /// The next step, after the answers to the last one.
    package mutating func received(
        _ answers: [StoreAnswer], _ view: ClusterView
    ) -> Step<Outcome> {
        switch self.state {
        case .idle: preconditionFailure("a save answers only what it has asked")
        case .writingPrimary(let node, let epoch):
            self.primaryWritten(answers[0], node, epoch, view)
        case .readingPrimary(let node, let epoch):
            self.primaryRead(answers[0], node, epoch, view)
        case .searching(let search): self.searched(answers, search, view)
        case .writingBackup(let node, let epoch): self.backupWritten(answers[0], node, epoch, view)
        case .readingBackup(let node, let epoch): self.backupRead(answers[0], node, epoch, view)
        case .comparingPrimary(let newer, let node, let epoch):
            self.primaryCompared(answers[0], newer, node, epoch, view)
        case .inspectingFormer(let places): self.formerInspected(answers, places, view)
        case .removingFormer:
            answers.contains(.conflict) ? self.inspectFormer(view) : self.finishStored()
        case .reaching(let isForBackup):
            isForBackup ? self.writeBackup(view) : self.writePrimary(view)
        }
    }

    /// Before the answer leaves with fewer copies than there could be, the nodes that are thought
    /// dead are tried, once in a save: one may be back, or may not have been there before.
    mutating func reach(isForBackup: Bool, _ view: ClusterView) -> Step<Outcome>? {
        guard !self.hasReached, !view.dead.isEmpty else { return nil }
        self.hasReached = true
        self.failed = self.failed.subtracting(view.dead)
        self.state = .reaching(isForBackup: isForBackup)
        return .reach(view.dead)
    }

    // MARK: The content

    /// Lays the changes over the base.
    mutating func prepareAttempt() {
        self.attempt = self.base
        if !self.changes.isEmpty || self.isNewSession {
            self.changes.apply(to: &self.attempt)
            self.attempt.version = self.base.version.next(stamp: self.generator.next())
        }
        self.attempt.isNew = self.isNewSession
        self.attempt.lastAccessMilliseconds = max(
            self.attempt.lastAccessMilliseconds, self.nowMilliseconds)
        self.encoded = []
    }

    /// Notes when a copy goes on from another version than the writes that were never stored.
    mutating func compareLines(with there: SessionContent) {
        guard self.original != self.storedVersion, !self.isNewSession else { return }
        if there.version != self.storedVersion, there.version != self.original {
            self.isDiverged = true
        }
    }

    /// Takes another writer's version as the base.
    mutating func rebase(onto content: SessionContent) {
        if !self.changes.isEmpty, content.version != self.base.version { self.mergeCount += 1 }
        self.base = content
        self.prepareAttempt()
    }

    /// The item for one of the two places; nil when it cannot be encoded.
    mutating func item(
        _ key: String, _ condition: StoredItem.Condition
    ) -> StoredItem? {
        if self.encoded.isEmpty {
            guard let bytes = try? SessionEncoder.encode(self.attempt, base: self.id.base) else {
                return nil
            }
            self.encoded = bytes
        }
        let seconds = self.attempt.maxInactiveSeconds
        let times = SessionTimes(maxInactiveSeconds: seconds)
        return StoredItem(
            key: key, value: self.encoded, flags: self.attempt.flags.rawValue,
            expiry: times.expiry(nowMilliseconds: self.nowMilliseconds), condition: condition)
    }

    mutating func notePrimaryStored() { self.isPrimaryStored = true }

    // MARK: The end

    func finishStored() -> Step<Outcome> {
        self.finish(.stored(copyCount: self.copies.backup == nil ? 1 : 2))
    }

    func finish(_ result: Result) -> Step<Outcome> {
        .done(
            Outcome(
                result: result, id: self.id, content: self.attempt, copies: self.copies,
                mergeCount: self.mergeCount, isDiverged: self.isDiverged))
    }
}

/// Makes the stamps of one save's versions out of one random number.
struct StampGenerator: Sendable {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return self.state ^ (self.state >> 29)
    }
}
