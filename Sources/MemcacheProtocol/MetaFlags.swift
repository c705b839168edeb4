import Base

/// The flags of a meta command, read as memcached 1.6.45 reads them. What is given back of them is
/// found by walking over the words once more, in the order that the client gave.
package struct MetaFlags {
    /// Why a list of flags is refused.
    package enum Problem: Error, Equatable {
        case invalid, duplicate, badToken, badFormat, badKey
        /// A word that begins with what is no letter: the whole line counts as none.
        case badLine
        case badInitial, badDelta

        /// The answer's line.
        package var answer: StaticString {
            switch self {
            case .invalid: "CLIENT_ERROR invalid flag\r\n"
            case .duplicate: "CLIENT_ERROR duplicate flag\r\n"
            case .badToken: "CLIENT_ERROR bad token in command line format\r\n"
            case .badFormat, .badLine: "CLIENT_ERROR bad command line format\r\n"
            case .badKey: "CLIENT_ERROR error decoding key\r\n"
            case .badInitial: "CLIENT_ERROR invalid numeric initial value\r\n"
            case .badDelta: "CLIENT_ERROR invalid numeric delta value\r\n"
            }
        }
    }

    /// `v`: the value is wanted.
    package var wantsValue = false
    /// `q`: the nominal answer is not wanted.
    package var isQuiet = false
    /// `u`: this does not count as a hit.
    package var leavesNoTrace = false
    /// `b`: the key is Base64.
    package var hasBinaryKey = false
    /// `I`: mark as stale (`md`), or take an older CAS number and mark (`ms`).
    package var marksStale = false
    /// `T`: a new expiry.
    package var expiry: Int?
    /// `N`: the expiry of an item that is made because it was not there.
    package var vivifies: Int?
    /// `R`: who meets the item with less time left than this is told to make it anew.
    package var recache: Int?
    /// `F`: the client's flags.
    package var clientFlags: UInt32 = 0
    /// `C`: only over the item with that CAS number; 0 for any.
    package var cas: UInt64?
    /// `E`: the CAS number that the item is to have.
    package var explicitCAS: UInt64?
    /// `x`: the value goes, the item stays.
    package var dropsValue = false
    /// `M`: the letter of the mode; 0 for the usual one, a blank for a mode without letter.
    package var mode: UInt8 = 0
    /// `D`: how much is added or taken.
    package var delta: UInt64 = 1
    /// `J`: the number that `N` begins with.
    package var initial: UInt64 = 0

    /// Reads the flags of a line, whose key is `key`.
    package init(
        _ line: Span<UInt8>, _ range: Range<Int>, key: Range<Int>
    ) throws(Problem) {
        var tokens = TokenReader(range)
        var seen: (low: UInt64, high: UInt64) = (0, 0)
        // A bad number is told when all flags are read: a flag that is unknown counts for more.
        var problem: Problem?
        // Of several the last one is told; that the key is no Base64 stands where `b` does.
        var isKeyLast = false
        while let word = tokens.next(line) {
            let letter = line[word.lowerBound]
            guard Self.isLetter(letter) else { throw .badLine }
            let bit: UInt64 = 1 << UInt64(letter & 63)
            let known = letter < 64 ? seen.low : seen.high
            guard known & bit == 0 else { throw Self.problem(.duplicate, line, &tokens) }
            if letter < 64 { seen.low |= bit } else { seen.high |= bit }
            if letter == UInt8(ascii: "b") { isKeyLast = true }
            if let found = self.read(letter, line, word) {
                if found == .invalid { throw Self.problem(.invalid, line, &tokens) }
                // memcached has no words of its own for a bad `F`.
                problem = found == .badFormat ? problem ?? found : found
                if found != .badFormat { isKeyLast = false }
            }
        }
        guard let problem else { return }
        throw isKeyLast && !Self.isBase64(line.extracting(key)) ? .badKey : problem
    }

    private static func isBase64(_ key: Span<UInt8>) -> Bool {
        let bytes = ByteBuffer()
        return Base64Key.decode(key, into: bytes) && !bytes.isEmpty
    }

    /// What memcached's tokenizer takes for a flag.
    static func isLetter(_ byte: UInt8) -> Bool { (65...122).contains(byte) || byte.isASCIIDigit }

    /// The problem, unless a word further on makes the line none.
    private static func problem(
        _ found: Problem, _ line: Span<UInt8>, _ tokens: inout TokenReader
    ) -> Problem {
        while let word = tokens.next(line) {
            if !Self.isLetter(line[word.lowerBound]) { return .badLine }
        }
        return found
    }

    private mutating func read(
        _ letter: UInt8, _ line: Span<UInt8>, _ word: Range<Int>
    ) -> Problem? {
        let token = line.extracting((word.lowerBound + 1)..<word.upperBound)
        switch letter {
        case UInt8(ascii: "v"): self.wantsValue = true
        case UInt8(ascii: "q"): self.isQuiet = true
        case UInt8(ascii: "u"): self.leavesNoTrace = true
        case UInt8(ascii: "b"): self.hasBinaryKey = true
        case UInt8(ascii: "I"): self.marksStale = true
        case UInt8(ascii: "x"): self.dropsValue = true
        case UInt8(ascii: "c"), UInt8(ascii: "f"), UInt8(ascii: "h"), UInt8(ascii: "k"),
            UInt8(ascii: "l"), UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "O"),
            UInt8(ascii: "P"), UInt8(ascii: "L"):
            break
        default: return self.readNumber(letter, token)
        }
        return nil
    }

    private mutating func readNumber(_ letter: UInt8, _ token: Span<UInt8>) -> Problem? {
        switch letter {
        case UInt8(ascii: "T"):
            guard let seconds = token.isEmpty ? nil : token.signed32() else { return .badToken }
            self.expiry = seconds
        case UInt8(ascii: "N"):
            guard let seconds = token.isEmpty ? nil : token.signed32() else { return .badToken }
            self.vivifies = seconds
        case UInt8(ascii: "R"):
            guard let seconds = token.isEmpty ? nil : token.signed32() else { return .badToken }
            self.recache = seconds
        case UInt8(ascii: "F"):
            guard let bits = token.isEmpty ? nil : token.number32() else { return .badFormat }
            self.clientFlags = bits
        case UInt8(ascii: "C"):
            guard let number = token.isEmpty ? nil : token.number64() else { return .badToken }
            self.cas = number
        case UInt8(ascii: "E"):
            guard let number = token.isEmpty ? nil : token.number64() else { return .badToken }
            self.explicitCAS = number
        case UInt8(ascii: "M"): self.mode = token.isEmpty ? 0x20 : token[0]
        case UInt8(ascii: "J"):
            guard let number = token.isEmpty ? nil : token.number64() else { return .badInitial }
            self.initial = number
        case UInt8(ascii: "D"):
            guard let number = token.isEmpty ? nil : token.number64() else { return .badDelta }
            self.delta = number
        default: return .invalid
        }
        return nil
    }
}
