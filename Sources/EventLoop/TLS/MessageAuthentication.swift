import COpenSSL

/// Codes by which two who share a secret know each other: HMAC with SHA-256 (RFC 2104), by OpenSSL.
package enum MessageAuthentication {
    /// Bytes of a code.
    package static let codeByteCount = 32

    /// The code of a message.
    ///
    /// - Parameter secret: what both know; it may not be empty.
    package static func code(secret: [UInt8], _ message: [UInt8]) -> [UInt8] {
        precondition(!secret.isEmpty)
        var code = [UInt8](repeating: 0, count: Self.codeByteCount)
        var count: UInt32 = 0
        // SAFETY: OpenSSL reads the two arrays and writes 32 bytes, as many as SHA-256 has.
        let result = unsafe secret.withUnsafeBufferPointer { secret in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe code.withUnsafeMutableBufferPointer { code in
                    unsafe HMAC(
                        EVP_sha256(), secret.baseAddress, Int32(secret.count),
                        message.baseAddress, message.count, code.baseAddress, &count)
                }
            }
        }
        precondition(unsafe result != nil && count == UInt32(Self.codeByteCount), "HMAC has memory")
        return code
    }

    /// Whether two codes are the same, in a time that tells nothing of where they differ.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left, right) { difference |= one ^ other }
        return difference == 0
    }
}
