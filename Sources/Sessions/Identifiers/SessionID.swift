import Base

/// A session's identifier: `<base>-<node>[.<route>]`.
///
/// The base names the session and never changes. The node id says which cache node holds the first
/// copy, the route (Tomcat's jvmRoute) which application server served it last; both may change
/// during the session's life, and a new cookie then goes to the browser. An id without a node
/// belongs to a session that only its application server holds, or to a store that has no node ids.
package struct SessionID: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes an id may have; longer ones are nobody's.
    package static let byteCountMax = 160

    /// What stays the same for the session's whole life: 32 upper-case hexadecimal digits when it
    /// is ours, any letters and digits when it comes from elsewhere.
    package let base: String
    /// The cache node of the first copy.
    package var node: String?
    /// The application server's jvmRoute; it may contain dashes, no dots.
    package var route: String?

    /// Makes an id of its parts.
    package init(base: String, node: String? = nil, route: String? = nil) {
        self.base = base
        self.node = node
        self.route = route
    }

    /// Makes a new id's base of 16 random bytes. Traps when there are not 16 of them.
    package static func makeBase(randomBytes: [UInt8]) -> String {
        precondition(randomBytes.count == 16, "a session id is made of 16 random bytes")
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(32)
        for byte in randomBytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads an id that a browser sent. nil when it has not the form of one, so that nothing but
    /// letters, digits, `_`, `-` and `.` ever becomes part of a key.
    package init?(parsing text: String) {
        let bytes = text.utf8.span
        guard bytes.count <= Self.byteCountMax else { return nil }
        let firstDot = bytes.firstIndex(of: UInt8(ascii: ".")) ?? bytes.count
        let dash = min(bytes.firstIndex(of: UInt8(ascii: "-")) ?? firstDot, firstDot)
        guard let base = Self.word(bytes, 0..<dash, of: Self.lettersAndDigits) else { return nil }
        self.base = base
        self.node = nil
        self.route = nil
        if dash < firstDot {
            let range = (dash + 1)..<firstDot
            guard let node = Self.word(bytes, range, of: Self.wordBytes) else { return nil }
            self.node = node
        }
        if firstDot < bytes.count {
            let range = (firstDot + 1)..<bytes.count
            guard let route = Self.word(bytes, range, of: Self.routeBytes) else { return nil }
            self.route = route
        }
    }

    /// A part as text; nil when it is empty or has other characters in it.
    private static func word(
        _ bytes: Span<UInt8>, _ range: Range<Int>, of set: ASCIISet
    ) -> String? {
        guard !range.isEmpty,
            bytes.firstIndex(outside: set, from: range.lowerBound, to: range.upperBound)
                == range.upperBound
        else { return nil }
        return bytes.extracting(range).makeString()
    }

    /// The same session with its first copy on another node, or on none.
    package func replacing(node: String?) -> SessionID {
        SessionID(base: self.base, node: node, route: self.route)
    }

    /// The same session, served last by another application server.
    package func replacing(route: String?) -> SessionID {
        SessionID(base: self.base, node: self.node, route: route)
    }

    /// The id as cookies and pages show it.
    package var text: String {
        var text = self.base
        if let node = self.node { text += "-" + node }
        if let route = self.route { text += "." + route }
        return text
    }

    package var description: String { self.text }

    private static var lettersAndDigits: ASCIISet {
        ASCIISet(low: 0x03FF_0000_0000_0000, high: 0x07FF_FFFE_07FF_FFFE)
    }
    /// `[A-Za-z0-9_]`: a node's id.
    private static var wordBytes: ASCIISet {
        ASCIISet(low: 0x03FF_0000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
    }
    /// `[A-Za-z0-9_-]`: an application server's route.
    private static var routeBytes: ASCIISet {
        ASCIISet(low: 0x03FF_2000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
    }

    /// Whether a byte may stand in a node's id.
    static func isWordByte(_ byte: UInt8) -> Bool { Self.wordBytes.contains(byte) }
}
