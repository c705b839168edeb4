import Base

@testable import Sessions

/// A cache node in memory: items, CAS numbers that start again with the process, deaths.
struct SimulatedCache {
    struct Item {
        var value: [UInt8]
        var flags: UInt32
        var cas: UInt64
    }

    var items: [String: Item] = [:]
    var isAlive = true
    /// Counts the processes; a connection to an earlier one is broken.
    var incarnation = 0
    private var lastCAS: UInt64 = 0

    mutating func die() {
        self.isAlive = false
        self.incarnation += 1
    }

    /// Comes back with what it is given.
    mutating func start(with items: [String: Item]) {
        self.isAlive = true
        self.items = items
        self.lastCAS = 0
        for key in items.keys.sorted() {
            self.lastCAS += 1
            self.items[key]?.cas = self.lastCAS
        }
    }

    mutating func execute(_ command: StoreCommand) -> StoreAnswer {
        switch command {
        case .flags(let key, _):
            guard let item = self.items[key] else { return .missing }
            return .found(flags: item.flags, cas: item.cas, value: nil)
        case .load(let key):
            guard let item = self.items[key] else { return .missing }
            return .found(flags: item.flags, cas: item.cas, value: item.value)
        case .delete(let key):
            return self.items.removeValue(forKey: key) == nil ? .missing : .deleted
        case .store(let new):
            let present = self.items[new.key]
            switch new.condition {
            case .any: break
            case .absent: if present != nil { return .conflict }
            case .unchanged(let cas):
                guard let present else { return .missing }
                if present.cas != cas { return .conflict }
            }
            self.lastCAS += 1
            if new.expiry == SessionSave.expiredDate {
                self.items[new.key] = nil
                return .stored(cas: self.lastCAS)
            }
            self.items[new.key] = Item(value: new.value, flags: new.flags, cas: self.lastCAS)
            return .stored(cas: self.lastCAS)
        }
    }
}

/// An application server: its connections, its view, its local copies.
struct SimulatedServer {
    struct Held {
        var id: SessionID
        var content: SessionContent
        var storedVersion: SessionVersion?
        var copies: SessionCopies
        var formerID: SessionID?
        var mustBeStored = false

        var localCopy: LocalCopy {
            LocalCopy(
                id: self.id, version: self.content.version, storedVersion: self.storedVersion,
                copies: self.copies)
        }
    }

    var view: ClusterView
    /// The process that each connection leads to; nil when it is broken.
    var connections: [Int?]
    var held: [String: Held] = [:]
    var incomplete: Set<String> = []
    var pendingEnds: [String: (id: SessionID, mark: SessionContent)] = [:]

    init(shape: ClusterShape) {
        self.view = ClusterView(shape: shape)
        self.connections = shape.ids.map { _ in 0 }
    }

    /// A connection has broken: everything known of the node is suspect.
    mutating func lose(_ node: Int) {
        self.connections[node] = nil
        self.view.available.remove(node)
        self.view.epochs[node] += 1
        for base in self.held.keys { self.incomplete.insert(base) }
    }

    mutating func connect(_ node: Int, incarnation: Int) {
        self.connections[node] = incarnation
        self.view.available.insert(node)
        self.view.epochs[node] += 1
    }
}

/// What runs on a server: one request, one repair, one end. Its commands are executed one at a
/// time, in any order with those of all others.
final class SimulatedTask {
    let server: Int
    private var pending: [(index: Int, request: StoreRequest)] = []
    private var answers: [StoreAnswer] = []
    private var reached = NodeSet()
    private var resume: (([StoreAnswer], ClusterView) -> Void)?
    private(set) var isDone = false

    init(server: Int) { self.server = server }

    /// Drives a machine; `finish` gets its outcome, and may drive another.
    func drive<Machine: StoreMachine>(
        _ machine: Machine, _ view: ClusterView, finish: @escaping (Machine.Outcome) -> Void
    ) {
        var machine = machine
        let first = machine.start(view)
        self.take(first, machine, finish)
    }

    private func take<Machine: StoreMachine>(
        _ step: Step<Machine.Outcome>, _ machine: Machine,
        _ finish: @escaping (Machine.Outcome) -> Void
    ) {
        var machine = machine
        switch step {
        case .done(let outcome):
            self.resume = nil
            finish(outcome)
        case .wait, .reach:
            self.pending = []
            self.answers = []
            if case .reach(let nodes) = step { self.reached = nodes }
            self.resume = { [unowned self] answers, view in
                let next = machine.received(answers, view)
                self.take(next, machine, finish)
            }
        case .ask(let requests):
            self.pending = requests.enumerated().map { ($0.offset, $0.element) }
            self.answers = requests.map { _ in .unavailable }
            self.resume = { [unowned self] answers, view in
                let next = machine.received(answers, view)
                self.take(next, machine, finish)
            }
        }
    }

    func end() { self.isDone = true }

    /// Executes one of its commands, or hands the answers over when all are in.
    func step(in run: SimulatedRun) {
        guard !self.pending.isEmpty else {
            run.cluster.reach(self.reached, from: self.server)
            self.reached = NodeSet()
            let resume = self.resume
            resume?(self.answers, run.cluster.servers[self.server].view)
            return
        }
        let choice = run.cluster.random(self.pending.count)
        // The commands of one connection stay in their order.
        let node = self.pending[choice].request.node
        guard let place = self.pending.firstIndex(where: { $0.request.node == node }) else {
            return
        }
        let (index, request) = self.pending.remove(at: place)
        self.answers[index] = run.cluster.execute(request, from: self.server)
    }
}

/// Caches and servers, and everything that can happen to them, by seed.
struct SimulatedCluster {
    var caches: [SimulatedCache]
    var servers: [SimulatedServer]
    var generator: SeededGenerator
    private var snapshots: [[String: SimulatedCache.Item]]

    init(nodes: MemcachedNodes, serverCount: Int, seed: UInt64) {
        let shape = ClusterShape(nodes)
        self.caches = shape.ids.map { _ in SimulatedCache() }
        self.servers = (0..<serverCount).map { _ in SimulatedServer(shape: shape) }
        self.generator = SeededGenerator(seed: seed)
        self.snapshots = self.caches.map(\.items)
    }

    mutating func random(_ count: Int) -> Int { Int(self.generator.next() % UInt64(count)) }

    mutating func execute(_ request: StoreRequest, from server: Int) -> StoreAnswer {
        let node = request.node
        guard let incarnation = self.servers[server].connections[node] else { return .unavailable }
        guard self.caches[node].isAlive, self.caches[node].incarnation == incarnation else {
            self.servers[server].lose(node)
            return .lost
        }
        let answer = self.caches[node].execute(request.command)
        // Sometimes the connection breaks after the command and before its answer, and is made
        // again at once.
        if self.random(400) == 0 {
            self.servers[server].lose(node)
            self.servers[server].connect(node, incarnation: incarnation)
            return .lost
        }
        return answer
    }

    /// Keeps what a node holds now, for its return with old contents.
    mutating func takeSnapshot(of node: Int) { self.snapshots[node] = self.caches[node].items }

    mutating func kill(_ node: Int) { self.caches[node].die() }

    /// Empty, with old contents, or with all it had.
    mutating func restart(_ node: Int) {
        let all = self.caches[node].items
        let choices = [[:], self.snapshots[node], all]
        self.caches[node].start(with: choices[self.random(3)])
    }

    /// Whether every server is connected to every node as it is now.
    var allAreConnected: Bool {
        self.servers.allSatisfy { server in
            self.caches.indices.allSatisfy {
                self.caches[$0].isAlive && server.connections[$0] == self.caches[$0].incarnation
            }
        }
    }

    /// A server tries nodes that it thinks dead; now and then it does not get there in time.
    mutating func reach(_ nodes: NodeSet, from server: Int) {
        for (node, cache) in self.caches.enumerated() where nodes.contains(node) {
            guard self.servers[server].connections[node] == nil, cache.isAlive,
                self.random(20) > 0
            else { continue }
            self.servers[server].connect(node, incarnation: cache.incarnation)
        }
    }

    /// Some connection notices that it is broken, or is made again.
    mutating func connectSomething() {
        let server = self.random(self.servers.count)
        let node = self.random(self.caches.count)
        let cache = self.caches[node]
        if let incarnation = self.servers[server].connections[node] {
            if !cache.isAlive || cache.incarnation != incarnation {
                self.servers[server].lose(node)
            }
        } else if cache.isAlive {
            self.servers[server].connect(node, incarnation: cache.incarnation)
        }
    }

    /// The highest version of a session on a node, and whether it is a mark of its end.
    func best(of base: String, on node: Int) -> SessionContent? {
        guard self.caches[node].isAlive else { return nil }
        var best: SessionContent?
        for (key, item) in self.caches[node].items where key.contains(base) {
            guard !key.contains("validity"),
                let content = try? SessionDecoder.decode(item.value, base: base)
            else { continue }
            if best.map({ content.wins(over: $0) }) ?? true { best = content }
        }
        return best
    }
}
