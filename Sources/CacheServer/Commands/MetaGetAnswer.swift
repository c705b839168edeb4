import Base
import CacheStorage
import MemcacheProtocol

/// The answer of `mg` to a hit: each flag does and shows what it stands for, in the client's order.
struct MetaGetAnswer {
    let executor: CommandExecutor
    let output: ByteBuffer
    let clock: CacheClock
    let now: UInt32
    let flags: MetaFlags
    let item: ItemView
    let isNew: Bool
    private var mustMake = false

    init(_ executor: CommandExecutor, flags: MetaFlags, item: ItemView, isNew: Bool) {
        self.executor = executor
        self.output = executor.output
        self.clock = executor.clock
        self.now = executor.now
        self.flags = flags
        self.item = item
        self.isNew = isNew
    }

    /// Appends it; false when an opaque token is too long, and what was appended is to be dropped.
    mutating func append(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        // Who has this state of the value already is not sent it again.
        let isKnown = self.flags.cas == self.item.cas
        let showsValue = self.flags.wantsValue && !isKnown
        if showsValue {
            self.output.append("VA ")
            self.output.append(decimal: self.item.valueByteCount)
        } else {
            self.output.append("HD")
        }
        var tokens = TokenReader(range)
        while let word = tokens.next(line) {
            guard self.append(line[word.lowerBound], line.extracting(word)) else { return false }
        }
        self.appendPromise()
        self.output.append("\r\n")
        if showsValue {
            self.executor.appendValue(of: self.item)
            self.output.append("\r\n")
        }
        return true
    }

    private mutating func append(_ letter: UInt8, _ word: Span<UInt8>) -> Bool {
        switch letter {
        case UInt8(ascii: "f"): self.append(letter, UInt64(self.item.flags))
        case UInt8(ascii: "c"): self.append(letter, self.item.cas)
        case UInt8(ascii: "s"): self.append(letter, UInt64(self.item.valueByteCount))
        case UInt8(ascii: "l"): self.append(letter, UInt64(self.now &- self.item.lastAccess))
        case UInt8(ascii: "h"): self.append(letter, self.item.wasFetched ? 1 : 0)
        case UInt8(ascii: "t"):
            if self.item.expiry == 0 {
                self.output.append(" t-1")
            } else {
                self.append(letter, UInt64(self.item.expiry &- self.now))
            }
        case UInt8(ascii: "k"):
            self.output.append(" k")
            if self.item.hasBinaryKey {
                let key = ByteBuffer()
                self.item.appendKey(to: key)
                Base64Key.encode(key.bytes, into: self.output)
                self.output.append(" b")
            } else {
                self.item.appendKey(to: self.output)
            }
        case UInt8(ascii: "O"):
            guard word.count <= ProtocolLimits.opaqueByteCountMax else { return false }
            self.output.append(0x20)
            self.output.append(word)
        default: self.change(letter)
        }
        return true
    }

    private func append(_ letter: UInt8, _ number: UInt64) {
        self.output.append(0x20)
        self.output.append(letter)
        self.output.append(decimal: number)
    }

    /// The flags that change the item.
    private mutating func change(_ letter: UInt8) {
        switch letter {
        case UInt8(ascii: "T"):
            self.item.expiry = self.clock.expiry(self.flags.expiry ?? 0, now: self.now)
        case UInt8(ascii: "N"):
            guard self.isNew else { break }
            self.item.expiry = self.clock.expiry(self.flags.vivifies ?? 0, now: self.now)
            self.mustMake = true
        case UInt8(ascii: "R"):
            let limit = self.clock.expiry(self.flags.recache ?? 0, now: self.now)
            if !self.item.isPromised, !self.isNew, self.item.expiry != 0, self.item.expiry < limit {
                self.mustMake = true
            }
        default: break
        }
    }

    /// `W` to the one who is to make the value anew, `Z` to those who come after, `X` on a stale
    /// one.
    private mutating func appendPromise() {
        let wasPromised = self.item.isPromised
        if wasPromised { self.output.append(" Z") }
        if self.item.isStale {
            self.output.append(" X")
            if !wasPromised { self.mustMake = true }
        }
        if self.mustMake {
            self.output.append(" W")
            self.item.isPromised = true
        }
    }
}
