/// A key of a terminal.
enum Key: Equatable, Sendable {
    /// What it writes.
    case character(Character)
    /// With the control key held: a letter.
    case control(Character)
    /// Keys that have a name.
    case enter, tab, backspace, delete, escape
    /// Keys that move.
    case up, down, left, right, home, end, pageUp, pageDown
}

/// Turns the bytes that a terminal in raw mode sends into keys, whatever pieces they come in.
///
/// Escape sequences are those of xterm and the Linux console (console_codes(4)); unknown ones are
/// left out.
struct KeyDecoder {
    private static let sequenceByteCountMax = 16
    private var pending: [UInt8] = []

    /// Whether bytes wait for the rest of their sequence; a lone escape key looks like that.
    var isWaiting: Bool { !self.pending.isEmpty }

    /// The keys that are whole with these bytes.
    mutating func take(_ bytes: [UInt8]) -> [Key] {
        self.pending += bytes
        var keys: [Key] = []
        while !self.pending.isEmpty {
            guard let (key, count) = Self.first(of: self.pending) else { break }
            self.pending.removeFirst(count)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// What waits is all there is: an escape was an escape.
    mutating func takeRest() -> [Key] {
        defer { self.pending = [] }
        return self.pending.first == 0x1B ? [.escape] : []
    }

    /// The first key and its bytes; the key is nil for what is left out. Nil when more is needed.
    private static func first(of bytes: [UInt8]) -> (key: Key?, count: Int)? {
        switch bytes[0] {
        case 0x1B: return Self.sequence(bytes)
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x08, 0x7F: return (.backspace, 1)
        case 1...26: return (.control(Character(UnicodeScalar(bytes[0] + 96))), 1)
        case 0..<0x20: return (nil, 1)
        case ..<0x80: return (.character(Character(UnicodeScalar(bytes[0]))), 1)
        default: return Self.scalar(bytes)
        }
    }

    private static func scalar(_ bytes: [UInt8]) -> (key: Key?, count: Int)? {
        let count =
            switch bytes[0] {
            case 0xC2..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0..<0xF5: 4
            default: 1
            }
        guard bytes.count >= count else { return nil }
        guard let text = String(validating: bytes[..<count], as: UTF8.self),
            let character = text.first
        else { return (nil, 1) }
        return (.character(character), count)
    }

    private static func sequence(_ bytes: [UInt8]) -> (key: Key?, count: Int)? {
        guard bytes.count >= 2 else { return nil }
        guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else {
            return (.escape, 1)
        }
        guard
            let end = bytes[2...].firstIndex(where: { (0x40...0x7E).contains($0) })
        else {
            return bytes.count > Self.sequenceByteCountMax ? (nil, bytes.count) : nil
        }
        let key: Key? =
            switch bytes[end] {
            case UInt8(ascii: "A"): .up
            case UInt8(ascii: "B"): .down
            case UInt8(ascii: "C"): .right
            case UInt8(ascii: "D"): .left
            case UInt8(ascii: "H"): .home
            case UInt8(ascii: "F"): .end
            case UInt8(ascii: "~"): Self.numbered(bytes[2..<end])
            default: nil
            }
        return (key, end + 1)
    }

    private static func numbered(_ digits: ArraySlice<UInt8>) -> Key? {
        switch String(decoding: digits, as: UTF8.self) {
        case "1", "7": .home
        case "3": .delete
        case "4", "8": .end
        case "5": .pageUp
        case "6": .pageDown
        default: nil
        }
    }
}
