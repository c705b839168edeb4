import SystemInterface

/// A file with a text, which goes with the object.
final class TemporaryFile: Sendable {
    let path: String

    init(_ text: String) throws {
        let nonce = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        self.path = "/tmp/holdfast-test-\(nonce).conf"
        try self.write(text)
    }

    /// Replaces the contents.
    func write(_ text: String) throws { try Files.write(Array(text.utf8), to: self.path) }

    deinit { try? Files.remove(self.path) }
}
