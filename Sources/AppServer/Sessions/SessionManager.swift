import Base
import DaemonKit
package import EventLoop
import PatternMatching
package import Sessions
import Synchronization
import SystemInterface

/// The sessions of one context: local copies, and the store that they are shared through.
///
/// ```
/// begin ─► lock ─► confirm or load ─► (page) ─► finish ─► save first copy ─► second ─► answer
/// leaves
/// ```
/// Any thread may use it; a request begins and finishes on one loop. Docs/sessions.md says what it
/// promises. Without cache nodes its sessions are local.
package final class SessionManager: Sendable {
    /// Local copies that are kept at the most; beyond it the longest unused are dropped, as far as
    /// the store has them.
    package static let localCopyCountMax = 200_000

    struct Registry {
        var sessions: [String: Session] = [:]
        /// Sessions of which a copy is missing, or may be.
        var incomplete: Set<String> = []
        /// Sessions that have ended, whose mark has not reached every node yet.
        var endings: [String: PendingEnd] = [:]
        var unknownIDs = UnknownIDs()
        var habits = RequestHabits()
        var home: Loop?
        var isStopped = false
        var generator = SeededGenerator(seed: SessionManager.randomNumber())
    }

    /// A session whose end some node has not been told.
    struct PendingEnd {
        var id: SessionID
        var mark: SessionContent
    }

    /// The Manager's attributes.
    package let settings: SessionManagerSettings
    /// The context.
    package let context: SessionContext
    /// What has been counted.
    package let counters = SessionCounters()

    let keys: StorageKeys
    let store: SessionStore?
    let registry = Mutex(Registry())
    let locks = GateTable()
    let ignorePattern: Pattern?
    let lockPattern: Pattern?
    let attributeFilter: Pattern?
    let log: @Sendable (String) -> Void
    private let changes = ChangeBell()
    let events = Mutex<EventHub?>(nil)

    /// Makes a manager; without `settings.nodes`, or with `enabled="false"`, its sessions are
    /// local.
    ///
    /// - Parameter log: takes one line for each thing that an operator should know.
    /// - Throws: `SessionManagerError`.
    package init(
        settings: SessionManagerSettings, context: SessionContext,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SessionManagerError) {
        self.settings = settings
        self.context = context
        self.log = log
        self.ignorePattern = try Self.pattern(
            settings.requestURIIgnorePattern, "requestUriIgnorePattern")
        self.attributeFilter = try Self.pattern(settings.attributeFilter, "sessionAttributeFilter")
        if case .uriPattern(let text) = settings.lockingMode {
            self.lockPattern = try Self.pattern(text, "lockingMode")
        } else {
            self.lockPattern = nil
        }
        do {
            let place = StorageKeyContext(host: context.host, context: context.name)
            let prefix = try StorageKeyPrefix.make(settings.storageKeyPrefix, for: place)
            self.keys = StorageKeys(prefix: prefix)
        } catch {
            throw .settings(error)
        }
        guard let nodes = settings.nodes, settings.isEnabled else {
            self.store = nil
            return
        }
        let bell = self.changes
        do {
            self.store = try SessionStore(
                nodes: nodes, operationTimeout: settings.operationTimeout
            ) { node, isUp in bell.ring(node, isUp: isUp) }
        } catch {
            throw .address("a host name cannot be resolved (\(error))")
        }
        bell.action.withLock { action in
            action = { [weak self] node, isUp in self?.nodeChanged(node, isUp: isUp) }
        }
    }

    private static func pattern(
        _ text: String?, _ attribute: String
    ) throws(SessionManagerError) -> Pattern? {
        guard let text else { return nil }
        do {
            return try Pattern.compile(text, options: .matchesWholeText)
        } catch {
            throw .pattern(attribute: attribute, reason: error.description)
        }
    }

    /// Connects to the cache nodes and starts the upkeep on the first of `loops`.
    package func start(on loops: [Loop]) {
        guard let home = loops.first else { return }
        self.registry.withLock { $0.home = home }
        home.spawn { await self.keepUp(on: home) }
        guard let store = self.store else { return }
        for loop in loops { loop.run { _ = store.on(loop) } }
    }

    /// Ends the upkeep and closes the connections. What requests stored is stored; sessions stay in
    /// the store, so a restart finds them.
    package func stop() {
        self.registry.withLock { $0.isStopped = true }
        self.store?.stop()
    }

    // MARK: Small things

    static func randomNumber() -> UInt64 {
        SecureRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static var nowMilliseconds: Int64 { SystemClock.unixNanoseconds() / 1_000_000 }

    /// A number for stamps and choices; not for ids.
    func random() -> UInt64 { self.registry.withLock { $0.generator.next() } }

    func localSession(_ base: String) -> Session? {
        self.registry.withLock { $0.sessions[base] }
    }

    /// Adds a session, unless another loop was faster; answers the one that is there.
    func register(_ session: Session) -> Session {
        self.registry.withLock { registry in
            let base = session.base
            if let present = registry.sessions[base] { return present }
            registry.sessions[base] = session
            registry.unknownIDs.remove(base)
            return session
        }
    }

    func forget(_ base: String) {
        self.registry.withLock { registry in
            registry.sessions[base] = nil
            registry.incomplete.remove(base)
        }
    }

    func note(_ base: String, isComplete: Bool) {
        self.registry.withLock { registry in
            if isComplete {
                registry.incomplete.remove(base)
            } else {
                registry.incomplete.insert(base)
            }
        }
    }

    func makeSession(_ id: SessionID, _ content: SessionContent, now: Int64) -> Session {
        let filter = self.attributeFilter
        return Session(id: id, content: content, nowMilliseconds: now) { name in
            guard let filter else { return true }
            let bytes = Array(name.utf8)
            return (try? filter.matches(bytes.span)) ?? false
        }
    }

    /// A new session, not yet registered; its node is chosen, its first save stores it.
    func makeNewSession(on loop: Loop) -> Session {
        let now = Self.nowMilliseconds
        var id = SessionID(
            base: SessionID.makeBase(randomBytes: SecureRandom.bytes(16)),
            route: self.context.jvmRoute)
        if let view = self.store?.on(loop).view, view.shape.hasNodeIDs,
            let node = view.nodeForNewSession(random: self.random())
        {
            id.node = view.shape.ids[node]
        }
        let timeout = self.settings.maxInactiveSeconds ?? self.context.sessionTimeoutSeconds
        let content = SessionContent(
            version: SessionVersion(counter: 0, stamp: 0), creationMilliseconds: now,
            maxInactiveSeconds: timeout, context: self.context.name)
        self.counters.count(.sessionsCreated)
        return self.makeSession(id, content, now: now)
    }
}

/// Passes the store's news on to a manager that is made after it.
private final class ChangeBell: Sendable {
    let action = Mutex<(@Sendable (Int, Bool) -> Void)?>(nil)

    func ring(_ node: Int, isUp: Bool) {
        let action = self.action.withLock { $0 }
        action?(node, isUp)
    }
}
