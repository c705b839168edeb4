import Base
import CacheStorage
import MemcacheProtocol

// Meta commands that read or delete: mg, md, me. Answers are those of memcached 1.6.18.
extension CommandExecutor {
    /// Reads the flags, or answers why they are refused.
    func flags(
        _ line: Span<UInt8>, _ range: Range<Int>, refusal: StaticString? = nil
    ) -> MetaFlags? {
        do {
            return try MetaFlags(line, range)
        } catch {
            self.output.append(refusal ?? error.answer)
            return nil
        }
    }

    /// The bytes of a key that came as Base64, or nil once that was answered.
    func decoded(_ key: Span<UInt8>, refusal: StaticString? = nil) -> ByteBuffer? {
        let bytes = ByteBuffer()
        if Base64Key.decode(key, into: bytes), bytes.count > 0 { return bytes }
        self.output.append(refusal ?? MetaFlags.Problem.badKey.answer)
        return nil
    }

    func metaGet(_ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>) {
        guard let flags = self.flags(line, range) else { return }
        guard flags.hasBinaryKey else {
            return self.metaGet(line, range, flags, line.extracting(key))
        }
        guard let bytes = self.decoded(line.extracting(key)) else { return }
        self.metaGet(line, range, flags, bytes.bytes)
    }

    private func metaGet(
        _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags, _ key: Span<UInt8>
    ) {
        let output = self.output
        let (clock, now) = (self.clock, self.now)
        let start = output.count
        // As memcached counts: what sets an expiry is a touch, all else a get.
        let access: Access = flags.expiry != nil ? .touch : .get
        let isGood = self.store.meet(
            key, now: now, as: access, makesItem: flags.vivifies != nil, bumps: !flags.leavesNoTrace
        ) { item, isNew in
            var answer = MetaGetAnswer(
                output: output, clock: clock, now: now, flags: flags, item: item, isNew: isNew)
            return answer.append(line, range)
        }
        self.counts.metaCount += 1
        let isHit = isGood != nil
        if isGood == false {
            output.truncate(to: start)
            output.append(Answers.opaqueTooLong)
        } else if !isHit, !flags.isQuiet {
            self.answer("EN", line, range, flags, key, cas: nil)
        } else if !isHit, self.hasLongOpaque(line, range) {
            output.append(Answers.opaqueTooLong)
        }
    }

    /// Whether an opaque token is longer than allowed.
    func hasLongOpaque(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var tokens = TokenReader(range)
        while let word = tokens.next(line) {
            if line[word.lowerBound] == UInt8(ascii: "O"),
                word.count > ProtocolLimits.opaqueByteCountMax
            {
                return true
            }
        }
        return false
    }

    /// A short answer with opaque token and key, and the CAS number where there is one.
    func answer(
        _ status: StaticString, _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags,
        _ key: Span<UInt8>, cas: UInt64?
    ) {
        let start = self.output.count
        self.output.append(status)
        var tokens = TokenReader(range)
        while let word = tokens.next(line) {
            switch line[word.lowerBound] {
            case UInt8(ascii: "O"):
                guard word.count <= ProtocolLimits.opaqueByteCountMax else {
                    self.output.truncate(to: start)
                    return self.output.append(Answers.opaqueTooLong)
                }
                self.output.append(0x20)
                self.output.append(line.extracting(word))
            case UInt8(ascii: "k"): Self.append(key, isBinary: flags.hasBinaryKey, to: self.output)
            case UInt8(ascii: "c"):
                guard let cas else { break }
                self.output.append(" c")
                self.output.append(decimal: cas)
            default: break
            }
        }
        self.output.append("\r\n")
    }

    /// ` k` and the key, as Base64 with the mark ` b` where it came so.
    static func append(_ key: Span<UInt8>, isBinary: Bool, to output: ByteBuffer) {
        output.append(" k")
        guard isBinary else { return output.append(key) }
        Base64Key.encode(key, into: output)
        output.append(" b")
    }

    func metaDelete(_ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>) {
        let refusal: StaticString = "CLIENT_ERROR invalid or duplicate flag\r\n"
        guard let flags = self.flags(line, range, refusal: refusal) else { return }
        guard flags.hasBinaryKey else {
            return self.metaDelete(line, range, flags, line.extracting(key))
        }
        guard let bytes = self.decoded(line.extracting(key), refusal: refusal) else { return }
        self.metaDelete(line, range, flags, bytes.bytes)
    }

    private func metaDelete(
        _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags, _ key: Span<UInt8>
    ) {
        self.counts.metaCount += 1
        guard !self.hasLongOpaque(line, range) else {
            return self.output.append(Answers.opaqueTooLong)
        }
        let outcome: CacheStore.StoreOutcome
        if flags.marksStale {
            let expiry = flags.expiry.map { self.clock.expiry($0, now: self.now) }
            outcome = self.store.markStale(key, cas: flags.cas, expiry: expiry, now: self.now)
        } else {
            outcome = self.store.delete(key, cas: flags.cas, now: self.now)
        }
        switch outcome {
        case .stored:
            if !flags.isQuiet { self.answer("HD", line, range, flags, key, cas: nil) }
        case .exists:
            self.answer("EX", line, range, flags, key, cas: nil)
        default:
            self.answer("NF", line, range, flags, key, cas: nil)
        }
    }

    /// `me`: what is known of an item, for people.
    func metaDebug(_ line: Span<UInt8>, _ key: Range<Int>, isBinary: Bool) {
        self.counts.metaCount += 1
        guard isBinary else { return self.metaDebug(line.extracting(key)) }
        let refusal = Answers.badFormat
        guard let bytes = self.decoded(line.extracting(key), refusal: refusal) else { return }
        self.metaDebug(bytes.bytes)
    }

    private func metaDebug(_ key: Span<UInt8>) {
        let output = self.output
        let now = Int(self.now)
        let isHit = self.store.read(key, now: self.now, as: .none, bumps: false) { item in
            output.append("ME ")
            if item.hasBinaryKey { Base64Key.encode(key, into: output) } else { output.append(key) }
            // The time left counts down to 0, as memcached writes it: below zero.
            let expiry = item.expiry == 0 ? -1 : now - Int(item.expiry)
            output.append(" exp=\(expiry) la=\(now - Int(item.lastAccess)) cas=\(item.cas)")
            output.append(" fetch=\(item.wasFetched ? "yes" : "no") cls=\(item.classNumber)")
            output.append(" size=\(item.byteCount)\r\n")
        }
        if !isHit { output.append("EN\r\n") }
    }
}
