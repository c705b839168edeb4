/// Looks for a session: confirms the local copy, else loads both copies, else searches everywhere.
///
/// ```
/// confirm ──flags differ, a node came or went──► load ──copies differ, one missing──► search
///    └► current                                   └► found                            └► any
/// ```
/// `confirm` is one `mg` to one node. `load` reads the first copy and the second one's flags: two
/// copies that agree are the truth, whichever node has been away. A difference, or a miss on a live
/// node, is never the end of it: every place is asked, and the winner of all copies is taken.
package struct SessionLookup: Sendable {
    /// What the look is for.
    package enum Purpose: Sendable {
        /// A request wants the session.
        case request
        /// The upkeep wants to know whether both copies are there.
        case audit
    }

    private enum State: Sendable {
        case confirming(epoch: UInt64)
        case loading(primary: CopyPlace, backup: CopyPlace?)
        case auditing(primary: CopyPlace, backup: CopyPlace?)
        case waiting
        case reaching
        case searching(SessionSearch)
    }

    /// How long the nodes' other users get to restore what they hold, when this process has the
    /// only copy that can be seen.
    package static let graceMilliseconds: Int64 = 500

    /// How often a node whose connection broke under a question is tried again.
    package static let askAgainCountMax = 3

    private let id: SessionID
    private let keys: StorageKeys
    private let context: String
    private let local: LocalCopy?
    private let access: AccessRecord?
    private let purpose: Purpose
    private var hasWaited = false
    private var hasReached = false
    private var askedAgainCount = 0
    /// Whether a search was made again because nothing was found, and because less was found than
    /// there should be: each once, since the one may follow the other.
    private var hasSearchedTwice = false
    private var hasDoubted = false
    private var state = State.waiting
    private var silentNodes = NodeSet()
    private var candidates: SessionCandidates

    /// Items that are no sessions, with why; the driver deletes and logs them.
    package var undecodable: [(removal: StoreRequest, reason: SessionFormatError)] {
        self.candidates.undecodable
    }

    /// Prepares a look.
    ///
    /// - Parameter access: an access to be recorded when the local copy is confirmed.
    package init(
        id: SessionID, keys: StorageKeys, context: String, local: LocalCopy?,
        access: AccessRecord? = nil, purpose: Purpose = .request
    ) {
        self.id = id
        self.keys = keys
        self.context = context
        self.local = local
        self.access = access
        self.purpose = purpose
        self.candidates = SessionCandidates(base: id.base, context: context)
    }

    /// The first step.
    package mutating func start(_ view: ClusterView) -> Step<LookupOutcome> {
        guard let primary = view.primary(of: self.id), view.available.contains(primary) else {
            return self.reach(view) ?? self.search(view)
        }
        if self.purpose == .audit { return self.audit(primary, view) }
        if let local = self.local, !local.hasUnstoredWrites, local.id.node == self.id.node,
            local.copies.isUndisturbed(for: self.id, in: view)
        {
            return self.confirm(primary, local, view)
        }
        // One node alone cannot be compared with another: all that it has is looked at.
        if view.nodeCount > 1, view.backup(after: primary) == nil {
            return self.reach(view) ?? self.search(view)
        }
        return self.load(primary, view)
    }

    /// The next step, after the answers to the last one.
    package mutating func received(
        _ answers: [StoreAnswer], _ view: ClusterView
    ) -> Step<LookupOutcome> {
        switch self.state {
        case .confirming(let epoch): self.confirmed(answers[0], epoch, view)
        case .loading(let primary, let backup): self.loaded(answers, primary, backup, view)
        case .auditing(let primary, let backup): self.audited(answers, primary, backup, view)
        case .waiting: self.search(view)
        case .reaching: self.start(view)
        case .searching(let search): self.searched(answers, search, view)
        }
    }

    private static func place(_ node: Int, _ view: ClusterView) -> CopyPlace {
        CopyPlace(node: node, epoch: view.epochs[node], cas: nil)
    }

    // MARK: Confirm

    private mutating func confirm(
        _ primary: Int, _ local: LocalCopy, _ view: ClusterView
    ) -> Step<LookupOutcome> {
        self.state = .confirming(epoch: view.epochs[primary])
        let key = self.keys.session(self.id)
        guard let access = self.access else {
            return .ask([StoreRequest(primary, .flags(key: key, expiry: nil))])
        }
        var requests = [
            StoreRequest(primary, .flags(key: key, expiry: access.expiry)),
            StoreRequest(primary, access.store(self.keys.validity(self.id))),
        ]
        if let backup = local.copies.backup?.node {
            let copy = StoreCommand.flags(key: self.keys.backup(self.id), expiry: access.expiry)
            requests.append(StoreRequest(backup, copy))
            let validity = access.store(self.keys.backupValidity(self.id))
            requests.append(StoreRequest(backup, validity))
        }
        return .ask(requests)
    }

    private mutating func confirmed(
        _ answer: StoreAnswer, _ epoch: UInt64, _ view: ClusterView
    ) -> Step<LookupOutcome> {
        if case .found(let flags, let cas, _) = answer, let local = self.local,
            flags == VersionFlags(local.version, isEnded: false).rawValue
        {
            var copies = local.copies
            copies.primary?.cas = cas
            copies.primary?.epoch = epoch
            return .done(.current(copies))
        }
        if let step = self.askAgain([answer], view) { return step }
        guard let primary = view.primary(of: self.id), view.available.contains(primary) else {
            return self.search(view)
        }
        if case .timedOut = answer {
            self.silentNodes.insert(primary)
            return self.search(view)
        }
        return self.load(primary, view)
    }

    // MARK: Load

    private mutating func load(_ primary: Int, _ view: ClusterView) -> Step<LookupOutcome> {
        let backup = view.backup(after: primary)
        self.state = .loading(
            primary: Self.place(primary, view), backup: backup.map { Self.place($0, view) })
        var requests = [
            StoreRequest(primary, .load(key: self.keys.session(self.id))),
            StoreRequest(primary, .load(key: self.keys.validity(self.id))),
        ]
        if let backup {
            let key = self.keys.backup(self.id)
            requests.append(StoreRequest(backup, .flags(key: key, expiry: nil)))
        }
        return .ask(requests)
    }

    private mutating func loaded(
        _ answers: [StoreAnswer], _ primary: CopyPlace, _ backup: CopyPlace?, _ view: ClusterView
    ) -> Step<LookupOutcome> {
        if let step = self.askAgain(answers, view) { return step }
        if answers[0] == .timedOut { self.silentNodes.insert(primary.node) }
        if let backup, answers[2] == .timedOut { self.silentNodes.insert(backup.node) }
        guard case .found(let flags, let cas, let value) = answers[0] else {
            return self.search(view)
        }
        var copies = SessionCopies(primary: primary, backup: backup)
        copies.primary?.cas = cas
        if backup != nil {
            guard case .found(flags, let backupCAS, _) = answers[2] else {
                return self.search(view)
            }
            copies.backup?.cas = backupCAS
        }
        guard
            var content = try? SessionDecoder.decode(value ?? [], base: self.id.base),
            content.context == self.context,
            content.isEnded || self.local.map({ $0.version <= content.version }) ?? true
        else { return self.search(view) }
        if case .found(_, _, let bytes?) = answers[1],
            let validity = SessionValidity(decoding: bytes)
        {
            content.lastAccessMilliseconds = max(
                content.lastAccessMilliseconds, validity.thisAccessMilliseconds)
        }
        let found = FoundSession(
            content: content, id: self.id, copies: copies,
            isComplete: backup != nil || view.nodeCount == 1,
            isDiverged: self.localIsDiverged(from: content))
        return .done(content.isEnded ? .ended(found) : .found(found))
    }

    // MARK: Audit

    private mutating func audit(_ primary: Int, _ view: ClusterView) -> Step<LookupOutcome> {
        if let local = self.local, local.hasUnstoredWrites { return self.search(view) }
        let backup = view.backup(after: primary)
        self.state = .auditing(
            primary: Self.place(primary, view), backup: backup.map { Self.place($0, view) })
        let first = StoreCommand.flags(key: self.keys.session(self.id), expiry: nil)
        guard let backup else { return .ask([StoreRequest(primary, first)]) }
        let second = StoreCommand.flags(key: self.keys.backup(self.id), expiry: nil)
        return .ask([StoreRequest(primary, first), StoreRequest(backup, second)])
    }

    private mutating func audited(
        _ answers: [StoreAnswer], _ primary: CopyPlace, _ backup: CopyPlace?, _ view: ClusterView
    ) -> Step<LookupOutcome> {
        guard case .found(let flags, let cas, _) = answers[0],
            !VersionFlags(rawValue: flags).isEnded
        else { return self.search(view) }
        var copies = SessionCopies(primary: primary, backup: backup)
        copies.primary?.cas = cas
        if answers.count == 2 {
            guard case .found(flags, let backupCAS, _) = answers[1] else {
                return self.search(view)
            }
            copies.backup?.cas = backupCAS
        } else if view.nodeCount > 1 {
            return self.search(view)
        }
        guard let local = self.local,
            VersionFlags(local.version, isEnded: false).rawValue == flags
        else { return .done(.healthy) }
        return .done(.current(copies))
    }

    // MARK: Search

    /// What a node whose connection broke under the question would have said may be the newest:
    /// it is asked again, when it can be reached.
    private mutating func askAgain(
        _ answers: [StoreAnswer], _ view: ClusterView
    ) -> Step<LookupOutcome>? {
        guard answers.contains(.lost), self.askedAgainCount < Self.askAgainCountMax else {
            return nil
        }
        self.askedAgainCount += 1
        self.state = .waiting
        return .reach(view.dead)
    }

    /// A node that is thought dead may live again and hold the session: it is tried, once in a
    /// look, before the session is looked for elsewhere or given up.
    private mutating func reach(_ view: ClusterView) -> Step<LookupOutcome>? {
        guard !self.hasReached, !view.dead.isEmpty else { return nil }
        self.hasReached = true
        self.state = .reaching
        return .reach(view.dead)
    }

    private mutating func search(_ view: ClusterView) -> Step<LookupOutcome> {
        let nodes = view.available.subtracting(self.silentNodes)
        guard !nodes.isEmpty else { return .done(.unreachable) }
        self.candidates = SessionCandidates(base: self.id.base, context: self.context)
        let search = SessionSearch(for: self.id, keys: self.keys, nodes: nodes, in: view)
        self.state = .searching(search)
        return .ask(search.questions.map(\.request))
    }

    private mutating func searched(
        _ answers: [StoreAnswer], _ search: SessionSearch, _ view: ClusterView
    ) -> Step<LookupOutcome> {
        if let step = self.askAgain(answers, view) { return step }
        let unanswered = search.take(answers, into: &self.candidates)
        guard let winner = self.candidates.winner(asked: self.id) else {
            if unanswered == answers.count { return .done(.unreachable) }
            return self.foundNothing(isCertain: unanswered == 0, view)
        }
        if self.isDoubtful(winner, view) {
            self.hasDoubted = true
            return self.search(view)
        }
        let isDiverged =
            self.candidates.areDiverged || self.localIsDiverged(from: winner.content)
        if let local = self.local, !winner.content.isEnded,
            local.version > winner.content.version
        {
            let mine = self.candidates.copies(of: local.id, in: view)
            return .done(.localIsNewest(mine, isDiverged: isDiverged))
        }
        var id = winner.id
        id.route = self.id.route
        let found = FoundSession(
            content: winner.content, id: id,
            copies: self.candidates.copies(of: winner.id, in: view),
            isComplete: self.candidates.isComplete(winner, in: view), isDiverged: isDiverged)
        return .done(winner.content.isEnded ? .ended(found) : .found(found))
    }

    /// Whether something newer may be there than a first search has found. The places are not
    /// looked at in one moment: of a session that was being moved meanwhile, the new place may have
    /// been seen before it was written and the old one after it was emptied, and only an older copy
    /// is left that nobody has removed. Who moves a session writes before he removes, so that a
    /// second search finds it.
    private func isDoubtful(_ winner: SessionCandidates.Candidate, _ view: ClusterView) -> Bool {
        if self.hasDoubted || winner.content.isEnded { return false }
        if let local = self.local, !local.hasUnstoredWrites {
            return local.version > winner.content.version
        }
        return !self.candidates.isComplete(winner, in: view)
    }

    /// Nothing in the store. Nodes that came and went explain it, and then the local copy counts;
    /// nodes that were there all the time do not: the session has expired or was thrown out.
    private mutating func foundNothing(
        isCertain: Bool, _ view: ClusterView
    ) -> Step<LookupOutcome> {
        if let step = self.reach(view) { return step }
        // A session that is being moved may have left one place before it was seen in the next.
        if !self.hasSearchedTwice {
            self.hasSearchedTwice = true
            return self.search(view)
        }
        let allWereAsked =
            isCertain
            && view.available.subtracting(self.silentNodes).count == view.nodeCount
        guard let local = self.local else { return .done(.missing(isCertain: allWereAsked)) }
        if local.hasUnstoredWrites {
            return .done(.localIsNewest(SessionCopies(), isDiverged: false))
        }
        guard self.mayHaveBeenLost(local, view) else {
            return .done(.missing(isCertain: allWereAsked))
        }
        // A node that could not be asked may know better.
        guard allWereAsked else { return .done(.unreachable) }
        if self.purpose == .request, !self.hasWaited {
            self.hasWaited = true
            self.state = .waiting
            return .wait(milliseconds: Self.graceMilliseconds)
        }
        return .done(.localIsNewest(SessionCopies(), isDiverged: false))
    }

    /// Whether no node that held a copy has been there without a break.
    private func mayHaveBeenLost(_ local: LocalCopy, _ view: ClusterView) -> Bool {
        ![local.copies.primary, local.copies.backup].contains { place in
            guard let place else { return false }
            return view.epochs[place.node] == place.epoch && view.available.contains(place.node)
                && !self.silentNodes.contains(place.node)
        }
    }

    /// Whether both sides went on from the version they had in common.
    private func localIsDiverged(from content: SessionContent) -> Bool {
        guard let local = self.local, local.hasUnstoredWrites else { return false }
        return content.version != local.version && content.version != local.storedVersion
            && !content.isEnded
    }
}
