import Base
import CacheStorage
import MemcacheProtocol
import Synchronization

/// Executes commands on a store: as long as one run of a session's commands lasts.
///
/// It is a value whose fields stay, so that none of them is kept alive anew for each command.
struct CommandExecutor {
    /// Answers are sent before they grow beyond this.
    static let outputHighWater = 128 << 10
    /// So many keys of gets are looked up, and without `-R` so many commands of a connection
    /// executed, before others have their turn: some hundred microseconds' worth.
    static let keysInARowMax = 200

    let commands: LoopCommands
    let now: UInt32
    let output: ByteBuffer
    /// Where doings are told, when somebody watches.
    let watch: WatchLog?

    var store: CacheStore { self.commands.store }
    var lane: StoreLane? { self.commands.lane }
    var clock: CacheClock { self.commands.clock }
    var counts: BatchCounts { self.commands.counts }
    /// Where a large value goes that is sent in the middle of `output`; nil where none may be.
    var pinned: PinnedAnswer? { self.commands.pinned }
    var prefixes: PrefixCountsPart { self.commands.prefixes }
    var hotKeys: HotKeys { self.commands.hotKeys }

    /// Whether answers are to be sent before more are made.
    var mustSend: Bool {
        self.output.count > Self.outputHighWater || self.pinned?.isTaken ?? false
    }

    /// Appends the value of an item, or sees to it that it is sent from where it lies.
    @inline(__always)
    func appendValue(of item: ItemView) {
        if item.valueByteCount >= PinnedAnswer.byteCountMin,
            self.pinned?.pin(item, at: self.output.count) ?? false
        {
            return
        }
        item.appendValue(to: self.output)
    }

    // MARK: get

    /// Answers a get, or the rest of one that was found good as far as its keys' lengths go.
    ///
    /// - Returns: where the keys stand that are left, when answers are to be sent first or others
    ///   have their turn; nil when it is done.
    func get(
        _ line: Span<UInt8>, _ keys: Range<Int>, withCAS: Bool, expiry: UInt32? = nil, isRest: Bool
    ) -> Range<Int>? {
        let start = self.output.count
        var tokens = TokenReader(keys)
        var keyCount = 0
        while let range = tokens.next(line) {
            guard range.count <= ProtocolLimits.keyByteCountMax else {
                // What was found before is dropped, as memcached drops it.
                self.output.truncate(to: start)
                self.pinned?.drop()
                self.output.append(Answers.badFormat)
                return nil
            }
            self.getOne(line.extracting(range), withCAS: withCAS, expiry: expiry)
            keyCount += 1
            if keyCount > 1 { self.counts.furtherKeyCount &+= 1 }
            if self.mustSend || keyCount == Self.keysInARowMax,
                self.pinned != nil, Self.mayPause(line, before: tokens, isGood: isRest)
            {
                return tokens.rest
            }
        }
        self.output.append(Answers.end)
        return nil
    }

    @inline(__always)
    private func getOne(_ key: Span<UInt8>, withCAS: Bool, expiry: UInt32?) {
        let output = self.output
        let access: Access = expiry == nil ? .get : .touch
        self.noteFetch(key)
        let isHit = self.store.read(
            key, now: self.now, as: access, expiry: expiry, through: self.lane
        ) { item in
            output.append("VALUE ")
            output.append(key)
            output.append(0x20)
            output.append(decimal: UInt64(item.flags))
            output.append(0x20)
            output.append(decimal: item.valueByteCount)
            if withCAS {
                output.append(0x20)
                output.append(decimal: item.cas)
            }
            output.append("\r\n")
            self.appendValue(of: item)
            output.append("\r\n")
        }
        self.prefixes.count(.get(isHit: isHit), key)
    }

    /// Whether keys are left, and none of them is too long: nothing may be sent before that is met.
    private static func mayPause(
        _ line: Span<UInt8>, before rest: TokenReader, isGood: Bool
    ) -> Bool {
        var tokens = rest
        guard tokens.next(line) != nil else { return false }
        return isGood || !Self.hasLongToken(line.extracting(rest.rest))
    }

    /// Whether a key is too long. A blank is looked for as far behind the last one as a key may be,
    /// and backwards from there, so that most bytes of short keys are not looked at.
    private static func hasLongToken(_ line: Span<UInt8>) -> Bool {
        var start = 0
        while start + ProtocolLimits.keyByteCountMax < line.count {
            var place = start + ProtocolLimits.keyByteCountMax
            while place >= start, line[place] != 0x20 { place -= 1 }
            if place < start { return true }
            start = place + 1
        }
        return false
    }

    // MARK: set and its kin

    /// Stores a value: what is in the input, or what has arrived in its item.
    func store(
        _ command: StoreCommand, _ key: Span<UInt8>, _ value: Span<UInt8>,
        arrived: ArrivedValue? = nil
    ) {
        let request = self.request(command)
        self.prefixes.count(.set, key)
        self.noteFetch(key)
        let byteCount = arrived?.item?.byteCount ?? value.count
        let (outcome, _) = self.put(key, value, arrived, request)
        self.noteStore(key, outcome, request.mode, byteCount, expiry: request.expiry)
        self.answer(outcome, isSilent: command.isSilent)
    }

    /// What is to be stored, besides key and value.
    func request(_ command: StoreCommand) -> CacheStore.StoreRequest {
        let mode: CacheStore.Mode
        switch command.verb {
        case .set: mode = .set
        case .add: mode = .add
        case .replace: mode = .replace
        case .append: mode = .append
        case .prepend: mode = .prepend
        case .compareAndSet: mode = .compareAndSet
        }
        var request = CacheStore.StoreRequest(
            mode: mode, flags: command.flags,
            expiry: self.clock.expiry(command.expiry, now: self.now))
        if command.verb == .compareAndSet { request.conditions.cas = command.cas }
        return request
    }

    @inline(__always)
    func put(
        _ key: Span<UInt8>, _ value: Span<UInt8>, _ arrived: ArrivedValue?,
        _ request: CacheStore.StoreRequest
    ) -> (outcome: CacheStore.StoreOutcome, cas: UInt64) {
        if let stored = arrived?.commit(request, now: self.now) { return stored }
        return self.store.store(key, value, request, now: self.now, through: self.lane)
    }

    /// Answers how a store ended.
    func answer(_ outcome: CacheStore.StoreOutcome, isSilent: Bool) {
        switch outcome {
        case .tooLarge:
            self.counts.tooLargeCount += 1
            if !isSilent { self.output.append(Answers.tooLarge) }
        case .outOfMemory:
            self.counts.noMemoryCount += 1
            if !isSilent { self.output.append(Answers.outOfMemory) }
        case _ where isSilent: break
        case .stored: self.output.append(Answers.stored)
        case .notStored: self.output.append(Answers.notStored)
        case .exists: self.output.append(Answers.exists)
        case .notFound: self.output.append(Answers.notFound)
        }
    }

    /// Tells of a value that is too large. An old value must not outlive the try to
    /// replace it.
    func refuseTooLarge(
        _ key: Span<UInt8>, _ request: CacheStore.StoreRequest, _ byteCount: Int, dropsOld: Bool
    ) {
        self.noteStore(key, .tooLarge, request.mode, byteCount, expiry: 0)
        guard dropsOld else { return }
        self.noteFetch(key)
        var fatal = request
        fatal.mode = .set
        // It is refused here too, and takes the old one with it, which counts as no delete.
        _ = self.store.begin(key, byteCount: byteCount, fatal, now: self.now)
    }

    /// Stores a number that was not there to be changed.
    func makeNumber(
        _ key: Span<UInt8>, _ number: UInt64, expiry: UInt32, _ explicitCAS: UInt64? = nil
    ) -> (outcome: CacheStore.StoreOutcome, cas: UInt64) {
        self.noteFetch(key)
        let made = self.store.makeNumber(
            key, number, expiry: expiry, explicitCAS: explicitCAS, now: self.now)
        self.noteStore(key, made.outcome, .add, 0, expiry: expiry)
        return made
    }

    // MARK: The others

    func delete(_ key: Span<UInt8>, isSilent: Bool) {
        self.prefixes.count(.delete, key)
        let facts = self.noteFetch(key)
        let isFound = self.store.delete(key, now: self.now) == .stored
        if isFound, let facts { self.watch?.deleted(key, "delete", facts) }
        if !isSilent { self.output.append(isFound ? Answers.deleted : Answers.notFound) }
    }

    func change(
        _ key: Span<UInt8>, by delta: UInt64, isIncrement: Bool, isSilent: Bool
    ) {
        self.noteFetch(key)
        let outcome = self.store.change(
            key, by: delta, isIncrement: isIncrement, now: self.now)
        switch outcome {
        case _ where isSilent: break
        case .notANumber: self.output.append(Answers.notANumber)
        case .outOfMemory: self.output.append("SERVER_ERROR out of memory\r\n")
        case .notFound, .exists: self.output.append(Answers.notFound)
        case .number(let number):
            self.output.append(decimal: number)
            self.output.append("\r\n")
        }
    }

    func touch(_ key: Span<UInt8>, expiry: Int, isSilent: Bool) {
        self.noteFetch(key)
        let isFound = self.store.read(
            key, now: self.now, as: .touch, expiry: self.clock.expiry(expiry, now: self.now)
        ) { _ in }
        if !isSilent { self.output.append(isFound ? Answers.touched : Answers.notFound) }
    }

    func flushAll(delay: Int?, isSilent: Bool) {
        guard let delay else {
            // memcached counts it all the same.
            self.counts.flushCount += 1
            if !isSilent { self.output.append(Answers.badExpiry) }
            return
        }
        self.flush(at: delay <= 0 ? self.now : self.clock.expiry(delay, now: self.now))
        if !isSilent { self.output.append(Answers.ok) }
    }

    /// What is older than `second` is gone from then on.
    func flush(at second: UInt32) {
        self.counts.flushCount += 1
        self.commands.lastFlush.second.store(second, ordering: .relaxed)
        self.store.flush(at: second, now: self.now)
    }
}
