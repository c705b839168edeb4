import Base
import CacheStorage
import MemcacheProtocol

// Meta commands that read or delete: mg, md, me. Answers are those of memcached 1.6.45.
extension CommandExecutor {
    /// Reads the flags, or answers why they are refused.
    func flags(
        _ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>, refusal: StaticString? = nil
    ) -> MetaFlags? {
        do {
            return try MetaFlags(line, range, key: key)
        } catch {
            self.output.append(error == .badLine ? error.answer : refusal ?? error.answer)
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

    /// The CAS number that `E` gives; none where the server has none (`-C`).
    func explicitCAS(_ flags: MetaFlags) -> UInt64? {
        guard let cas = flags.explicitCAS, self.store.settings.hasCASNumbers else { return nil }
        return cas
    }

    func metaGet(_ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>) {
        guard let flags = self.flags(line, key, range) else { return }
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
        let start = output.count
        // As memcached counts: what sets an expiry is a touch, all else a get.
        let access: Access = flags.expiry != nil ? .touchIfFound : .get
        self.noteFetch(key)
        var isGood = true
        let isHit: Bool
        if flags.vivifies != nil {
            let wasMade = self.makeEmptyWithCAS(key, flags)
            isHit = self.store.meet(
                key, now: self.now, as: access, bumps: !flags.leavesNoTrace
            ) { item, isNew in
                var answer = MetaGetAnswer(
                    self, flags: flags, item: item, isNew: isNew || wasMade)
                isGood = answer.append(line, range)
            }
        } else {
            // What the flags of a get change, but that a stale item is promised to somebody.
            let changes = flags.expiry != nil || flags.recache != nil
            isHit = self.store.read(
                key, now: self.now, as: access, bumps: !flags.leavesNoTrace,
                through: changes ? nil : self.lane, mayChangeStale: true
            ) { item in
                var answer = MetaGetAnswer(self, flags: flags, item: item, isNew: false)
                isGood = answer.append(line, range)
            }
        }
        if !isGood {
            output.truncate(to: start)
            output.append(Answers.opaqueTooLong)
        } else if !isHit, !flags.isQuiet {
            self.answer("EN", line, range, flags, key, cas: nil)
        } else if !isHit, self.hasLongOpaque(line, range) {
            output.append(Answers.opaqueTooLong)
        }
    }

    /// Makes the item of `mg … N E` with the CAS number that `E` gives, if there is none.
    private func makeEmptyWithCAS(_ key: Span<UInt8>, _ flags: MetaFlags) -> Bool {
        guard flags.vivifies != nil, let cas = self.explicitCAS(flags) else { return false }
        var conditions = CacheStore.Conditions()
        conditions.explicitCAS = cas
        let empty: [UInt8] = []
        return self.store.store(
            key, empty.span, mode: .add, flags: 0, expiry: 0, now: self.now, conditions
        ).outcome == .stored
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

    /// A short answer with opaque token and key, CAS number and size where there are any.
    func answer(
        _ status: StaticString, _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags,
        _ key: Span<UInt8>, cas: UInt64?, byteCount: Int? = nil
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
            case UInt8(ascii: "s"):
                guard let byteCount else { break }
                self.output.append(" s")
                self.output.append(decimal: byteCount)
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
        guard let flags = self.flags(line, key, range) else { return }
        guard flags.hasBinaryKey else {
            return self.metaDelete(line, range, flags, line.extracting(key))
        }
        guard let bytes = self.decoded(line.extracting(key)) else { return }
        self.metaDelete(line, range, flags, bytes.bytes)
    }

    private func metaDelete(
        _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags, _ key: Span<UInt8>
    ) {
        guard !self.hasLongOpaque(line, range) else {
            return self.output.append(Answers.opaqueTooLong)
        }
        let facts = self.noteFetch(key)
        switch self.remove(key, flags) {
        case .stored:
            if let facts, !flags.marksStale { self.watch?.deleted(key, "md", facts) }
            if !flags.isQuiet { self.answer("HD", line, range, flags, key, cas: nil) }
        case .exists:
            // As memcached counts, of this delete alone.
            self.store.countDelete(key, isFound: false)
            self.answer("EX", line, range, flags, key, cas: nil)
        case .notFound: self.answer("NF", line, range, flags, key, cas: nil)
        default: self.output.append("SERVER_ERROR out of memory\r\n")
        }
    }

    private func remove(_ key: Span<UInt8>, _ flags: MetaFlags) -> CacheStore.StoreOutcome {
        var cas = flags.cas
        if flags.dropsValue {
            let (outcome, newCAS) = self.dropValue(key, flags)
            // It is a delete, and no store.
            switch outcome {
            case .notFound: self.store.countDelete(key, isFound: false)
            case .stored where !flags.marksStale: self.store.countDelete(key, isFound: true)
            default: break
            }
            guard outcome == .stored, flags.marksStale else { return outcome }
            cas = newCAS
        }
        if flags.marksStale {
            let expiry = flags.expiry.map { self.clock.expiry($0, now: self.now) }
            return self.store.markStale(
                key, cas: cas, explicitCAS: self.explicitCAS(flags), expiry: expiry, now: self.now)
        }
        return self.store.delete(key, cas: cas, now: self.now)
    }

    /// `md … x`: an empty item takes the place of the old one and has its CAS number, or another
    /// that is given.
    private func dropValue(
        _ key: Span<UInt8>, _ flags: MetaFlags
    ) -> (CacheStore.StoreOutcome, UInt64) {
        let empty: [UInt8] = []
        // What is stale as well gets its expiry with that: it may be over then.
        let seconds = flags.marksStale ? 0 : flags.expiry ?? 0
        let expiry = self.clock.expiry(seconds, now: self.now)
        for _ in 0..<Self.triesMax {
            var old: UInt64?
            _ = self.store.read(key, now: self.now, as: .none, bumps: false) { old = $0.cas }
            guard let old else { return (.notFound, 0) }
            if let cas = flags.cas, cas != old { return (.exists, 0) }
            var conditions = CacheStore.Conditions()
            conditions.cas = old
            conditions.explicitCAS = self.explicitCAS(flags) ?? old
            // Without CAS numbers (-C) nothing can be compared.
            let (outcome, cas) = self.store.store(
                key, empty.span, mode: old == 0 ? .replace : .compareAndSet,
                flags: flags.clientFlags, expiry: expiry, now: self.now, conditions)
            // Somebody was faster.
            if outcome == .exists { continue }
            self.store.countStores(
                -1, key, valueByteCount: 0, haveCompared: old != 0 && outcome == .stored)
            self.noteFetch(key)
            self.noteStore(key, outcome, .set, 0, expiry: expiry)
            return (outcome == .notStored ? .notFound : outcome, cas)
        }
        return (.exists, 0)
    }

    /// How often something is tried again that another thread got in the way of.
    static let triesMax = 16

    /// `me`: what is known of an item, for people.
    func metaDebug(_ line: Span<UInt8>, _ key: Range<Int>, isBinary: Bool) {
        guard isBinary else { return self.metaDebug(line.extracting(key)) }
        let refusal = Answers.badFormat
        guard let bytes = self.decoded(line.extracting(key), refusal: refusal) else { return }
        self.metaDebug(bytes.bytes)
    }

    private func metaDebug(_ key: Span<UInt8>) {
        // As memcached, which counts no other meta command.
        self.counts.metaCount += 1
        let output = self.output
        let now = Int(self.now)
        self.noteFetch(key)
        let isHit = self.store.read(key, now: self.now, as: .none, bumps: false) { item in
            output.append("ME ")
            if item.hasBinaryKey { Base64Key.encode(key, into: output) } else { output.append(key) }
            let expiry = item.expiry == 0 ? -1 : Int(item.expiry) - now
            output.append(" exp=\(expiry) la=\(now - Int(item.lastAccess)) cas=\(item.cas)")
            output.append(" fetch=\(item.wasFetched ? "yes" : "no") cls=\(item.classNumber)")
            output.append(" size=\(item.byteCount)\r\n")
        }
        if !isHit { output.append("EN\r\n") }
    }
}
