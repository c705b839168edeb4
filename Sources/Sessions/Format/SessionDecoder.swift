import Base

/// Reads the stored form. Bytes from outside never trap it.
package enum SessionDecoder {
    /// Reads a stored session.
    ///
    /// - Throws: why the bytes are none, or `otherSession` when they are one with another base id.
    package static func decode(
        _ bytes: [UInt8], base: String
    ) throws(SessionFormatError) -> SessionContent {
        var reader = BigEndianReader(bytes)
        guard try reader.slice(4).elementsEqual(SessionFormat.magic) else { throw .notASession }
        let format: UInt8 = try reader.integer()
        guard format >= 1, format <= SessionFormat.version else { throw .unknownFormat(format) }
        guard let kind = SessionFormat.Kind(rawValue: try reader.integer()) else {
            throw .malformed
        }
        let headerByteCount = Int(try reader.integer() as UInt16)
        let version = SessionVersion(
            counter: try reader.integer(), stamp: try reader.integer())
        let creation: Int64 = try reader.integer()
        let lastAccess: Int64 = try reader.integer()
        let maxInactive: Int32 = try reader.integer()
        let isNew: UInt8 = try reader.integer()
        _ = try reader.integer() as UInt8
        guard try reader.text() == base else { throw .otherSession }
        let context = try reader.text()
        guard headerByteCount >= reader.position else { throw .malformed }
        _ = try reader.slice(headerByteCount - reader.position)
        var content = SessionContent(
            version: version, creationMilliseconds: creation, maxInactiveSeconds: maxInactive,
            context: context)
        content.lastAccessMilliseconds = lastAccess
        content.isNew = isNew != 0
        content.isEnded = kind == .ended
        content.attributes = try Self.readAttributes(&reader)
        guard reader.isAtEnd else { throw .malformed }
        return content
    }

    private static func readAttributes(
        _ reader: inout BigEndianReader
    ) throws(SessionFormatError) -> [String: SessionValue] {
        let count = Int(try reader.integer() as UInt32)
        guard count <= SessionFormat.attributeCountMax else { throw .limitExceeded }
        var attributes: [String: SessionValue] = [:]
        for _ in 0..<count {
            let name = try reader.text()
            attributes[name] = try Self.readValue(&reader, depth: 0)
        }
        return attributes
    }

    private static func readValue(
        _ reader: inout BigEndianReader, depth: Int
    ) throws(SessionFormatError) -> SessionValue {
        guard depth < SessionFormat.depthMax else { throw .limitExceeded }
        let number: UInt8 = try reader.integer()
        let payload = try reader.slice(Int(try reader.integer() as UInt32))
        guard let type = SessionFormat.ValueType(rawValue: number) else {
            return .opaque(type: number, payload: Array(payload))
        }
        var inner = BigEndianReader(payload)
        let value: SessionValue
        switch type {
        case .null: value = .null
        case .bool: value = .bool(try inner.integer() as UInt8 != 0)
        case .int32: value = .int32(try inner.integer())
        case .int64: value = .int64(try inner.integer())
        case .double: value = .double(Double(bitPattern: try inner.integer()))
        case .string: return .string(try Self.text(of: payload))
        case .date: value = .date(milliseconds: try inner.integer())
        case .bytes: return .bytes(Array(payload))
        case .list: value = .list(try Self.readList(&inner, depth: depth))
        case .map: value = .map(try Self.readMap(&inner, depth: depth))
        }
        guard inner.isAtEnd else { throw .malformed }
        return value
    }

    private static func readList(
        _ reader: inout BigEndianReader, depth: Int
    ) throws(SessionFormatError) -> [SessionValue] {
        let count = try Self.readCount(&reader)
        var elements: [SessionValue] = []
        for _ in 0..<count { elements.append(try Self.readValue(&reader, depth: depth + 1)) }
        return elements
    }

    private static func readMap(
        _ reader: inout BigEndianReader, depth: Int
    ) throws(SessionFormatError) -> [SessionValue.Entry] {
        let count = try Self.readCount(&reader)
        var entries: [SessionValue.Entry] = []
        for _ in 0..<count {
            let key = try Self.readValue(&reader, depth: depth + 1)
            entries.append(.init(key: key, value: try Self.readValue(&reader, depth: depth + 1)))
        }
        return entries
    }

    /// A count of values, each of which takes five bytes at least, so that a forged count costs
    /// nothing.
    private static func readCount(
        _ reader: inout BigEndianReader
    ) throws(SessionFormatError) -> Int {
        let count = Int(try reader.integer() as UInt32)
        guard count <= reader.remaining / 5 else { throw .malformed }
        return count
    }

    fileprivate static func text(
        of bytes: ArraySlice<UInt8>
    ) throws(SessionFormatError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return text
    }
}

/// Reads big-endian integers and counted slices; every step is checked.
struct BigEndianReader {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.index = bytes.startIndex
    }

    /// Bytes read so far.
    var position: Int { self.index - self.bytes.startIndex }
    /// Bytes not read yet.
    var remaining: Int { self.bytes.endIndex - self.index }
    /// Whether all is read.
    var isAtEnd: Bool { self.index == self.bytes.endIndex }

    mutating func integer<Integer: FixedWidthInteger>() throws(SessionFormatError) -> Integer {
        let size = Integer.bitWidth / 8
        guard self.remaining >= size else { throw .malformed }
        var value: UInt64 = 0
        for offset in 0..<size { value = value << 8 | UInt64(self.bytes[self.index + offset]) }
        self.index += size
        return Integer(truncatingIfNeeded: value)
    }

    mutating func slice(_ byteCount: Int) throws(SessionFormatError) -> ArraySlice<UInt8> {
        guard byteCount >= 0, byteCount <= self.remaining else { throw .malformed }
        defer { self.index += byteCount }
        return self.bytes[self.index..<self.index + byteCount]
    }

    mutating func text() throws(SessionFormatError) -> String {
        let byteCount = Int(try self.integer() as UInt16)
        return try SessionDecoder.text(of: try self.slice(byteCount))
    }
}
