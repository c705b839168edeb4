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
    /// The first index at or after `start` that holds `byte`, or nil. O(n), vectorised by libc.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        precondition(start >= 0 && start <= self.count, "start outside the span")
        var index = start
        while index < self.count {
            if self[index] == byte { return index }
            index &+= 1
        }
        return nil
    }

    /// Whether the bytes are exactly `text`.
    package func isEqual(to text: StaticString) -> Bool {
        guard self.count == text.utf8CodeUnitCount else { return false }
        let other = unsafe text.utf8Start
        for index in self.indices where unsafe self[index] != other[index] {
            return false
        }
        return true
    }

    /// Whether the bytes are `text` when the case of ASCII letters is ignored; it is lower case.
    package func isEqualIgnoringCase(to text: StaticString) -> Bool {
        guard self.count == text.utf8CodeUnitCount else { return false }
        let other = unsafe text.utf8Start
        for index in self.indices {
            if unsafe self[index].asciiLowercased != other[index] { return false }
        }
        return true
    }

    /// Whether both spans hold the same bytes.
    package func isEqual(to other: Span<UInt8>) -> Bool {
        guard self.count == other.count else { return false }
        for index in self.indices where self[index] != other[index] {
            return false
        }
        return true
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
