package import Base

/// A request's path as servers match it: decoded, dot segments taken out, slashes merged.
package enum RequestPath {
    /// Normalises an encoded path as nginx does: decodes once, takes `.` and `..` segments out
    /// after that, merges slashes where `mergesSlashes` (nginx's merge_slashes) says so.
    ///
    /// - Returns: the path, which begins with `/`; nil when it is not valid: a bad or zero byte
    /// coded, no `/`
    ///   at its start, or `..` above the root.
    package static func normalize(
        _ path: Span<UInt8>, mergesSlashes: Bool = true
    ) -> [UInt8]? {
        guard !path.isEmpty, path[0] == UInt8(ascii: "/") else { return nil }
        if Self.isNormal(path) { return path.makeArray() }
        guard let decoded = PercentCoding.decode(path) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(decoded.count)
        var index = 0
        while index < decoded.count {
            // At a slash: copy it, then look at the segment after it.
            if !(mergesSlashes && result.last == UInt8(ascii: "/")) {
                result.append(UInt8(ascii: "/"))
            }
            index += 1
            let start = index
            while index < decoded.count, decoded[index] != UInt8(ascii: "/") {
                if decoded[index] == 0 { return nil }
                index += 1
            }
            let segment = decoded[start..<index]
            if segment.elementsEqual([UInt8(ascii: ".")]) {
                result.removeLast()
                if index == decoded.count { result.append(UInt8(ascii: "/")) }
            } else if segment.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
                guard Self.removeLastSegment(&result) else { return nil }
                if index == decoded.count { result.append(UInt8(ascii: "/")) }
            } else {
                result.append(contentsOf: segment)
            }
        }
        if result.isEmpty { result.append(UInt8(ascii: "/")) }
        return result
    }

    /// Appends the normalised path to `output`, with the rules of `normalize`.
    ///
    /// - Returns: false when the path is not valid; nothing was appended then.
    package static func append(
        _ path: Span<UInt8>, mergesSlashes: Bool = true, to output: ByteBuffer
    ) -> Bool {
        if !path.isEmpty, path[0] == UInt8(ascii: "/"), Self.isNormal(path) {
            output.append(path)
            return true
        }
        guard let normal = Self.normalize(path, mergesSlashes: mergesSlashes) else { return false }
        output.append(normal)
        return true
    }

    /// Whether normalising would change nothing, as with almost all paths: no `%`, `//` or segment
    /// that begins with a dot.
    private static func isNormal(_ path: Span<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for index in path.indices {
            let byte = path[index]
            if byte == UInt8(ascii: "%") || byte == 0 { return false }
            if previous == UInt8(ascii: "/"), byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
            {
                return false
            }
            previous = byte
        }
        return true
    }

    /// Drops `/segment/` down to what stands before the segment's slash; false above the root.
    private static func removeLastSegment(_ path: inout [UInt8]) -> Bool {
        path.removeLast()
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return false }
        path.removeSubrange(slash...)
        return true
    }
}
