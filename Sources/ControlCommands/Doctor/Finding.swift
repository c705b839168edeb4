/// Something that could be better, and what to do about it.
struct Finding: Equatable, Sendable {
    /// How bad it is.
    enum Weight: String, Comparable, CaseIterable, Sendable {
        /// Good to know.
        case note
        /// It will hurt one day.
        case warning
        /// It hurts.
        case problem

        static func < (first: Weight, second: Weight) -> Bool {
            let all = Self.allCases
            return all.firstIndex(of: first) ?? 0 < all.firstIndex(of: second) ?? 0
        }
    }

    /// How bad it is.
    let weight: Weight
    /// Which rule found it: a word for programs.
    let rule: String
    /// Where: an instance, or empty for the machine.
    let name: String
    /// What was seen, a sentence without a point.
    let what: String
    /// What to do about it.
    let advice: String
}

/// What a doctor looks at.
struct DoctorFacts: Sendable {
    /// A cache, as its own protocol tells of it.
    struct Cache: Sendable {
        /// The instance, or the address of one that is elsewhere.
        var name: String
        /// `stats`, by name.
        var statistics: [String: String] = [:]
        /// How far its clock is ahead of this machine's, in seconds.
        var secondsAhead = 0

        /// A number of `stats`; 0 when there is none.
        func number(_ name: String) -> Int { self.statistics[name].flatMap { Int($0) } ?? 0 }
    }

    /// A file that differs from what a daemon took.
    struct ChangedFile: Sendable {
        /// The daemon, and the file.
        var name: String, path: String
    }

    /// Who listens at a port that is no daemon of ours.
    struct PortHolder: Sendable {
        /// The port, the program and its process.
        var port: Int, program: String, process: Int
    }

    /// The daemons: what they are, or why they are silent.
    var daemons: [(name: String, status: StatusReport?, failure: String)] = []
    /// The caches.
    var caches: [Cache] = []
    /// The replication of the caches of this machine.
    var replications: [(name: String, status: ReplicationStatus)] = []
    /// Files that were changed and not taken.
    var changedFiles: [ChangedFile] = []
    /// Who holds memcached's port instead of a cache of ours.
    var portHolder: PortHolder?
    /// Whether something could not be looked at for want of rights.
    var isRestricted = false
}
