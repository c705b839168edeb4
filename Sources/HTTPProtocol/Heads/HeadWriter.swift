package import Base

/// Puts heads and chunks out, in wire order, at the end of a buffer. Values that come from outside
/// the program must have been checked by a parser: a CR LF in one would begin another field.
extension ByteBuffer {
    /// Appends a status line: `HTTP/1.1 200 OK`.
    package func appendStatusLine(_ status: Int, reason: String? = nil) {
        precondition(status >= 100 && status <= 999, "a status has three digits")
        if status == 200, reason == nil { return self.append("HTTP/1.1 200 OK\r\n") }
        self.append("HTTP/1.1 ")
        self.append(decimal: UInt64(status))
        self.append(0x20)
        if let reason {
            self.append(reason)
        } else {
            self.append(ReasonPhrase.of(status))
        }
        self.append("\r\n")
    }

    /// Appends a request line.
    package func appendRequestLine(_ method: String, _ target: String) {
        self.append(method)
        self.append(0x20)
        self.append(target)
        self.append(" HTTP/1.1\r\n")
    }

    /// Appends a field.
    package func appendField(_ name: StaticString, _ value: StaticString) {
        self.append(name)
        self.append(": ")
        self.append(value)
        self.append("\r\n")
    }

    /// Appends a field.
    package func appendField(_ name: StaticString, _ value: String) {
        self.append(name)
        self.append(": ")
        self.append(value)
        self.append("\r\n")
    }

    /// Appends a field.
    package func appendField(_ name: StaticString, _ value: Span<UInt8>) {
        self.append(name)
        self.append(": ")
        self.append(value)
        self.append("\r\n")
    }

    /// Appends a field with a number.
    package func appendField(_ name: StaticString, decimal value: UInt64) {
        self.append(name)
        self.append(": ")
        self.append(decimal: value)
        self.append("\r\n")
    }

    /// Appends a field.
    package func appendField(_ name: String, _ value: String) {
        self.append(name)
        self.append(": ")
        self.append(value)
        self.append("\r\n")
    }

    /// Appends a field.
    package func appendField(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        self.append(name)
        self.append(": ")
        self.append(value)
        self.append("\r\n")
    }

    /// Appends a field as it came, whatever stands between its name and its value.
    package func appendField(_ field: HeaderField, of head: MessageHead) {
        self.append(head.bytes(ByteRange(Int(field.name.start), Int(field.value.end))))
        self.append("\r\n")
    }

    /// Appends the line that ends a head.
    package func appendHeadEnd() { self.append("\r\n") }

    /// Appends one chunk of a chunked body; none at all for no bytes, as that would end the body.
    package func appendChunk(_ bytes: Span<UInt8>) {
        if bytes.isEmpty { return }
        self.append(hexadecimal: UInt64(bytes.count))
        self.append("\r\n")
        self.append(bytes)
        self.append("\r\n")
    }

    /// Appends the end of a chunked body, without trailers.
    package func appendLastChunk() { self.append("0\r\n\r\n") }
}
