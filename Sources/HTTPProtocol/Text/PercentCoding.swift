package import Base

/// Percent coding (RFC 3986 section 2.1).
package enum PercentCoding {
    /// Where bytes that stay as they are may stand.
    package enum Place: Sendable {
        /// In a path: as nginx escapes what it passes on (controls, blank, `"`, `#`, `%`, `?`, from
        /// 0x7F on).
        case path
        /// In a component such as a query's value: only letters, digits and `-._~`.
        case component
    }

    /// Decodes `%41`. nil when a `%` is not followed by two hexadecimal digits.
    ///
    /// - Parameter plusIsBlank: a `+` is a blank, as in forms.
    package static func decode(_ bytes: Span<UInt8>, plusIsBlank: Bool = false) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.count,
                    let high = bytes[index + 1].hexadecimalDigitValue,
                    let low = bytes[index + 2].hexadecimalDigitValue
                else { return nil }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsBlank && byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return decoded
    }

    /// Appends bytes, encoded as the place needs it.
    package static func append(_ bytes: Span<UInt8>, for place: Place, to output: ByteBuffer) {
        for index in bytes.indices {
            let byte = bytes[index]
            if Self.mustEncode(byte, in: place) {
                output.append(UInt8(ascii: "%"))
                output.append(Self.upperHexadecimal(byte >> 4))
                output.append(Self.upperHexadecimal(byte & 15))
            } else {
                output.append(byte)
            }
        }
    }

    /// Encodes text.
    package static func encode(_ text: String, for place: Place) -> String {
        let output = ByteBuffer()
        Self.append(text.utf8.span, for: place, to: output)
        return output.bytes.makeString()
    }

    private static func mustEncode(_ byte: UInt8, in place: Place) -> Bool {
        switch place {
        case .path:
            switch byte {
            case 0...0x20, 0x7F...0xFF, 0x22, 0x23, 0x25, 0x3F: true
            default: false
            }
        case .component:
            !(byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "~"))
        }
    }

    private static func upperHexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? digit + 0x30 : digit + 0x37
    }
}
