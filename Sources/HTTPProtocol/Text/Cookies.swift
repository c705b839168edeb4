package import Base

/// Walks the pairs of a `Cookie` field (RFC 6265 section 4.2), leniently as servers do: what is no
/// pair is passed over, quotes around a value are taken off.
package struct CookieReader {
    private var index = 0

    /// Stands before the first pair.
    package init() {}

    /// The next pair as places in `value`, or nil at the end. Always with the same `value`.
    package mutating func next(in value: Span<UInt8>) -> (name: ByteRange, value: ByteRange)? {
        while self.index < value.count {
            let end = value.firstIndex(of: UInt8(ascii: ";"), from: self.index) ?? value.count
            let pair = Self.trim(value, self.index, end)
            self.index = end + 1
            guard
                let equals = value.extracting(pair.range).firstIndex(of: UInt8(ascii: "="))
            else { continue }
            let start = Int(pair.start)
            let name = Self.trim(value, start, start + equals)
            if name.isEmpty { continue }
            var content = Self.trim(value, start + equals + 1, Int(pair.end))
            if content.count >= 2, value[Int(content.start)] == UInt8(ascii: "\""),
                value[Int(content.end) - 1] == UInt8(ascii: "\"")
            {
                content = ByteRange(Int(content.start) + 1, Int(content.end) - 1)
            }
            return (name, content)
        }
        return nil
    }

    private static func trim(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> ByteRange {
        var start = start
        var end = end
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return ByteRange(start, end)
    }
}

extension MessageHead {
    /// The value of the first cookie called `name` in the request's `Cookie` fields, or nil.
    package func cookie(_ name: String) -> ByteRange? {
        for field in self.fields where field.known == .cookie {
            let value = self.bytes(field.value)
            var reader = CookieReader()
            while let pair = reader.next(in: value) {
                if HTTPText.isEqual(value.extracting(pair.name.range), name) {
                    let base = Int(field.value.start)
                    return ByteRange(base + Int(pair.value.start), base + Int(pair.value.end))
                }
            }
        }
        return nil
    }
}

/// A cookie to be set (RFC 6265 section 4.1), attributes in the order Tomcat writes them.
package struct SetCookie: Equatable, Sendable {
    /// Name and value. The caller has seen to it that they are a token and cookie octets.
    package var name: String, value: String
    /// For which paths; nil leaves it to the browser.
    package var path: String?
    /// For which domain; nil: this host only.
    package var domain: String?
    /// Seconds to keep it; nil: as long as the browser runs; 0 deletes it.
    package var maxAgeSeconds: Int64?
    /// The date for browsers that know no Max-Age, in seconds since 1970.
    package var expiresUnixSeconds: Int64?
    /// Over TLS only.
    package var isSecure = false
    /// Not for scripts.
    package var isHTTPOnly = false
    /// `Strict`, `Lax` or `None`; nil leaves it out.
    package var sameSite: String?

    /// A cookie without attributes.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether name, value and attributes can be written without changing their meaning.
    package var isValid: Bool {
        HTTPText.isToken(self.name.utf8.span) && HTTPText.isCookieValue(self.value.utf8.span)
            && [self.path, self.domain, self.sameSite].allSatisfy {
                HTTPText.isAttributeValue(($0 ?? "").utf8.span)
            }
    }

    /// Appends the value of a `Set-Cookie` field. Traps when the cookie is not valid.
    package func append(to output: ByteBuffer) {
        precondition(self.isValid, "a cookie that is set has a valid name, value and attributes")
        output.append(self.name)
        output.append(UInt8(ascii: "="))
        output.append(self.value)
        if let maxAgeSeconds {
            output.append("; Max-Age=")
            output.append(decimal: Int(maxAgeSeconds))
        }
        if let expiresUnixSeconds {
            output.append("; Expires=")
            HTTPDate.append(unixSeconds: expiresUnixSeconds, to: output)
        }
        if let domain {
            output.append("; Domain=")
            output.append(domain)
        }
        if let path {
            output.append("; Path=")
            output.append(path)
        }
        if self.isSecure { output.append("; Secure") }
        if self.isHTTPOnly { output.append("; HttpOnly") }
        if let sameSite {
            output.append("; SameSite=")
            output.append(sameSite)
        }
    }

    /// The value of a `Set-Cookie` field.
    package var text: String {
        let buffer = ByteBuffer()
        self.append(to: buffer)
        return buffer.bytes.makeString()
    }
}

extension HTTPText {
    /// Whether the bytes are the UTF-8 of `text`.
    package static func isEqual(_ bytes: Span<UInt8>, _ text: String) -> Bool {
        bytes.isEqual(to: text.utf8.span)
    }

    /// Whether bytes may stand as a field's value: no control character but a tab.
    package static func isFieldValue(_ bytes: Span<UInt8>) -> Bool {
        bytes.firstControl(from: 0) == bytes.count
    }

    /// Cookie octets (RFC 6265 section 4.1.1).
    static func isCookieValue(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            switch bytes[index] {
            case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: continue
            default: return false
            }
        }
        return true
    }

    /// What may stand in an attribute: no control character, no semicolon.
    static func isAttributeValue(_ bytes: Span<UInt8>) -> Bool {
        Self.isFieldValue(bytes) && bytes.firstIndex(of: UInt8(ascii: ";")) == nil
    }
}
