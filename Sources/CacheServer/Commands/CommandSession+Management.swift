import Base
import CacheStorage
import MemcacheProtocol
import SystemInterface

// Commands for who runs the server.
extension CommandSession {
    /// memcached knows no more than -vv; more is told by no command.
    private static let verbosityMax = 2

    /// Executes one; `noreply` behind it keeps it from being answered.
    func manage(
        _ verb: ManagementVerb, _ line: Span<UInt8>, _ words: Range<Int>,
        _ executor: CommandExecutor
    ) {
        // Whatever is to be watched.
        if verb == .watch, !self.service.options.commands.allowsWatch {
            return executor.output.append("CLIENT_ERROR watch commands not allowed\r\n")
        }
        let start = executor.output.count
        self.perform(ManagementCommand(verb, line, words), executor)
        var last = words.upperBound..<words.upperBound
        var tokens = TokenReader(words)
        while let word = tokens.next(line) { last = word }
        if verb != .watch, verb != .refreshCertificates, self.stream == nil,
            line.extracting(last).isEqual(to: "noreply")
        {
            executor.output.truncate(to: start)
        }
    }

    private func perform(_ command: ManagementCommand, _ executor: CommandExecutor) {
        let output = executor.output
        switch command {
        case .refused(let answer): output.append(answer)
        case .shutdown(let isGraceful): self.shutdown(isGraceful: isGraceful, output)
        case .verbosity(let level):
            self.service.setVerbosity(min(level, Self.verbosityMax))
            output.append(Answers.ok)
        case .memoryLimit(let megabytes): self.setMemoryLimit(megabytes, output)
        case .tuneLRU(let hot, let warm, let hotFactor, let warmFactor):
            self.change(output) {
                $0.memory.eviction.hotPercent = hot
                $0.memory.eviction.warmPercent = warm
                $0.memory.eviction.hotMaxFactor = hotFactor
                $0.memory.eviction.warmMaxFactor = warmFactor
            }
        case .segmentLRU(let isSegmented):
            self.changeMaintained(output) { $0.isSegmented = isSegmented }
        case .temporaryTTL(let seconds):
            self.changeMaintained(output) {
                $0.hasTemporary = seconds != nil
                $0.temporarySeconds = seconds ?? $0.temporarySeconds
            }
        case .watch(let streams): self.watch(streams, output)
        case .moveTime, .stopTime, .startTime: self.changeTime(command, output)
        case .refreshCertificates: self.refreshCertificates(output)
        default: self.performOnItems(command, executor)
        }
    }

    private func refreshCertificates(_ output: ByteBuffer) {
        guard let tls = self.service.tls else {
            return output.append("Error TLS not enabled\r\n")
        }
        do {
            try tls.refresh(at: SystemClock.now())
            output.append(Answers.ok)
        } catch {
            output.append("SERVER_ERROR \(error)\r\n")
        }
    }

    private func change(_ output: ByteBuffer, _ change: (inout CacheOptions) -> Void) {
        self.service.changeOptions(change)
        output.append(Answers.ok)
    }

    /// What memcached's maintainer alone does: `-o no_lru_maintainer` takes it away.
    private func changeMaintained(
        _ output: ByteBuffer, _ change: (inout EvictionOptions) -> Void
    ) {
        guard self.service.options.memory.eviction.hasMaintainer else {
            return output.append(Answers.error)
        }
        self.change(output) { change(&$0.memory.eviction) }
    }

    private func shutdown(isGraceful: Bool?, _ output: ByteBuffer) {
        guard self.service.options.commands.allowsShutdown else {
            return output.append(Answers.shutdownDisabled)
        }
        guard let isGraceful else {
            return output.append("CLIENT_ERROR invalid shutdown mode\r\n")
        }
        self.end(.shutdown)
        self.service.requestShutdown(isGraceful: isGraceful)
    }

    private func setMemoryLimit(_ megabytes: Int, _ output: ByteBuffer) {
        guard megabytes << 20 <= self.service.store.settings.raisedLimitMax else {
            return output.append("MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust\r\n")
        }
        self.service.store.setMemoryLimit(megabytes << 20)
        self.change(output) { $0.storage.memoryLimit = megabytes << 20 }
    }

    private func watch(_ streams: WatchStreams, _ output: ByteBuffer) {
        let options = self.service.options.commands
        // By datagrams nobody watches.
        guard self.record != nil else {
            return output.append("CLIENT_ERROR watch commands not allowed\r\n")
        }
        guard output.isEmpty else {
            return output.append("ERROR cannot pipeline other commands before watch\r\n")
        }
        let byteCount = options.watcherBufferKilobytes << 10
        guard let watcher = self.service.watchers.add(streams, byteCountMax: byteCount) else {
            return output.append("WATCHER_TOO_MANY log watcher limit reached\r\n")
        }
        output.append(Answers.ok)
        self.record?.state = .watching
        self.stream = WatchStream(self.service.watchers, watcher)
    }

    private func changeTime(_ command: ManagementCommand, _ output: ByteBuffer) {
        guard self.service.options.allowsTestCommands else { return output.append(Answers.error) }
        switch command {
        case .moveTime(let seconds): self.service.clock.shift.move(bySeconds: seconds)
        case .stopTime: self.service.clock.shift.stop()
        default: self.service.clock.shift.start()
        }
        output.append(Answers.ok)
    }

    // MARK: Items

    private func performOnItems(_ command: ManagementCommand, _ executor: CommandExecutor) {
        let output = executor.output
        switch command {
        case .crawlerRuns(let runs): self.setCrawler(runs, output)
        case .crawlerSleep(let time):
            self.change(output) { $0.memory.eviction.crawlerSleep = time }
        case .crawlerItemCountMax(let count):
            self.change(output) { $0.memory.eviction.crawlerItemCountMax = count }
        case .crawl(let scope): self.crawl(scope, output)
        case .dump(let scope, let keysOnly): self.dump(scope, keysOnly: keysOnly, output)
        case .reassign(let source, let destination):
            self.reassign(source, destination, executor)
        case .automove(let mode): self.changePageMoves(output) { $0.automove = mode }
        case .automoveRatio(let ratio):
            self.changePageMoves(output) { $0.automoveRatio = ratio }
        case .automoveFreeRatio(let ratio):
            self.change(output) { $0.memory.automoveFreeRatio = ratio }
        case .automoveWindow(let seconds):
            self.change(output) { $0.memory.automoveWindow = seconds }
        default: preconditionFailure("all other commands are performed before")
        }
    }

    private func setCrawler(_ runs: Bool, _ output: ByteBuffer) {
        if runs, self.service.options.memory.eviction.hasCrawler {
            return output.append("ERROR failed to start lru crawler thread\r\n")
        }
        self.change(output) { $0.memory.eviction.hasCrawler = runs }
    }

    private func changePageMoves(
        _ output: ByteBuffer, _ change: (inout MemoryOptions) -> Void
    ) {
        self.change(output) { change(&$0.memory) }
        self.service.store.setPageMoves(self.service.options.memory.pageMoves)
    }

    private func crawl(_ scope: CrawlScope?, _ output: ByteBuffer) {
        guard self.service.options.memory.eviction.hasCrawler else {
            return output.append(Answers.crawlerDisabled)
        }
        guard scope != nil else { return output.append(Answers.badClass) }
        // One run looks through all classes: it costs no more than through one.
        output.append(
            self.service.startCrawl()
                ? Answers.ok : "BUSY currently processing crawler request\r\n")
    }

    private func dump(_ scope: CrawlScope?, keysOnly: Bool, _ output: ByteBuffer) {
        let options = self.service.options
        guard options.memory.eviction.hasCrawler else {
            return output.append(Answers.crawlerDisabled)
        }
        guard options.commands.allowsDump, self.record != nil else {
            return output.append(
                keysOnly ? "ERROR key dump not allowed\r\n" : "ERROR metadump not allowed\r\n")
        }
        guard output.isEmpty else {
            return output.append(
                keysOnly
                    ? "ERROR cannot pipeline other commands before mgdump\r\n"
                    : "ERROR cannot pipeline other commands before metadump\r\n")
        }
        guard let scope else { return output.append(Answers.badClass) }
        self.stream = DumpStream(self.service, scope, keysOnly: keysOnly)
    }

    private func reassign(_ source: Int, _ destination: Int, _ executor: CommandExecutor) {
        let output = executor.output
        guard self.service.options.memory.reassigns else {
            return output.append("CLIENT_ERROR slab reassignment disabled\r\n")
        }
        if source == destination {
            return output.append("SAME src and dst class are identical\r\n")
        }
        let donor = source == -1 ? nil : source
        switch executor.store.reassignPage(from: donor, to: destination, now: executor.now) {
        case .begun:
            self.service.movePages()
            output.append(Answers.ok)
        case .badClass: output.append("BADCLASS invalid src or dst class id\r\n")
        case .noSpare: output.append("NOSPARE source class has no spare pages\r\n")
        case .busy: output.append("BUSY currently processing reassign request\r\n")
        }
    }
}
