import Base
import MemcacheProtocol

/// Users and their passwords, as memcached's two kinds of files have them.
struct Credentials: Sendable {
    /// Which kind of file.
    enum Form: Sendable {
        /// `-Y FILE`: `user:password`, eight lines at the most.
        case authenticationFile
        /// MEMCACHED_SASL_PWDB: `user:password`, or `user:password:whatever`.
        case passwordDatabase
    }

    /// A line that is no entry.
    struct Problem: Error, Equatable {
        let line: Int
        let message: String
    }

    /// The most bytes of a line. memcached cuts longer ones, and with them passwords.
    static let lineByteCountMax = 255
    /// The most entries of a `-Y` file. memcached does not look at more either.
    static let fileEntryCountMax = 8
    /// The most entries of a password database; our limit.
    static let databaseEntryCountMax = 10_000

    private struct Entry {
        let user: [UInt8]
        let password: [UInt8]
    }

    private var entries: [Entry] = []
    /// How many lines were beyond the most that are looked at.
    private(set) var ignoredLineCount = 0

    /// Reads a file's contents.
    init(_ bytes: [UInt8], _ form: Form) throws(Problem) {
        let limit =
            form == .authenticationFile ? Self.fileEntryCountMax : Self.databaseEntryCountMax
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        // Without any entry nobody could log in.
        if lines.isEmpty, form == .authenticationFile {
            throw Problem(line: 1, message: "expected user:password")
        }
        for (index, whole) in lines.enumerated() {
            let line = whole.prefix { $0 != 0x0D }
            if index >= limit {
                self.ignoredLineCount += 1
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                if form == .passwordDatabase { continue }
                throw Problem(line: index + 1, message: "expected user:password")
            }
            guard line.count <= Self.lineByteCountMax else {
                throw Problem(
                    line: index + 1,
                    message: "an entry has at most \(Self.lineByteCountMax) bytes")
            }
            self.add(line[..<colon], line[(colon + 1)...], form)
        }
    }

    private mutating func add(
        _ user: ArraySlice<UInt8>, _ rest: ArraySlice<UInt8>, _ form: Form
    ) {
        if form == .passwordDatabase {
            // memcached takes what stands before any of the colons, so that a password may have
            // some and a comment may follow.
            for place in rest.indices where rest[place] == UInt8(ascii: ":") {
                self.entries.append(Entry(user: Array(user), password: Array(rest[..<place])))
            }
        }
        self.entries.append(Entry(user: Array(user), password: Array(rest)))
    }

    /// Whether there is such a user with such a password. How long it takes tells only how long
    /// what was given is, and how many entries there are.
    func accepts(user: Span<UInt8>, password: Span<UInt8>) -> Bool {
        var isFound = false
        for entry in self.entries {
            let isUser = Self.isEqual(user, entry.user)
            let isPassword = Self.isEqual(password, entry.password)
            // Both were compared; `&&` would tell by its time whether the user exists.
            if (isUser ? 1 : 0) & (isPassword ? 1 : 0) == 1 { isFound = true }
        }
        return isFound
    }

    /// Compares all of `given`, wherever the first difference is.
    private static func isEqual(_ given: Span<UInt8>, _ kept: [UInt8]) -> Bool {
        var difference = given.count ^ kept.count
        for index in 0..<given.count {
            let other = kept.isEmpty ? 0 : kept[index % kept.count]
            difference |= Int(given[index] ^ other)
        }
        return difference == 0
    }
}
