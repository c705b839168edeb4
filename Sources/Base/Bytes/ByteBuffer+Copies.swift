// What can be read in a buffer, as values of their own.
extension ByteBuffer {
    /// The readable bytes as text; what is not UTF-8 becomes U+FFFD.
    package func makeString() -> String { self.bytes.makeString() }

    /// A copy of the readable bytes.
    package func makeArray() -> [UInt8] { self.bytes.makeArray() }
}
