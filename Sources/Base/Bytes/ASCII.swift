// Looking at bytes as ASCII text without making a String of them. Spans are borrowed for the call.

extension UInt8 {
    /// `A`…`Z` mapped to `a`…`z`, all else unchanged.
    package var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
    /// `0`…`9`.
    package var isASCIIDigit: Bool { self &- 0x30 < 10 }
    /// `A`…`Z` or `a`…`z`.
    package var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
    /// The value of a hexadecimal digit, or nil.
    package var hexadecimalDigitValue: UInt8? {
        if self.isASCIIDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}

// SAFETY: a StaticString's bytes live for ever and are read within its length; pointers into a span
// do not leave the closures they are given to.
extension Span where Element == UInt8 {
    /// The first index at or after `start` that holds `byte`, or nil. O(n), eight bytes at a time.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        precondition(start >= 0 && start <= self.count, "start outside the span")
        let count = self.count
        let index = unsafe self.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return count }
            var index = start
            while index &+ ByteWords.size <= count {
                let marks = unsafe ByteWords.marks(of: byte, in: ByteWords.load(base, index))
                if marks != 0 { return index &+ ByteWords.offset(ofFirst: marks) }
                index &+= ByteWords.size
            }
            while index < count, unsafe base.load(fromByteOffset: index, as: UInt8.self) != byte {
                index &+= 1
            }
            return index
        }
        return index < count ? index : nil
    }

    /// The index from `start` on of the first control character other than a tab, or `count`.
    package func firstControl(from start: Int) -> Int {
        precondition(start >= 0 && start <= self.count, "start outside the span")
        let count = self.count
        return unsafe self.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return count }
            var index = start
            while index &+ ByteWords.size <= count {
                let word = unsafe ByteWords.load(base, index)
                let marks =
                    ByteWords.marks(below: 0x20, in: word) | ByteWords.marks(of: 0x7F, in: word)
                if marks == 0 {
                    index &+= ByteWords.size
                    continue
                }
                index &+= ByteWords.offset(ofFirst: marks)
                if unsafe base.load(fromByteOffset: index, as: UInt8.self) != 0x09 { return index }
                index &+= 1
            }
            while index < count {
                let byte = unsafe base.load(fromByteOffset: index, as: UInt8.self)
                if byte < 0x20 && byte != 0x09 || byte == 0x7F { return index }
                index &+= 1
            }
            return count
        }
    }

    /// Whether the bytes are exactly `text`.
    package func isEqual(to text: StaticString) -> Bool {
        let count = self.count
        guard count == text.utf8CodeUnitCount else { return false }
        return unsafe self.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return true }
            return unsafe ByteWords.isEqual(base, text.utf8Start, count, { $0 }, { $0 })
        }
    }

    /// Whether the bytes are `text` when the case of ASCII letters is ignored; it is lower case.
    package func isEqualIgnoringCase(to text: StaticString) -> Bool {
        let count = self.count
        guard count == text.utf8CodeUnitCount else { return false }
        return unsafe self.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return true }
            return unsafe ByteWords.isEqual(
                base, text.utf8Start, count, ByteWords.lowercased, \.asciiLowercased)
        }
    }

    /// Whether the bytes are `lowered` when the case of ASCII letters is ignored.
    package func isEqualIgnoringCase(toLowered lowered: Span<UInt8>) -> Bool {
        let count = self.count
        guard count == lowered.count else { return false }
        return unsafe self.withUnsafeBytes { bytes in
            unsafe lowered.withUnsafeBytes { others in
                guard let base = bytes.baseAddress, let start = others.baseAddress
                else { return true }
                return unsafe ByteWords.isEqual(
                    base, start, count, ByteWords.lowercased, \.asciiLowercased)
            }
        }
    }

    /// Whether both spans hold the same bytes.
    package func isEqual(to other: Span<UInt8>) -> Bool {
        let count = self.count
        guard count == other.count else { return false }
        return unsafe self.withUnsafeBytes { bytes in
            unsafe other.withUnsafeBytes { others in
                guard let base = bytes.baseAddress, let start = others.baseAddress
                else { return true }
                return unsafe ByteWords.isEqual(base, start, count, { $0 }, { $0 })
            }
        }
    }

    /// Whether the bytes begin with `text`.
    package func hasPrefix(_ text: StaticString) -> Bool {
        self.count >= text.utf8CodeUnitCount
            && self.extracting(first: text.utf8CodeUnitCount).isEqual(to: text)
    }

    /// The unsigned decimal number that the bytes are, or nil when they are none or it overflows.
    package func decimalValue() -> UInt64? {
        guard !self.isEmpty, self.count <= 20 else { return nil }
        var value: UInt64 = 0
        for index in self.indices {
            let digit = self[index] &- 0x30
            guard digit < 10 else { return nil }
            let (scaled, overflow1) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = scaled.addingReportingOverflow(UInt64(digit))
            guard !overflow1, !overflow2 else { return nil }
            value = sum
        }
        return value
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    package func makeString() -> String {
        unsafe self.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// A copy of the bytes.
    package func makeArray() -> [UInt8] {
        unsafe self.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
