import Base
import CacheStorage
import MemcacheProtocol

// The binary protocol's commands but for those with a value. `packet` is the whole request.
extension CommandExecutor {
    private static let extrasStart = BinaryHeader.byteCount
    private static let flagsByteCount = 4

    /// Executes a request that has no value to wait for.
    func perform(_ request: BinaryRequest, _ packet: Span<UInt8>) {
        let answers = BinaryAnswers(to: request.header, self.output)
        let key = packet.extracting(request.key)
        switch request.opcode.loud {
        case .get, .getKey: self.binaryGet(request, key, answers)
        case .touch, .getAndTouch, .getKeyAndTouch:
            let expiry = self.expiry(packet, at: Self.extrasStart)
            self.binaryGet(request, key, answers, expiry: expiry)
        case .delete: self.binaryDelete(request, key, answers)
        case .increment, .decrement:
            self.binaryChange(request, key, BinaryArithmetic(packet), answers)
        case .flush:
            let hasExtras = request.header.extrasByteCount > 0
            let second = hasExtras ? self.expiry(packet, at: Self.extrasStart) : 0
            self.flush(at: second == 0 ? self.now : second)
            if !request.opcode.isQuiet { answers.head() }
        case .noOperation, .quit: if !request.opcode.isQuiet { answers.head() }
        case .version:
            let text = CacheService.versionText
            answers.head(value: text.utf8CodeUnitCount)
            self.output.append(text)
        default: answers.error(.unknownCommand)
        }
    }

    /// When something expires, by 32 bits of the extras from `start` on.
    private func expiry(_ packet: Span<UInt8>, at start: Int) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: packet.bigEndian(start, byteCount: 4))
        return self.clock.expiry(bits: bits, now: self.now)
    }

    private func binaryGet(
        _ request: BinaryRequest, _ key: Span<UInt8>, _ answers: BinaryAnswers,
        expiry: UInt32? = nil
    ) {
        let output = self.output
        let opcode = request.opcode.loud
        let withKey = opcode == .getKey || opcode == .getKeyAndTouch
        let access: Access = expiry == nil ? .get : .touch
        self.noteFetch(key)
        let isHit = self.store.read(
            key, now: self.now, as: access, expiry: expiry, through: self.lane
        ) { item in
            answers.head(
                extras: Self.flagsByteCount, key: withKey ? key.count : 0,
                value: opcode == .touch ? 0 : item.valueByteCount, cas: item.cas)
            output.append(bigEndian: UInt64(item.flags), byteCount: Self.flagsByteCount)
            if withKey { output.append(key) }
            if opcode != .touch { self.appendValue(of: item) }
        }
        self.prefixes.count(.get(isHit: isHit), key)
        if isHit || request.opcode.isQuiet { return }
        guard withKey else { return answers.error(.keyNotFound) }
        answers.head(.keyNotFound, key: key.count)
        output.append(key)
    }

    private func binaryDelete(
        _ request: BinaryRequest, _ key: Span<UInt8>, _ answers: BinaryAnswers
    ) {
        let cas = request.header.cas == 0 ? nil : request.header.cas
        self.prefixes.count(.delete, key)
        let facts = self.noteFetch(key)
        switch self.store.delete(key, cas: cas, now: self.now) {
        case .stored:
            if let facts { self.watch?.deleted(key, "delete", facts) }
            if !request.opcode.isQuiet { answers.head() }
        case .exists: answers.error(.keyExists)
        default: answers.error(.keyNotFound)
        }
    }

    private func binaryChange(
        _ request: BinaryRequest, _ key: Span<UInt8>, _ arithmetic: BinaryArithmetic,
        _ answers: BinaryAnswers
    ) {
        let isIncrement = request.opcode.loud == .increment
        self.noteFetch(key)
        let outcome = self.store.change(
            key, by: arithmetic.delta, isIncrement: isIncrement, now: self.now,
            cas: request.header.cas, countsMiss: arithmetic.expiry == nil)
        switch outcome {
        case .number(let number):
            var cas: UInt64 = 0
            _ = self.store.read(key, now: self.now, as: .none, bumps: false) { cas = $0.cas }
            self.answer(number, cas: cas, request, answers)
        case .notANumber: answers.error(.notANumber)
        case .exists: answers.error(.keyExists)
        case .outOfMemory: answers.error(.outOfMemory, "Out of memory incrementing value")
        case .notFound:
            guard let expiry = arithmetic.expiry else { return answers.error(.keyNotFound) }
            self.binaryMakeNumber(
                key, arithmetic.initial, self.clock.expiry(bits: expiry, now: self.now), request,
                answers)
        }
    }

    private func binaryMakeNumber(
        _ key: Span<UInt8>, _ number: UInt64, _ expiry: UInt32, _ request: BinaryRequest,
        _ answers: BinaryAnswers
    ) {
        let (outcome, cas) = self.makeNumber(key, number, expiry: expiry)
        guard outcome == .stored else {
            return answers.error(.outOfMemory, "Out of memory allocating new item")
        }
        self.answer(number, cas: cas, request, answers)
    }

    private func answer(
        _ number: UInt64, cas: UInt64, _ request: BinaryRequest, _ answers: BinaryAnswers
    ) {
        if request.opcode.isQuiet { return }
        answers.head(value: 8, cas: cas)
        self.output.append(bigEndian: number, byteCount: 8)
    }

    // MARK: With a value

    /// Stores a value: set, add, replace, append, prepend. Where the value has arrived in its item,
    /// `packet` ends before it.
    func store(
        _ request: BinaryRequest, _ packet: Span<UInt8>, arrived: ArrivedValue? = nil
    ) {
        let wanted = self.request(request, packet)
        let key = packet.extracting(request.key)
        self.prefixes.count(.set, key)
        self.noteFetch(key)
        let value = arrived?.item == nil ? packet.extracting(request.value) : Span()
        let byteCount = arrived?.item?.byteCount ?? value.count
        let (outcome, cas) = self.put(key, value, arrived, wanted)
        self.noteStore(key, outcome, wanted.mode, byteCount, expiry: wanted.expiry)
        self.answer(outcome, cas: cas, wanted.mode, to: request)
    }

    /// What is to be stored, besides key and value.
    func request(_ request: BinaryRequest, _ packet: Span<UInt8>) -> CacheStore.StoreRequest {
        let cas = request.header.cas
        let opcode = request.opcode.loud
        let isJoined = opcode.isJoin
        let mode: CacheStore.Mode
        switch opcode {
        case .append: mode = .append
        case .prepend: mode = .prepend
        case _ where cas != 0: mode = .compareAndSet
        case .add: mode = .add
        case .replace: mode = .replace
        default: mode = .set
        }
        let flags = isJoined ? 0 : packet.bigEndian(Self.extrasStart, byteCount: 4)
        let expiry = isJoined ? 0 : self.expiry(packet, at: Self.extrasStart + 4)
        var wanted = CacheStore.StoreRequest(
            mode: mode, flags: UInt32(truncatingIfNeeded: flags), expiry: expiry)
        wanted.conditions.cas = cas
        return wanted
    }

    /// Answers how a store ended.
    func answer(
        _ outcome: CacheStore.StoreOutcome, cas: UInt64, _ mode: CacheStore.Mode,
        to request: BinaryRequest
    ) {
        let answers = BinaryAnswers(to: request.header, self.output)
        switch outcome {
        case .stored: if !request.opcode.isQuiet { answers.head(cas: cas) }
        case .exists: answers.error(.keyExists)
        case .notFound: answers.error(.keyNotFound)
        case .notStored:
            answers.error(mode == .add ? .keyExists : mode == .replace ? .keyNotFound : .notStored)
        case .tooLarge: answers.error(.valueTooLarge)
        case .outOfMemory:
            self.counts.noMemoryCount += 1
            answers.error(.outOfMemory, "Out of memory allocating item")
        }
    }

    /// Whether an item of this size is taken; else it was answered, and the value is to be passed
    /// over.
    func takes(_ request: BinaryRequest, _ packet: Span<UInt8>) -> Bool {
        let hasFlags = request.header.extrasByteCount > 0
        let flags = hasFlags ? packet.bigEndian(Self.extrasStart, byteCount: 4) : 0
        let key = packet.extracting(request.key)
        if self.store.settings.takes(
            keyByteCount: key.count, valueByteCount: request.value.count,
            flags: UInt32(truncatingIfNeeded: flags))
        {
            return true
        }
        let wanted = hasFlags || request.opcode.isJoin ? self.request(request, packet) : nil
        if let wanted {
            self.refuseTooLarge(
                key, wanted, request.value.count, dropsOld: request.opcode.loud == .set)
        }
        BinaryAnswers(to: request.header, self.output).error(.valueTooLarge)
        return false
    }
}
