import Base
import HTTPProtocol

/// A request's path as the container sees it: parameters taken off, decoded, made safe.
package struct RequestTarget: Equatable, Sendable {
    /// The path as it came, path parameters and all.
    package var uri: String
    /// The path decoded, without parameters, dot segments and double slashes; begins with `/`.
    package var path: String
    /// The value of the session parameter (`;jsessionid=…`), or nil.
    package var sessionIdentifier: String?
    /// Whether the path came with path parameters.
    package var hasParameters = false

    /// Reads a raw path; nil when it is not valid: badly coded, a zero byte or a coded slash in it,
    /// or leading out of the root.
    ///
    /// - Parameter sessionParameter: the path parameter's name, lower case.
    package init?(_ raw: Span<UInt8>, sessionParameter: String = "jsessionid") {
        guard !raw.isEmpty, raw[0] == UInt8(ascii: "/") else { return nil }
        self.uri = raw.makeString()
        self.path = ""
        var kept: [UInt8] = []
        kept.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            let byte = raw[index]
            if byte == UInt8(ascii: ";") {
                self.hasParameters = true
                let start = index + 1
                while index < raw.count, raw[index] != UInt8(ascii: "/") { index += 1 }
                self.readParameters(raw.extracting(start..<index), sessionParameter)
            } else {
                kept.append(byte)
                index += 1
            }
        }
        // Tomcat refuses both by default: a proxy before it may have read them otherwise.
        guard !Self.hasCodedSlash(kept), !kept.contains(UInt8(ascii: "\\")) else { return nil }
        guard let path = RequestPath.normalize(kept.span) else { return nil }
        self.path = path.span.makeString()
    }

    private mutating func readParameters(_ bytes: Span<UInt8>, _ name: String) {
        for parameter in bytes.makeString().split(separator: ";") {
            guard let equals = parameter.firstIndex(of: "="),
                parameter[..<equals].lowercased() == name
            else { continue }
            self.sessionIdentifier = String(parameter[parameter.index(after: equals)...])
        }
    }

    private static func hasCodedSlash(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 3 else { return false }
        for index in 0..<(bytes.count - 2) where bytes[index] == UInt8(ascii: "%") {
            let high = bytes[index + 1]
            let low = bytes[index + 2] | 0x20
            if high == UInt8(ascii: "2"), low == UInt8(ascii: "f") { return true }
            if high == UInt8(ascii: "5"), low == UInt8(ascii: "c") { return true }
        }
        return false
    }
}
