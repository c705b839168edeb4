package import Base

/// Keys with any bytes in them, as meta commands carry them (flag `b`): Base64.
package enum Base64Key {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// Appends the bytes that a key stands for; false when it is no Base64.
    package static func decode(_ text: Span<UInt8>, into output: ByteBuffer) -> Bool {
        guard !text.isEmpty, text.count % 4 == 0 else { return false }
        var index = 0
        while index < text.count {
            var bits: UInt32 = 0
            var paddingCount = 0
            for place in index..<(index + 4) {
                let byte = text[place]
                if byte == Self.padding {
                    paddingCount += 1
                } else if paddingCount > 0 {
                    return false
                }
                guard byte == Self.padding || Self.value(of: byte) != nil else { return false }
                bits = bits << 6 | UInt32(Self.value(of: byte) ?? 0)
            }
            index += 4
            // Only the last group is shorter, by two of its three bytes at the most.
            guard paddingCount == 0 || (index == text.count && paddingCount <= 2) else {
                return false
            }
            for byte in 0..<(3 - paddingCount) {
                output.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * byte)))
            }
        }
        return true
    }

    /// Appends bytes as Base64 with its padding.
    package static func encode(_ bytes: Span<UInt8>, into output: ByteBuffer) {
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var bits: UInt32 = 0
            for place in 0..<3 {
                bits = bits << 8 | (place < count ? UInt32(bytes[index + place]) : 0)
            }
            for digit in 0..<4 {
                let value = Int(bits >> UInt32(18 - 6 * digit) & 63)
                output.append(digit <= count ? Self.alphabet[value] : Self.padding)
            }
            index += 3
        }
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
