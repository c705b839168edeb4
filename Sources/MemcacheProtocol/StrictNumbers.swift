// Numbers as memcached 1.6.45 reads them: digits and nothing else, so many at the most. Flags and
// expiry of the classic storage commands alone are read as C reads numbers.
extension Span where Element == UInt8 {
    private static var digitsMax32: Int { 11 }
    private static var digitsMax64: Int { 22 }

    /// A number of 64 bits without a sign; nil when it is none.
    package func number64() -> UInt64? {
        guard self.count <= Self.digitsMax64 else { return nil }
        return self.digits(from: 0)
    }

    /// A number of 32 bits without a sign; nil when it is none.
    package func number32() -> UInt32? {
        guard self.count <= Self.digitsMax32, let number = self.digits(from: 0) else { return nil }
        return UInt32(exactly: number)
    }

    /// A number of 32 bits that may have a minus; nil when it is none.
    package func signed32() -> Int? {
        guard !self.isEmpty, self.count <= Self.digitsMax32 else { return nil }
        let isNegative = self[0] == UInt8(ascii: "-")
        guard let number = self.digits(from: isNegative ? 1 : 0) else { return nil }
        let signed = isNegative ? -Int64(clamping: number) : Int64(clamping: number)
        return Int32(exactly: signed).map { Int($0) }
    }

    private func digits(from start: Int) -> UInt64? {
        var sum: UInt64 = 0
        for place in start..<self.count {
            let digit = self[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (product, isTooLarge) = sum.multipliedReportingOverflow(by: 10)
            let (next, overflows) = product.addingReportingOverflow(UInt64(digit))
            guard !isTooLarge, !overflows else { return nil }
            sum = next
        }
        return sum
    }
}
