import Base
import CacheStorage
import MemcacheProtocol

// Meta commands: mg, ms, md, mn.
extension CommandExecutor {
    /// Reads the flags, or answers why they are refused.
    private func flags(_ line: Span<UInt8>, _ range: Range<Int>) -> MetaFlags? {
        do {
            return try MetaFlags(line, range)
        } catch {
            switch error {
            case .invalid: self.output.append("CLIENT_ERROR invalid flag\r\n")
            case .duplicate: self.output.append("CLIENT_ERROR duplicate flag\r\n")
            case .badToken: self.output.append("CLIENT_ERROR bad token in command line format\r\n")
            }
            return nil
        }
    }

    mutating func metaGet(_ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>) {
        guard let flags = self.flags(line, range) else { return }
        let output = self.output
        let name = line.extracting(key)
        let expiry = flags.expiry.map { self.clock.expiry($0, now: self.now) }
        let now = self.now
        let isHit = self.store.read(name, now: now, expiry: expiry) { item in
            if flags.wantsValue {
                output.append("VA ")
                output.append(decimal: item.valueByteCount)
            } else {
                output.append("HD")
            }
            for word in flags.returned { Self.append(word, line, name, item, now, to: output) }
            output.append("\r\n")
            if flags.wantsValue {
                item.appendValue(to: output)
                output.append("\r\n")
            }
        }
        self.numbers.metaCount += 1
        self.numbers.getCount += 1
        if isHit {
            self.numbers.getHits += 1
        } else {
            self.numbers.getMisses += 1
            if !flags.isQuiet { self.appendMiss(flags, line, name) }
        }
    }

    /// `EN`, with what the client needs to tell answers apart.
    private func appendMiss(_ flags: MetaFlags, _ line: Span<UInt8>, _ key: Span<UInt8>) {
        self.output.append("EN")
        self.appendReturned(flags, line, key, nil)
    }

    /// One flag that `mg` gives back.
    private static func append(
        _ word: Range<Int>, _ line: Span<UInt8>, _ key: Span<UInt8>, _ item: ItemView,
        _ now: UInt32, to output: ByteBuffer
    ) {
        let letter = line[word.lowerBound]
        output.append(0x20)
        output.append(letter)
        switch letter {
        case UInt8(ascii: "f"): output.append(decimal: UInt64(item.flags))
        case UInt8(ascii: "c"): output.append(decimal: item.cas)
        case UInt8(ascii: "s"): output.append(decimal: item.valueByteCount)
        case UInt8(ascii: "t"):
            output.append(decimal: item.expiry == 0 ? -1 : Int(item.expiry) - Int(now))
        case UInt8(ascii: "h"):
            output.append(item.wasFetched ? UInt8(ascii: "1") : UInt8(ascii: "0"))
        case UInt8(ascii: "l"): output.append(decimal: Int(now &- item.lastAccess))
        case UInt8(ascii: "k"): output.append(key)
        default: output.append(line.extracting((word.lowerBound + 1)..<word.upperBound))
        }
    }

    mutating func metaSet(
        _ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>, _ value: Span<UInt8>
    ) {
        guard let flags = self.flags(line, range) else { return }
        self.numbers.metaCount += 1
        self.numbers.setCount += 1
        var mode: CacheStore.Mode
        switch flags.verb {
        case .set, .compareAndSet: mode = .set
        case .add: mode = .add
        case .replace: mode = .replace
        case .append: mode = .append
        case .prepend: mode = .prepend
        }
        if let cas = flags.cas { mode = .compareAndSet(cas) }
        let name = line.extracting(key)
        let (outcome, cas) = self.store.store(
            name, value, mode: mode, flags: flags.clientFlags,
            expiry: self.clock.expiry(flags.expiry ?? 0, now: self.now), now: self.now)
        switch outcome {
        case .tooLarge: return self.output.append(Answers.tooLarge)
        case .outOfMemory: return self.output.append(Answers.outOfMemory)
        case .stored:
            if flags.isQuiet { return }
            self.output.append("HD")
        case .notStored: self.output.append("NS")
        case .exists: self.output.append("EX")
        case .notFound: self.output.append("NF")
        }
        self.appendReturned(flags, line, name, cas)
    }

    /// Opaque token and key, and the CAS number where there is one.
    private func appendReturned(
        _ flags: MetaFlags, _ line: Span<UInt8>, _ key: Span<UInt8>, _ cas: UInt64?
    ) {
        for word in flags.returned {
            switch line[word.lowerBound] {
            case UInt8(ascii: "O"):
                self.output.append(0x20)
                self.output.append(line.extracting(word))
            case UInt8(ascii: "k"):
                self.output.append(" k")
                self.output.append(key)
            case UInt8(ascii: "c"):
                guard let cas else { break }
                self.output.append(" c")
                self.output.append(decimal: cas)
            default: break
            }
        }
        self.output.append("\r\n")
    }

    mutating func metaDelete(_ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>) {
        guard let flags = self.flags(line, range) else { return }
        self.numbers.metaCount += 1
        let name = line.extracting(key)
        switch self.store.delete(name, cas: flags.cas, now: self.now) {
        case .stored:
            self.numbers.deleteHits += 1
            if flags.isQuiet { return }
            self.output.append("HD")
        case .exists: self.output.append("EX")
        default:
            self.numbers.deleteMisses += 1
            self.output.append("NF")
        }
        self.appendReturned(flags, line, name, nil)
    }
}
