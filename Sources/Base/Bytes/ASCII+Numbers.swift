// Numbers as C's strtoull(3) and strtoll(3) read them, which memcached takes from its clients:
// white space before them, a sign, and anything behind white space after them.
extension Span where Element == UInt8 {
    /// The number as memcached reads an unsigned one; nil for none, or one beyond 64 bits.
    ///
    /// As there, a number below zero counts from 2^64 down, and is refused when that is large.
    package func unsignedNumber() -> UInt64? {
        if let plain = self.decimalValue() { return plain }
        guard let (magnitude, isNegative) = self.signedDigits() else { return nil }
        guard isNegative else { return magnitude }
        let value = 0 &- magnitude
        return Int64(bitPattern: value) < 0 ? nil : value
    }

    /// The number as memcached reads a signed one; nil for none, or one beyond 64 bits.
    package func signedNumber() -> Int? {
        guard let (magnitude, isNegative) = self.signedDigits() else { return nil }
        if !isNegative { return Int(exactly: magnitude) }
        if magnitude == UInt64(Int.max) + 1 { return Int.min }
        return Int(exactly: magnitude).map { -$0 }
    }

    private func signedDigits() -> (magnitude: UInt64, isNegative: Bool)? {
        var index = 0
        while index < self.count, self[index].isCSpace { index += 1 }
        guard index < self.count else { return nil }
        let isNegative = self[index] == UInt8(ascii: "-")
        if isNegative || self[index] == UInt8(ascii: "+") { index += 1 }
        let start = index
        var value: UInt64 = 0
        while index < self.count, self[index].isASCIIDigit {
            let (scaled, overflow1) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = scaled.addingReportingOverflow(UInt64(self[index] &- 0x30))
            if overflow1 || overflow2 { return nil }
            value = sum
            index += 1
        }
        guard index > start, index == self.count || self[index].isCSpace else { return nil }
        return (value, isNegative)
    }
}

extension UInt8 {
    /// White space as isspace(3) knows it.
    fileprivate var isCSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
