import Base
import DaemonKit
import Synchronization
import SystemInterface

/// The file of credentials that is in force, and what was done with it.
final class CredentialsFile: Sendable {
    private static let byteCountMax = 4 << 20

    /// Logins that were tried and that failed.
    struct Counts: Sendable {
        var tried = 0
        var failed = 0
    }

    let path: String
    let form: Credentials.Form
    private let current: Mutex<(status: FileStatus?, credentials: Credentials)>
    private let sum = Mutex(Counts())

    /// Reads the file.
    ///
    /// - Throws: a `Diagnostic` that names the file and the line.
    init(_ path: String, _ form: Credentials.Form) throws {
        self.path = path
        self.form = form
        let status = try? Files.status(path)
        self.current = Mutex((status, try Self.read(path, form)))
    }

    /// Reads the file again; when it is not good, what was read before stays.
    ///
    /// - Throws: as `init`.
    func reload() throws {
        let status = try? Files.status(self.path)
        let fresh = try Self.read(self.path, self.form)
        self.current.withLock { $0 = (status, fresh) }
    }

    /// How many lines of the file are beyond the most that are looked at.
    var ignoredLineCount: Int { self.current.withLock { $0.credentials.ignoredLineCount } }

    /// The logins so far.
    var counts: Counts { self.sum.withLock { $0 } }

    /// Sets the counts back, for `stats reset`.
    func resetCounts() { self.sum.withLock { $0 = Counts() } }

    /// Whether user and password belong together; counted.
    func accepts(user: Span<UInt8>, password: Span<UInt8>) -> Bool {
        // memcached opens a password database for each login: a new password counts at once.
        if self.form == .passwordDatabase { self.reloadWhenChanged() }
        let credentials = self.current.withLock { $0.credentials }
        let isGood = credentials.accepts(user: user, password: password)
        self.count(isGood)
        return isGood
    }

    /// Counts a login that had no user or password to compare.
    func countMalformed() { self.count(false) }

    private func count(_ isGood: Bool) {
        self.sum.withLock { counts in
            counts.tried += 1
            if !isGood { counts.failed += 1 }
        }
    }

    private func reloadWhenChanged() {
        let status = try? Files.status(self.path)
        if status == self.current.withLock({ $0.status }) { return }
        try? self.reload()
    }

    private static func read(_ path: String, _ form: Credentials.Form) throws -> Credentials {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: Self.byteCountMax)
        } catch {
            throw Diagnostic(file: path, message: "cannot be read: \(error)")
        }
        do throws(Credentials.Problem) {
            return try Credentials(bytes, form)
        } catch {
            // The line itself is not shown: it may hold a password.
            throw Diagnostic(file: path, line: error.line, message: error.message)
        }
    }
}
