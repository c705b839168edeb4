import Base

/// The one message of SASL's mechanism PLAIN (RFC 4616): `authorisation NUL user NUL password`.
package struct PlainMessage: Equatable, Sendable {
    /// The mechanism's name.
    package static let mechanism: StaticString = "PLAIN"
    /// The longest message that is taken; our limit, as far above a password as memcached's is.
    package static let byteCountMax = 16_384

    /// Where the user's name stands.
    package let user: Range<Int>
    /// Where the password stands.
    package let password: Range<Int>

    /// Reads a message; nil when it is none, or when the client wants to act for somebody else.
    package init?(_ message: Span<UInt8>) {
        guard message.count <= Self.byteCountMax, let first = message.firstIndex(of: 0) else {
            return nil
        }
        let rest = message.extracting(droppingFirst: first + 1)
        guard let length = rest.firstIndex(of: 0) else { return nil }
        let user = (first + 1)..<(first + 1 + length)
        let password = (user.upperBound + 1)..<message.count
        let hasMore = message.extracting(password).firstIndex(of: 0) != nil
        if user.isEmpty || hasMore { return nil }
        if first > 0 {
            guard first == user.count else { return nil }
            for index in 0..<first where message[index] != message[user.lowerBound + index] {
                return nil
            }
        }
        self.user = user
        self.password = password
    }
}
