import Base
import DaemonKit
import SystemInterface

/// Who may use the cache: the users of text clients (`-Y`) or of binary ones (`-S`), or everybody.
final class CacheLogins: Sendable {
    /// Names the file of `-S`, as memcached's builds with their own password database have it.
    static let databaseVariable = "MEMCACHED_SASL_PWDB"
    /// What memcached ends with when the file of `-Y` is not good.
    private static let badFileStatus: Int32 = 1

    /// Whom text clients have to log in as; nil when they need not.
    let text: CredentialsFile?
    /// Whom binary clients have to log in as; nil when they need not.
    let sasl: CredentialsFile?

    /// Reads the files.
    ///
    /// - Throws: `StartError` that names file and line.
    init(_ options: ProtocolOptions) throws(StartError) {
        self.text = try options.authenticationFile.map { (path) throws(StartError) in
            try Self.read(path, .authenticationFile)
        }
        guard options.wantsSASL else {
            self.sasl = nil
            return
        }
        guard let path = Processes.environment(Self.databaseVariable) else {
            throw StartError(
                description: "-S: \(Self.databaseVariable) names the file of users, with lines of"
                    + " user:password; it is not in the environment",
                exitStatus: Self.badFileStatus)
        }
        self.sasl = try Self.read(path, .passwordDatabase)
    }

    private static func read(
        _ path: String, _ form: Credentials.Form
    ) throws(StartError) -> CredentialsFile {
        do {
            return try CredentialsFile(path, form)
        } catch {
            throw StartError(description: "\(error)", exitStatus: Self.badFileStatus)
        }
    }

    /// Reads the file again; when it is not good, what was read before stays.
    ///
    /// - Throws: a `Diagnostic`.
    func reload() throws {
        try self.text?.reload()
        try self.sasl?.reload()
    }

    /// The logins so far.
    var counts: CredentialsFile.Counts {
        self.text?.counts ?? self.sasl?.counts ?? CredentialsFile.Counts()
    }

    /// Sets the counts back, for `stats reset`.
    func resetCounts() {
        self.text?.resetCounts()
        self.sasl?.resetCounts()
    }
}
