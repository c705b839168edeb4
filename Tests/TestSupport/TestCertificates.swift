import SystemInterface

/// Certificates made by `openssl` for one test run, in a folder that goes with the object.
///
/// Two authorities: `ca`, of which `server` (localhost, 127.0.0.1), `server2` (the same names) and
/// `client` are; and `other`, of which `stranger` is.
package final class TestCertificates: Sendable {
    /// The folder; `NAME.pem` is a certificate, `NAME.key` its key.
    package let folder: String

    private static let script = """
        set -e
        cd "$1"
        key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        for name in ca other; do
            openssl req -x509 $key -keyout $name.key -out $name.pem -subj "/CN=Test $name"
        done
        issue() {
            openssl req -x509 $key -CA $1.pem -CAkey $1.key -keyout $2.key -out $2.pem \\
                -subj "/O=Holdfast test/CN=$2" -addext "$3" -addext basicConstraints=CA:FALSE
        }
        issue ca server subjectAltName=DNS:localhost,DNS:cache.test,IP:127.0.0.1
        issue ca server2 subjectAltName=DNS:localhost,IP:127.0.0.1
        issue ca client subjectAltName=DNS:client.test
        issue other stranger subjectAltName=DNS:localhost,IP:127.0.0.1
        openssl pkcs8 -topk8 -nocrypt -in server.key -outform DER -out server.der
        """

    /// Makes them; takes a tenth of a second.
    ///
    /// - Throws: when `openssl` cannot be run or fails.
    package init() throws {
        let nonce = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        self.folder = "/tmp/holdfast-tls-\(nonce)"
        try Files.makeDirectory(self.folder)
        let arguments = ["-c", "(\(Self.script)) >/dev/null 2>&1", "sh", self.folder]
        guard try ChildProcesses.run("/bin/sh", arguments) == 0 else {
            throw Errno.invalidArgument
        }
    }

    deinit { _ = try? ChildProcesses.run("/bin/rm", ["-rf", self.folder]) }

    /// The path of one of the files.
    package func path(_ name: String) -> String { "\(self.folder)/\(name)" }

    /// Puts a copy of the file `source` in the place of `target`.
    package func copy(_ source: String, to target: String) throws {
        try Files.write(try Files.read(self.path(source), limit: 1 << 20), to: self.path(target))
    }
}
