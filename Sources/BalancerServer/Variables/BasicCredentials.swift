import Base
import HTTPProtocol

/// The user that a request names in `Authorization: Basic` (RFC 7617). Nothing is checked: for
/// logs.
enum BasicCredentials {
    static func user(of head: RequestHead) -> [UInt8]? {
        for field in head.fields
        where head.bytes(field.name).isEqualIgnoringCase(to: "authorization") {
            let value = head.bytes(field.value)
            guard value.count > 6, value.extracting(first: 6).isEqualIgnoringCase(to: "basic ")
            else { return nil }
            let decoded = self.decode(value.extracting(6..<value.count))
            guard let colon = decoded.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
                return nil
            }
            return Array(decoded[..<colon])
        }
        return nil
    }

    /// Base 64 up to the first byte that is none.
    private static func decode(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for index in text.indices {
            let byte = text[index]
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: " ") where bytes.isEmpty && bitCount == 0: continue
            default: return bytes
            }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        return bytes
    }
}
