import Base

/// The flags of a meta command.
package struct MetaFlags {
    /// Why a list of flags is refused.
    package enum Problem: Error, Equatable { case invalid, duplicate, badToken }

    /// What `mg` gives back, in the order it was asked for; places of letter and token.
    package var returned: [Range<Int>] = []
    /// `v`: the value is wanted.
    package var wantsValue = false
    /// `q`: the nominal answer is not wanted.
    package var isQuiet = false
    /// `T`: a new expiry.
    package var expiry: Int?
    /// `F`: the client's flags.
    package var clientFlags: UInt32 = 0
    /// `C`: only over the item with that CAS number.
    package var cas: UInt64?
    /// `M`: how it is stored.
    package var verb = StoreVerb.set
    /// `I`: store as stale, or delete by marking; taken and without effect.
    package var invalidates = false

    private static let letters = Array("bcCEfFhIklMNOqRstTuvPLSxD".utf8)

    /// Reads the flags of a line.
    package init(_ line: Span<UInt8>, _ range: Range<Int>) throws(Problem) {
        var tokens = TokenReader(range)
        var seen: UInt64 = 0
        while let word = tokens.next(line) {
            let letter = line[word.lowerBound]
            guard Self.letters.contains(letter) else { throw .invalid }
            let bit: UInt64 = 1 << UInt64(letter & 63)
            guard seen & bit == 0 else { throw .duplicate }
            seen |= bit
            try self.read(letter, line, word)
        }
    }

    private mutating func read(
        _ letter: UInt8, _ line: Span<UInt8>, _ word: Range<Int>
    ) throws(Problem) {
        let token = (word.lowerBound + 1)..<word.upperBound
        switch letter {
        case UInt8(ascii: "v"): self.wantsValue = true
        case UInt8(ascii: "q"): self.isQuiet = true
        case UInt8(ascii: "I"): self.invalidates = true
        case UInt8(ascii: "T"):
            guard let seconds = line.signedDecimal(token) else { throw .badToken }
            self.expiry = seconds
        case UInt8(ascii: "F"):
            guard let bits = line.extracting(token).decimalValue(), bits <= UInt64(UInt32.max)
            else {
                throw .badToken
            }
            self.clientFlags = UInt32(bits)
        case UInt8(ascii: "C"):
            guard let number = line.extracting(token).decimalValue() else { throw .badToken }
            self.cas = number
        case UInt8(ascii: "M"):
            guard token.count == 1 else { throw .badToken }
            switch line[token.lowerBound] | 0x20 {
            case UInt8(ascii: "s"): self.verb = .set
            case UInt8(ascii: "e"): self.verb = .add
            case UInt8(ascii: "a"): self.verb = .append
            case UInt8(ascii: "p"): self.verb = .prepend
            case UInt8(ascii: "r"): self.verb = .replace
            default: throw .badToken
            }
        case UInt8(ascii: "O"):
            guard token.count <= ProtocolLimits.opaqueByteCountMax else { throw .badToken }
            self.returned.append(word)
        case UInt8(ascii: "c"), UInt8(ascii: "f"), UInt8(ascii: "h"), UInt8(ascii: "k"),
            UInt8(ascii: "l"), UInt8(ascii: "s"), UInt8(ascii: "t"):
            self.returned.append(word)
        case UInt8(ascii: "u"), UInt8(ascii: "P"), UInt8(ascii: "L"), UInt8(ascii: "S"): break
        default: throw .invalid
        }
    }
}
