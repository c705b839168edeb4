package import Base

/// Writes the responses to one request.
package struct BinaryAnswers {
    /// The request that is answered.
    package let request: BinaryHeader
    private let output: ByteBuffer

    /// Responses to `request`, appended to `output`.
    package init(to request: BinaryHeader, _ output: ByteBuffer) {
        self.request = request
        self.output = output
    }

    /// Appends a header, for a body that the caller appends.
    package func head(
        _ status: BinaryStatus = .success, extras: Int = 0, key: Int = 0, value: Int = 0,
        cas: UInt64 = 0
    ) {
        var header = BinaryHeader(
            opcode: self.request.opcode, keyByteCount: key, extrasByteCount: extras,
            bodyByteCount: extras + key + value)
        header.status = status.rawValue
        header.opaque = self.request.opaque
        header.cas = cas
        header.append(to: self.output)
    }

    /// Says that something did not go, with memcached's words for it or others.
    package func error(_ status: BinaryStatus, _ words: StaticString? = nil) {
        let text = words ?? status.text
        self.head(status, value: text.utf8CodeUnitCount)
        self.output.append(text)
    }

    /// One number of statistics; an empty name and value end the list.
    package func statistic(_ name: String, _ value: String) {
        self.head(key: name.utf8.count, value: value.utf8.count)
        self.output.append(name)
        self.output.append(value)
    }
}
