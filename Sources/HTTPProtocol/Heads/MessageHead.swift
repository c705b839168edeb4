package import Base

/// Where something stands in a head's bytes.
package struct ByteRange: Equatable, Sendable {
    /// The first byte's offset.
    package var start: Int32
    /// The offset after the last byte.
    package var end: Int32

    /// Nothing.
    package static let empty = ByteRange(0, 0)

    /// The bytes from `start` up to `end`.
    package init(_ start: Int, _ end: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
    }

    /// How many bytes.
    package var count: Int { Int(self.end &- self.start) }
    /// Whether it has no bytes.
    package var isEmpty: Bool { self.start == self.end }
    /// The offsets.
    package var range: Range<Int> { Int(self.start)..<Int(self.end) }
}

/// One header field: where its name and value stand, and which it is. Surrounding blanks are not
/// part of the value.
package struct HeaderField: Equatable, Sendable {
    /// The name, in the case it came.
    package var name: ByteRange
    /// The value without the white space around it.
    package var value: ByteRange
    /// Which field it is.
    package var known: KnownField
}

/// What the heads of requests and answers have in common: their bytes, copied once, and the places
/// of the fields in them, in order and with duplicates.
///
/// Reused for all messages of a connection, so that a message costs no allocation. What a head
/// hands out (spans, ranges) is valid until its next `parse`. One owner; not `Sendable`.
package class MessageHead {
    /// The head's bytes, from its first line to the blank line.
    package let storage = ByteBuffer()
    /// The fields in the order they came.
    package internal(set) var fields: [HeaderField] = []
    /// The minor version: 0 for HTTP/1.0, 1 for HTTP/1.1 and all later 1.x.
    package internal(set) var minorVersion: UInt8 = 1

    /// Where the next line begins, in the input.
    var lineStart = 0
    /// Up to where the input was looked at.
    var scanIndex = 0
    /// Whether the first line has been read.
    var hasFirstLine = false

    init() { self.fields.reserveCapacity(24) }

    // MARK: Looking

    /// The bytes at `range`.
    @_lifetime(borrow self)
    package func bytes(_ range: ByteRange) -> Span<UInt8> {
        let storage = self.storage
        let span = storage.bytes.extracting(range.range)
        // SAFETY: `storage` is a constant of self and changes only in calls that take self.
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// The bytes at `range` as text.
    package func string(_ range: ByteRange) -> String { self.bytes(range).makeString() }

    /// The value of the first field of a kind, or nil.
    package func value(_ known: KnownField) -> ByteRange? {
        for field in self.fields where field.known == known { return field.value }
        return nil
    }

    /// The value of the first field with a name that is not a known one; `name` in lower case.
    package func value(named name: StaticString) -> ByteRange? {
        for field in self.fields where self.bytes(field.name).isEqualIgnoringCase(to: name) {
            return field.value
        }
        return nil
    }

    /// The value of the first field with a name, in any case; for names that are found at run time.
    package func value(named name: String) -> ByteRange? {
        let utf8 = name.utf8
        for field in self.fields where field.name.count == utf8.count {
            let bytes = self.bytes(field.name)
            var index = 0
            var isEqual = true
            for byte in utf8 {
                if bytes[index].asciiLowercased != byte.asciiLowercased {
                    isEqual = false
                    break
                }
                index += 1
            }
            if isEqual { return field.value }
        }
        return nil
    }

    /// The value of the first field of a kind as text, or nil.
    package func string(_ known: KnownField) -> String? { self.value(known).map(self.string) }

    /// The value of the first field with a name as text, or nil.
    package func string(named name: String) -> String? { self.value(named: name).map(self.string) }

    /// Whether a field of a kind is there.
    package func has(_ known: KnownField) -> Bool { self.value(known) != nil }

    /// Whether a field with a comma-separated list has `token` (lower case) in any of its lines.
    package func list(_ known: KnownField, has token: StaticString) -> Bool {
        for field in self.fields where field.known == known {
            if HTTPText.list(self.bytes(field.value), has: token) { return true }
        }
        return false
    }

    /// Whether a field must not be passed on: it belongs to this connection, or Connection names
    /// it.
    ///
    /// Fields that this project knows to be end to end (Host, Cookie, Authorization…) go on even
    /// when Connection names them: a client could else strip what a program before this one has
    /// set.
    package func isHopByHop(_ field: HeaderField) -> Bool {
        if field.known.isHopByHop { return true }
        guard field.known == .other, self.hasConnectionNames else { return false }
        let name = self.bytes(field.name)
        for connection in self.fields where connection.known == .connection {
            if HTTPText.list(self.bytes(connection.value), has: name) { return true }
        }
        return false
    }

    /// Whether Connection has more than `close` and `keep-alive`.
    package internal(set) var hasConnectionNames = false
    /// Whether Connection says `close`.
    package internal(set) var saysClose = false
    /// Whether Connection says `keep-alive`.
    package internal(set) var saysKeepAlive = false

    // MARK: Parsing

    /// Forgets the last message; the memory stays.
    func reset() {
        self.fields.removeAll(keepingCapacity: true)
        self.lineStart = 0
        self.scanIndex = 0
        self.hasFirstLine = false
        self.hasConnectionNames = false
        self.saysClose = false
        self.saysKeepAlive = false
    }

    /// The next line of the head without its end, or nil when it is not all there.
    ///
    /// A control character ends the wait at once: no byte that follows could mend it.
    func nextLine(
        _ input: Span<UInt8>, lengthMax: Int, tooLong: HTTPParseError
    ) throws(HTTPParseError) -> ByteRange? {
        let index = input.firstControl(from: self.scanIndex)
        guard index < input.count else {
            self.scanIndex = index
            if index - self.lineStart > lengthMax { throw tooLong }
            return nil
        }
        var next = index + 1
        if input[index] == 0x0D {
            guard next < input.count else {
                self.scanIndex = index
                return nil
            }
            guard input[next] == 0x0A else { throw .bareCarriageReturn }
            next += 1
        } else if input[index] != 0x0A {
            throw self.hasFirstLine ? .badFieldValue : self.badFirstLine
        }
        let line = ByteRange(self.lineStart, index)
        if line.count > lengthMax { throw tooLong }
        self.lineStart = next
        self.scanIndex = next
        return line
    }

    /// The error for a control character in the first line.
    var badFirstLine: HTTPParseError { .badRequestLine }

    /// Reads one field line.
    func parseField(_ input: Span<UInt8>, _ line: ByteRange) throws(HTTPParseError) {
        var index = Int(line.start)
        let end = Int(line.end)
        if input[index] == 0x20 || input[index] == 0x09 { throw .obsoleteFolding }
        let colon = input.firstIndex(of: UInt8(ascii: ":"), from: index) ?? end
        let known = KnownField(name: input.extracting(index..<min(colon, end)))
        // The name of a known field is a token.
        if known != .other { index = colon }
        index = input.firstIndex(outside: HTTPText.token, from: min(index, end), to: end)
        guard index < end, index == colon, index > Int(line.start) else {
            if index < end, input[index] == 0x20 || input[index] == 0x09 {
                throw .spaceBeforeColon
            }
            throw .badFieldName
        }
        let name = ByteRange(Int(line.start), index)
        var valueStart = index + 1
        var valueEnd = end
        while valueStart < valueEnd, input[valueStart] == 0x20 || input[valueStart] == 0x09 {
            valueStart += 1
        }
        while valueEnd > valueStart, input[valueEnd - 1] == 0x20 || input[valueEnd - 1] == 0x09 {
            valueEnd -= 1
        }
        self.fields.append(
            HeaderField(name: name, value: ByteRange(valueStart, valueEnd), known: known))
        if known == .connection { self.readConnection(input.extracting(valueStart..<valueEnd)) }
    }

    private func readConnection(_ value: Span<UInt8>) {
        var list = HTTPListReader()
        while let item = list.next(in: value) {
            let token = value.extracting(item.range)
            if token.isEqualIgnoringCase(to: "close") {
                self.saysClose = true
            } else if token.isEqualIgnoringCase(to: "keep-alive") {
                self.saysKeepAlive = true
            } else {
                self.hasConnectionNames = true
            }
        }
    }
}
