import Base
import DaemonKit
import MemcacheProtocol
import Testing

@testable import CacheServer

/// Files of users and passwords, and the two dialogs that ask for them.
struct CredentialsTests {
    private static func accepts(
        _ file: String, _ user: String, _ password: String,
        _ form: Credentials.Form = .authenticationFile
    ) throws -> Bool {
        let credentials = try Credentials(Array(file.utf8), form)
        return credentials.accepts(
            user: Array(user.utf8).span, password: Array(password.utf8).span)
    }

    @Test(
        arguments: [
            ("foo:bar\n", "foo", "bar", true), ("foo:bar", "foo", "bar", true),
            ("foo:bar\r\nbaz:q\r\n", "baz", "q", true), ("foo:bar\n", "foo", "ba", false),
            ("foo:bar\n", "foo", "barr", false), ("foo:bar\n", "fo", "bar", false),
            ("foo:bar\n", "foo", "", false), ("foo:bar\n", "", "", false),
            ("foo:b:r\n", "foo", "b:r", true), ("foo:b:r\n", "foo", "b", false),
            ("foo:\n", "foo", "", true), ("foo:\n", "foo", "x", false),
            ("foo:bar\nbaz:q\n", "foo", "q", false), ("foo:abab\n", "foo", "ab", false),
            ("foo:ab\n", "foo", "abab", false),
        ])
    func authenticationFile(file: String, user: String, password: String, isGood: Bool) throws {
        #expect(try Self.accepts(file, user, password) == isGood)
    }

    @Test(
        arguments: [
            ("u:p:comment\n", "p", true), ("u:p:q\n", "p:q", true), ("u:p:q\n", "q", false),
            ("no colon\nu:p\n", "p", true), ("u:p\n", "p:", false), ("u:p\nu:q\n", "q", true),
        ])
    func passwordDatabase(file: String, password: String, isGood: Bool) throws {
        #expect(try Self.accepts(file, "u", password, .passwordDatabase) == isGood)
    }

    @Test func eightEntriesAreLookedAt() throws {
        let file = (0..<10).map { "u\($0):p\($0)\n" }.joined()
        #expect(try Self.accepts(file, "u7", "p7"))
        #expect(try !Self.accepts(file, "u8", "p8"))
        #expect(try Credentials(Array(file.utf8), .authenticationFile).ignoredLineCount == 2)
        #expect(try Self.accepts(file, "u9", "p9", .passwordDatabase))
    }

    @Test(
        arguments: [
            ("", 1, "expected user:password"), ("\n", 1, "expected user:password"),
            ("foo:bar\nnocolon\n", 2, "expected user:password"),
            ("foo:bar\n\nbaz:q\n", 2, "expected user:password"),
            ("u:\(String(repeating: "p", count: 254))\n", 1, "an entry has at most 255 bytes"),
        ])
    func linesThatAreNoEntries(file: String, line: Int, message: String) throws {
        #expect(throws: Credentials.Problem(line: line, message: message)) {
            _ = try Credentials(Array(file.utf8), .authenticationFile)
        }
        let temporary = try TemporaryFile(file)
        do {
            _ = try CredentialsFile(temporary.path, .authenticationFile)
            Issue.record("taken")
        } catch {
            let text = "\(error)"
            #expect(text.contains("\(temporary.path):\(line)"))
            #expect(!text.contains("ppp"), "a password is shown")
        }
    }

    @Test func aBadFileLeavesWhatWasReadAndAGoodOneIsTaken() throws {
        let temporary = try TemporaryFile("u:one\n")
        let file = try CredentialsFile(temporary.path, .authenticationFile)
        let one = "one"
        let two = "two"
        try temporary.write("nonsense\n")
        #expect(throws: Diagnostic.self) { try file.reload() }
        #expect(file.accepts("u", one))
        try temporary.write("u:two\n")
        #expect(file.accepts("u", one))
        try file.reload()
        #expect(!file.accepts("u", one))
        #expect(file.accepts("u", two))
        #expect(file.counts.tried == 4)
        #expect(file.counts.failed == 1)
    }

    @Test func aPasswordDatabaseIsReadAgainForALogin() throws {
        let temporary = try TemporaryFile("u:one\n")
        let file = try CredentialsFile(temporary.path, .passwordDatabase)
        try temporary.write("u:another\n")
        let other = "another"
        #expect(file.accepts("u", other))
    }

    @Test func saslPlain() throws {
        let temporary = try TemporaryFile("me:secret\n")
        var login = SASLLogin(try CredentialsFile(temporary.path, .passwordDatabase))
        let good = "\0me\0secret"
        #expect(login.step(good) == .refused)
        #expect(login.start("CRAM-MD5", good) == .refused)
        #expect(login.start("PLAIN", "\0me\0x") == .refused)
        #expect(!login.isDone)
        #expect(login.start("PLAIN", "") == .continues)
        #expect(!login.isDone)
        #expect(login.step(good) == .accepted)
        #expect(login.isDone)
        #expect(login.step(good) == .refused)
        #expect(login.start("PLAIN", good) == .accepted)
    }
}

extension CredentialsFile {
    fileprivate func accepts(_ user: String, _ password: String) -> Bool {
        self.accepts(user: Array(user.utf8).span, password: Array(password.utf8).span)
    }
}

extension SASLLogin {
    fileprivate mutating func start(_ mechanism: String, _ message: String) -> Outcome {
        self.start(mechanism: Array(mechanism.utf8).span, message: Array(message.utf8).span)
    }

    fileprivate mutating func step(_ message: String) -> Outcome {
        self.step(message: Array(message.utf8).span)
    }
}
