import Base
import CacheStorage
import MemcacheProtocol

/// Executes commands on a store.
struct CommandExecutor {
    let store: CacheStore
    let clock: CacheClock
    let now: UInt32
    let output: ByteBuffer
    let counts: BatchCounts
    let prefixes: PrefixCounts
    let hotKeys: HotKeys
    /// Where doings are told, when somebody watches.
    let watch: WatchLog?

    // MARK: get

    func get(
        _ line: Span<UInt8>, _ keys: Range<Int>, withCAS: Bool, expiry: UInt32? = nil
    ) {
        let start = self.output.count
        var tokens = TokenReader(keys)
        while let range = tokens.next(line) {
            guard range.count <= ProtocolLimits.keyByteCountMax else {
                // What was found before is dropped, as memcached drops it.
                self.output.truncate(to: start)
                return self.output.append(Answers.badFormat)
            }
            let key = line.extracting(range)
            let output = self.output
            let access: Access = expiry == nil ? .get : .touch
            self.noteFetch(key)
            let isHit = self.store.read(key, now: self.now, as: access, expiry: expiry) { item in
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
                item.appendValue(to: output)
                output.append("\r\n")
            }
            self.prefixes.count(.get(isHit: isHit), key)
        }
        self.output.append(Answers.end)
    }

    // MARK: set and its kin

    func store(_ command: StoreCommand, _ key: Span<UInt8>, _ value: Span<UInt8>) {
        let mode: CacheStore.Mode
        switch command.verb {
        case .set: mode = .set
        case .add: mode = .add
        case .replace: mode = .replace
        case .append: mode = .append
        case .prepend: mode = .prepend
        case .compareAndSet: mode = .compareAndSet
        }
        let expiry = self.clock.expiry(command.expiry, now: self.now)
        var conditions = CacheStore.Conditions()
        if command.verb == .compareAndSet { conditions.cas = command.cas }
        self.prefixes.count(.set, key)
        self.noteFetch(key)
        let (outcome, _) = self.store.store(
            key, value, mode: mode, flags: command.flags, expiry: expiry, now: self.now, conditions)
        self.noteStore(key, outcome, mode, expiry: expiry)
        self.answer(outcome, isSilent: command.isSilent)
    }

    private func answer(_ outcome: CacheStore.StoreOutcome, isSilent: Bool) {
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

    func flushAll(delay: Int, isSilent: Bool) {
        self.flush(delay: delay)
        if !isSilent { self.output.append(Answers.ok) }
    }

    /// Flushes now, or after so many seconds.
    func flush(delay: Int) {
        self.counts.flushCount += 1
        let second = delay <= 0 ? self.now : self.clock.expiry(delay, now: self.now)
        self.store.flush(at: second, now: self.now)
    }

    // MARK: For who watches

    /// Tells of a key that is looked for; answers what is known of its item when somebody watches.
    /// One key in many is counted, for who asks which are hot.
    @inline(__always)
    @discardableResult
    func noteFetch(_ key: Span<UInt8>) -> WatchLog.ItemFacts? {
        self.counts.untilLook &-= 1
        if self.counts.untilLook == 0 {
            self.counts.untilLook = self.hotKeys.look(at: key, now: self.now)
        }
        return self.watch == nil ? nil : self.noteFetchNow(key)
    }

    private func noteFetchNow(_ key: Span<UInt8>) -> WatchLog.ItemFacts? {
        let facts = self.facts(key)
        self.watch?.fetched(key, facts)
        return facts
    }

    private func facts(_ key: Span<UInt8>) -> WatchLog.ItemFacts? {
        var facts: WatchLog.ItemFacts?
        _ = self.store.read(key, now: self.now, as: .none, bumps: false) {
            facts = WatchLog.ItemFacts($0)
        }
        return facts
    }

    /// Tells of a value that was to be stored.
    @inline(__always)
    func noteStore(
        _ key: Span<UInt8>, _ outcome: CacheStore.StoreOutcome, _ mode: CacheStore.Mode,
        expiry: UInt32
    ) {
        guard let watch = self.watch else { return }
        let word: StaticString
        switch mode {
        case .set: word = "set"
        case .add: word = "add"
        case .replace: word = "replace"
        case .append: word = "append"
        case .prepend: word = "prepend"
        case .compareAndSet: word = "cas"
        }
        watch.stored(
            key, outcome, word, secondsLeft: expiry == 0 ? 0 : Int(expiry) - Int(self.now),
            self.facts(key) ?? WatchLog.ItemFacts())
    }
}
