/// The copies of one session that a look into the store has brought, and which of them wins.
struct SessionCandidates: Sendable {
    /// One copy.
    struct Candidate: Sendable {
        var id: SessionID
        var isBackup: Bool
        var place: CopyPlace
        var content: SessionContent
    }

    private let base: String
    private let context: String
    private(set) var copies: [Candidate] = []
    /// Items that are no sessions, with the request that removes each.
    private(set) var undecodable: [(removal: StoreRequest, reason: SessionFormatError)] = []

    init(base: String, context: String) {
        self.base = base
        self.context = context
    }

    /// Takes an item that was found. Another context's session is passed over.
    mutating func add(
        _ value: [UInt8], id: SessionID, isBackup: Bool, place: CopyPlace, key: String
    ) {
        do {
            let content = try SessionDecoder.decode(value, base: self.base)
            guard content.context == self.context else { return }
            self.copies.append(
                Candidate(id: id, isBackup: isBackup, place: place, content: content))
        } catch {
            self.undecodable.append((StoreRequest(place.node, .delete(key: key)), error))
        }
    }

    /// The copy that wins; among equal ones a first copy, and one under the id that was asked for.
    func winner(asked id: SessionID) -> Candidate? {
        var best: Candidate?
        for candidate in self.copies {
            guard let present = best else {
                best = candidate
                continue
            }
            if candidate.content.wins(over: present.content) {
                best = candidate
            } else if !present.content.wins(over: candidate.content),
                Self.rank(candidate, id) > Self.rank(present, id)
            {
                best = candidate
            }
        }
        return best
    }

    private static func rank(_ candidate: Candidate, _ id: SessionID) -> Int {
        (candidate.isBackup ? 0 : 1) + (candidate.id.node == id.node ? 2 : 0)
    }

    /// What is known of the places that a session with this id uses.
    func copies(of id: SessionID, in view: ClusterView) -> SessionCopies {
        var result = SessionCopies()
        guard let primary = view.primary(of: id) else { return result }
        let backup = view.backup(after: primary)
        for candidate in self.copies where candidate.id.node == id.node {
            if !candidate.isBackup, candidate.place.node == primary {
                result.primary = candidate.place
            } else if candidate.isBackup, candidate.place.node == backup {
                result.backup = candidate.place
            }
        }
        return result
    }

    /// Whether both places of this id hold exactly this content's version, and no other does.
    func isComplete(_ winner: Candidate, in view: ClusterView) -> Bool {
        guard let primary = view.primary(of: winner.id) else { return false }
        let agreeing = self.copies.filter {
            $0.id.node == winner.id.node && $0.content.version == winner.content.version
                && $0.content.isEnded == winner.content.isEnded
        }
        guard agreeing.contains(where: { !$0.isBackup && $0.place.node == primary }) else {
            return false
        }
        if winner.content.isEnded, agreeing.count != self.copies.count { return false }
        if view.nodeCount == 1 { return true }
        guard let backup = view.backup(after: primary) else { return false }
        return agreeing.contains { $0.isBackup && $0.place.node == backup }
    }

    /// Whether two copies were written without knowledge of each other.
    var areDiverged: Bool {
        let living = self.copies.filter { !$0.content.isEnded }
        return living.contains { one in
            living.contains {
                $0.content.version.counter == one.content.version.counter
                    && $0.content.version != one.content.version
            }
        }
    }
}

/// Every place where a copy of a session can be, whatever its id named at the time.
struct SessionSearch: Sendable {
    /// One question of the search.
    struct Question: Sendable {
        var request: StoreRequest
        var key: String
        var id: SessionID
        var isBackup: Bool
        var epoch: UInt64
    }

    /// The questions, in the order in which they are asked.
    let questions: [Question]

    /// Asks each of `nodes` for a first copy under its own name, and for the second copies of all
    /// others.
    init(for id: SessionID, keys: StorageKeys, nodes: NodeSet, in view: ClusterView) {
        var questions: [Question] = []
        for node in 0..<view.nodeCount where nodes.contains(node) {
            for named in 0..<view.nodeCount {
                let there = id.replacing(node: view.shape.ids[named])
                let isBackup = named != node
                let key = isBackup ? keys.backup(there) : keys.session(there)
                questions.append(
                    Question(
                        request: StoreRequest(node, .load(key: key)), key: key, id: there,
                        isBackup: isBackup, epoch: view.epochs[node]))
            }
        }
        self.questions = questions
    }

    /// Sorts the answers; those without one are counted.
    func take(_ answers: [StoreAnswer], into candidates: inout SessionCandidates) -> Int {
        var unanswered = 0
        for (question, answer) in zip(self.questions, answers) {
            if case .found(_, let cas, let value) = answer {
                let place = CopyPlace(
                    node: question.request.node, epoch: question.epoch, cas: cas)
                candidates.add(
                    value ?? [], id: question.id, isBackup: question.isBackup, place: place,
                    key: question.key)
            } else if answer != .missing {
                unanswered += 1
            }
        }
        return unanswered
    }
}
