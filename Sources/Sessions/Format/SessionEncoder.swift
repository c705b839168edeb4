import Base

/// Writes the stored form.
package enum SessionEncoder {
    /// The stored form of a session. O(size).
    ///
    /// - Throws: `limitExceeded` when there are too many attributes, values are nested too deep or
    /// a
    ///   name is longer than 65,535 bytes.
    package static func encode(
        _ content: SessionContent, base: String
    ) throws(SessionFormatError) -> [UInt8] {
        let output = ByteBuffer(capacity: 256)
        try Self.encode(content, base: base, into: output)
        return output.bytes.makeArray()
    }

    private static func encode(
        _ content: SessionContent, base: String, into output: ByteBuffer
    ) throws(SessionFormatError) {
        let kind = content.isEnded ? SessionFormat.Kind.ended : .session
        let headerByteCount =
            SessionFormat.fixedHeaderByteCount + 4 + base.utf8.count + content.context.utf8.count
        guard headerByteCount <= UInt16.max else { throw .limitExceeded }
        output.append(SessionFormat.magic)
        output.append(SessionFormat.version)
        output.append(kind.rawValue)
        output.append(bigEndian: UInt16(headerByteCount))
        output.append(bigEndian: content.version.counter)
        output.append(bigEndian: content.version.stamp)
        output.append(bigEndian: content.creationMilliseconds)
        output.append(bigEndian: content.lastAccessMilliseconds)
        output.append(bigEndian: content.maxInactiveSeconds)
        output.append(content.isNew ? 1 : 0)
        output.append(0)
        try Self.append(name: base, to: output)
        try Self.append(name: content.context, to: output)
        guard content.attributes.count <= SessionFormat.attributeCountMax else {
            throw .limitExceeded
        }
        output.append(bigEndian: UInt32(content.attributes.count))
        for name in content.attributes.keys.sorted() {
            try Self.append(name: name, to: output)
            try Self.append(content.attributes[name] ?? .null, to: output, depth: 0)
        }
    }

    private static func append(
        name: String, to output: ByteBuffer
    ) throws(SessionFormatError) {
        guard name.utf8.count <= UInt16.max else { throw .limitExceeded }
        output.append(bigEndian: UInt16(name.utf8.count))
        output.append(name)
    }

    private static func append(
        _ value: SessionValue, to output: ByteBuffer, depth: Int
    ) throws(SessionFormatError) {
        guard depth < SessionFormat.depthMax else { throw .limitExceeded }
        let lengthOffset = output.count + 1
        output.append(Self.typeNumber(of: value))
        output.append(bigEndian: UInt32(0))
        switch value {
        case .null: break
        case .bool(let truth): output.append(truth ? 1 : 0)
        case .int32(let number): output.append(bigEndian: number)
        case .int64(let number), .date(let number): output.append(bigEndian: number)
        case .double(let number): output.append(bigEndian: number.bitPattern)
        case .string(let text): output.append(text)
        case .bytes(let bytes), .opaque(_, let bytes): output.append(bytes)
        case .list(let elements):
            output.append(bigEndian: UInt32(clamping: elements.count))
            for element in elements { try Self.append(element, to: output, depth: depth + 1) }
        case .map(let entries):
            output.append(bigEndian: UInt32(clamping: entries.count))
            for entry in entries {
                try Self.append(entry.key, to: output, depth: depth + 1)
                try Self.append(entry.value, to: output, depth: depth + 1)
            }
        }
        let payloadByteCount = output.count - lengthOffset - 4
        guard payloadByteCount <= UInt32.max else { throw .limitExceeded }
        for index in 0..<4 {
            let byte = UInt8(truncatingIfNeeded: payloadByteCount >> (24 - 8 * index))
            output.set(byte, at: lengthOffset + index)
        }
    }

    private static func typeNumber(of value: SessionValue) -> UInt8 {
        switch value {
        case .null: SessionFormat.ValueType.null.rawValue
        case .bool: SessionFormat.ValueType.bool.rawValue
        case .int32: SessionFormat.ValueType.int32.rawValue
        case .int64: SessionFormat.ValueType.int64.rawValue
        case .double: SessionFormat.ValueType.double.rawValue
        case .string: SessionFormat.ValueType.string.rawValue
        case .date: SessionFormat.ValueType.date.rawValue
        case .bytes: SessionFormat.ValueType.bytes.rawValue
        case .list: SessionFormat.ValueType.list.rawValue
        case .map: SessionFormat.ValueType.map.rawValue
        case .opaque(let type, _): type
        }
    }
}

extension ByteBuffer {
    /// Appends an integer, the most significant byte first.
    func append(bigEndian value: some FixedWidthInteger) {
        var shift = type(of: value).bitWidth - 8
        while shift >= 0 {
            self.append(UInt8(truncatingIfNeeded: value >> shift))
            shift -= 8
        }
    }
}
