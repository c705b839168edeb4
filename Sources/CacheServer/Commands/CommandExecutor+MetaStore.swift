import Base
import CacheStorage
import MemcacheProtocol

/// What a meta set's line came to.
enum MetaSetLine {
    /// It is good; the data block may come.
    case good(MetaSetRequest)
    /// It was answered why it is refused; the data block is to be passed over, where there is one.
    case refused(hasData: Bool)
}

/// A meta set whose line was found good, before its data block is there.
struct MetaSetRequest {
    let flags: MetaFlags
    let mode: CacheStore.Mode
    /// How many bytes the value has.
    let byteCount: Int

    var isJoin: Bool { self.mode == .append || self.mode == .prepend }
}

// Meta commands that store: ms, ma.
extension CommandExecutor {
    /// Reads the line of a meta set.
    func prepareMetaSet(
        _ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>, _ byteCount: Int
    ) -> MetaSetLine {
        do {
            let flags = try MetaFlags(line, range, key: key)
            let request = self.prepareMetaSet(line, key, range, byteCount, flags)
            return request.map { .good($0) } ?? .refused(hasData: true)
        } catch {
            self.output.append(error.answer)
            return .refused(hasData: error != .badLine)
        }
    }

    private func prepareMetaSet(
        _ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>, _ byteCount: Int,
        _ flags: MetaFlags
    ) -> MetaSetRequest? {
        guard flags.hasBinaryKey else {
            return self.prepareMetaSet(line, line.extracting(key), range, byteCount, flags)
        }
        guard let bytes = self.decoded(line.extracting(key)) else { return nil }
        return self.prepareMetaSet(line, bytes.bytes, range, byteCount, flags)
    }

    private func prepareMetaSet(
        _ line: Span<UInt8>, _ key: Span<UInt8>, _ range: Range<Int>, _ byteCount: Int,
        _ flags: MetaFlags
    ) -> MetaSetRequest? {
        guard let mode = Self.mode(flags) else {
            self.output.append("CLIENT_ERROR invalid mode for ms M token\r\n")
            return nil
        }
        let request = MetaSetRequest(flags: flags, mode: mode, byteCount: byteCount)
        guard
            self.store.settings.takes(
                keyByteCount: key.count, valueByteCount: byteCount, flags: flags.clientFlags)
        else {
            self.counts.tooLargeCount += 1
            // Here the old value goes whatever the mode is.
            self.refuseTooLarge(key, self.request(request), byteCount, dropsOld: true)
            self.output.append(Answers.tooLarge)
            return nil
        }
        guard !self.hasLongOpaque(line, range) else {
            self.output.append(Answers.opaqueTooLong)
            return nil
        }
        return request
    }

    private static func mode(_ flags: MetaFlags) -> CacheStore.Mode? {
        switch flags.mode {
        case 0, UInt8(ascii: "S"): flags.cas == nil ? .set : .compareAndSet
        case UInt8(ascii: "E"): .add
        case UInt8(ascii: "A"): .append
        case UInt8(ascii: "P"): .prepend
        case UInt8(ascii: "R"): flags.cas == nil ? .replace : .compareAndSet
        default: nil
        }
    }

    /// Stores a value: what is in the input, or what has arrived in its item.
    func metaSet(
        _ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>, _ request: MetaSetRequest,
        _ value: Span<UInt8>, arrived: ArrivedValue? = nil
    ) {
        guard request.flags.hasBinaryKey else {
            let key = line.extracting(key)
            return self.metaSet(line, range, request, key, value, arrived)
        }
        guard let bytes = self.decoded(line.extracting(key)) else { return }
        self.metaSet(line, range, request, bytes.bytes, value, arrived)
    }

    private func metaSet(
        _ line: Span<UInt8>, _ range: Range<Int>, _ request: MetaSetRequest, _ key: Span<UInt8>,
        _ value: Span<UInt8>, _ arrived: ArrivedValue?
    ) {
        let flags = request.flags
        var byteCount = arrived?.item?.byteCount ?? value.count
        self.noteFetch(key)
        let (outcome, cas) = self.store(key, value, arrived, request)
        let expiry = self.clock.expiry(flags.expiry ?? 0, now: self.now)
        self.noteStore(key, outcome, request.mode, byteCount, expiry: expiry)
        if outcome == .stored, request.isJoin, Self.hasFlag("s", line, range) {
            _ = self.store.read(key, now: self.now, as: .none, bumps: false) {
                byteCount = $0.valueByteCount
            }
        }
        switch outcome {
        case .tooLarge, .outOfMemory: self.answer(outcome, isSilent: false)
        case .stored:
            if !flags.isQuiet {
                self.answer("HD", line, range, flags, key, cas: cas, byteCount: byteCount)
            }
        case .notStored: self.answer("NS", line, range, flags, key, cas: 0, byteCount: byteCount)
        case .exists: self.answer("EX", line, range, flags, key, cas: 0, byteCount: byteCount)
        case .notFound: self.answer("NF", line, range, flags, key, cas: 0, byteCount: byteCount)
        }
    }

    /// What is to be stored, besides key and value.
    func request(_ meta: MetaSetRequest) -> CacheStore.StoreRequest {
        let flags = meta.flags
        var request = CacheStore.StoreRequest(
            mode: meta.mode, flags: flags.clientFlags,
            expiry: self.clock.expiry(flags.expiry ?? 0, now: self.now))
        request.conditions.cas = flags.cas ?? 0
        request.conditions.takesOlder = flags.marksStale
        request.conditions.hasBinaryKey = flags.hasBinaryKey
        request.conditions.explicitCAS = self.explicitCAS(flags)
        return request
    }

    /// Stores as the mode says; what is to be joined to nothing is stored alone where `N` asks for
    /// it.
    private func store(
        _ key: Span<UInt8>, _ value: Span<UInt8>, _ arrived: ArrivedValue?, _ meta: MetaSetRequest
    ) -> (outcome: CacheStore.StoreOutcome, cas: UInt64) {
        let request = self.request(meta)
        for _ in 0..<Self.triesMax {
            let result = self.put(key, value, arrived, request)
            guard result.outcome == .notStored, meta.isJoin, let seconds = meta.flags.vivifies
            else { return result }
            // One command is one store.
            let byteCount = arrived?.item?.byteCount ?? value.count
            self.store.countStores(-1, key, valueByteCount: byteCount)
            var alone = request
            alone.mode = .add
            alone.expiry = self.clock.expiry(seconds, now: self.now)
            let made = self.put(key, value, arrived, alone)
            // It may be there by now, and be joined to; or it has no room.
            if made.outcome != .notStored { return made }
        }
        return (.notStored, 0)
    }

    private static func hasFlag(
        _ letter: Unicode.Scalar, _ line: Span<UInt8>, _ range: Range<Int>
    ) -> Bool {
        var tokens = TokenReader(range)
        while let word = tokens.next(line) {
            if line[word.lowerBound] == UInt8(ascii: letter) { return true }
        }
        return false
    }

    // MARK: ma

    func metaArithmetic(_ line: Span<UInt8>, _ key: Range<Int>, _ range: Range<Int>) {
        let refusal = Answers.badArithmeticFlags
        guard let flags = self.flags(line, key, range, refusal: refusal) else { return }
        guard flags.hasBinaryKey else {
            return self.metaArithmetic(line, range, flags, line.extracting(key))
        }
        guard let bytes = self.decoded(line.extracting(key), refusal: refusal) else { return }
        self.metaArithmetic(line, range, flags, bytes.bytes)
    }

    private func metaArithmetic(
        _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags, _ key: Span<UInt8>
    ) {
        let isIncrement: Bool
        switch flags.mode {
        case 0, UInt8(ascii: "I"), UInt8(ascii: "+"): isIncrement = true
        case UInt8(ascii: "D"), UInt8(ascii: "-"): isIncrement = false
        default: return self.output.append("CLIENT_ERROR invalid mode for ma M token\r\n")
        }
        for _ in 0..<Self.triesMax {
            self.noteFetch(key)
            let outcome = self.store.change(
                key, by: flags.delta, isIncrement: isIncrement, now: self.now, cas: flags.cas ?? 0,
                explicitCAS: self.explicitCAS(flags), countsMiss: flags.vivifies == nil)
            switch outcome {
            case .notANumber: return self.output.append(Answers.notANumber)
            case .outOfMemory: return self.output.append("SERVER_ERROR out of memory\r\n")
            case .exists: return self.answer("EX", line, range, flags, key, cas: nil)
            case .number(let number):
                return self.answer(number, isNew: false, line, range, flags, key)
            case .notFound where flags.vivifies == nil:
                return self.answer("NF", line, range, flags, key, cas: nil)
            case .notFound: if self.makeNumber(line, range, flags, key) { return }
            }
        }
        self.answer("NF", line, range, flags, key, cas: nil)
    }

    /// Makes the number that `N` asks for; false when somebody else was faster.
    private func makeNumber(
        _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags, _ key: Span<UInt8>
    ) -> Bool {
        switch self.makeNumber(key, flags.initial, expiry: 0, self.explicitCAS(flags)).outcome {
        case .stored: self.answer(flags.initial, isNew: true, line, range, flags, key)
        case .notStored: return false
        default: self.output.append("SERVER_ERROR Out of memory allocating new item\r\n")
        }
        return true
    }

    /// The answer with a number; the flags that change the item do so here.
    private func answer(
        _ number: UInt64, isNew: Bool, _ line: Span<UInt8>, _ range: Range<Int>, _ flags: MetaFlags,
        _ key: Span<UInt8>
    ) {
        let output = self.output
        let (clock, now) = (self.clock, self.now)
        let start = output.count
        let text = ByteBuffer()
        text.append(decimal: number)
        if flags.wantsValue { output.append("VA \(text.count)") } else { output.append("HD") }
        var isGood = true
        _ = self.store.read(key, now: now, as: .none, bumps: false) { item in
            var tokens = TokenReader(range)
            while let word = tokens.next(line) {
                switch line[word.lowerBound] {
                case UInt8(ascii: "c"): output.append(" c\(item.cas)")
                case UInt8(ascii: "t"):
                    output.append(item.expiry == 0 ? " t-1" : " t\(item.expiry &- now)")
                case UInt8(ascii: "T"): item.expiry = clock.expiry(flags.expiry ?? 0, now: now)
                case UInt8(ascii: "N"):
                    if isNew { item.expiry = clock.expiry(flags.vivifies ?? 0, now: now) }
                case UInt8(ascii: "O"):
                    guard word.count <= ProtocolLimits.opaqueByteCountMax else {
                        isGood = false
                        return
                    }
                    output.append(0x20)
                    output.append(line.extracting(word))
                case UInt8(ascii: "k"):
                    Self.append(key, isBinary: flags.hasBinaryKey, to: output)
                default: break
                }
            }
        }
        guard isGood else {
            output.truncate(to: start)
            return output.append(Answers.opaqueTooLong)
        }
        output.append("\r\n")
        if flags.wantsValue {
            output.append(text)
            output.append("\r\n")
        }
        if flags.isQuiet { output.truncate(to: start) }
    }
}
