import Base
import EventLoop
import MemcacheClient
import Sessions
import Synchronization
import SystemInterface

/// The cache nodes of one session manager, as all loops of the process use them.
///
/// Each loop has its own connection to each node. The epochs are shared: whichever loop sees a node
/// come or go, all of them stop trusting what they knew of it.
final class SessionStore: Sendable {
    private struct Shared {
        var epochs: [UInt64]
        var areUp: [Bool]
        var loops: [ObjectIdentifier: LoopBound<LoopStore>] = [:]
    }

    let shape: ClusterShape
    let addresses: [SocketAddress]
    let operationTimeout: Duration
    private let shared: Mutex<Shared>
    private let generation = Atomic<UInt64>(1)
    /// Called on any loop when a node has come (true) or gone, with its index.
    private let nodeChanged: @Sendable (Int, Bool) -> Void

    /// Resolves the nodes' addresses.
    ///
    /// - Throws: when a name cannot be resolved.
    init(
        nodes: MemcachedNodes, operationTimeout: Duration,
        nodeChanged: @escaping @Sendable (Int, Bool) -> Void
    ) throws(Errno) {
        self.shape = ClusterShape(nodes)
        self.operationTimeout = operationTimeout
        self.nodeChanged = nodeChanged
        var addresses: [SocketAddress] = []
        for node in nodes.nodes {
            switch node.address {
            case .unix(let path): addresses.append(.unix(path))
            case .host(let host, let port):
                guard let first = try SocketAddress.resolve(host: host, port: port).first else {
                    throw Errno.noSuchFile
                }
                addresses.append(first)
            }
        }
        self.addresses = addresses
        let epochs = [UInt64](repeating: 0, count: addresses.count)
        self.shared = Mutex(
            Shared(epochs: epochs, areUp: epochs.map { _ in true }))
    }

    /// The part of `loop`; made, and its connections begun, when it is first asked for. On that
    /// loop.
    func on(_ loop: Loop) -> LoopStore {
        let key = ObjectIdentifier(loop)
        if let present = self.shared.withLock({ $0.loops[key] }) { return present.value }
        let made = LoopStore(store: self, loop: loop)
        self.shared.withLock { $0.loops[key] = LoopBound(made, loop: loop) }
        made.connect()
        return made
    }

    /// Changes whenever an epoch does.
    var currentGeneration: UInt64 { self.generation.load(ordering: .acquiring) }
    /// The nodes' epochs.
    var epochs: [UInt64] { self.shared.withLock { $0.epochs } }

    /// Whether each node answered when it was last heard of, by any loop.
    var areUp: [Bool] { self.shared.withLock { $0.areUp } }

    fileprivate func noteChange(of node: Int, isUp: Bool) {
        self.shared.withLock { shared in
            shared.epochs[node] += 1
            shared.areUp[node] = isUp
        }
        self.generation.wrappingAdd(1, ordering: .releasing)
        self.nodeChanged(node, isUp)
    }

    /// A loop has reached a node: the others, which may think it dead, try it at once.
    fileprivate func dialNow(_ node: Int, unless own: Loop) {
        let loops = self.shared.withLock { Array($0.loops.values) }
        for part in loops where part.loop !== own {
            part.loop.run { part.value.dialNow(node) }
        }
    }

    /// Closes the connections of all loops.
    func stop() {
        let loops = self.shared.withLock { shared in
            defer { shared.loops.removeAll() }
            return Array(shared.loops.values)
        }
        for part in loops { part.loop.run { part.value.stop() } }
    }
}

/// One loop's connections to the cache nodes, and its view of them. Loop thread only.
final class LoopStore {
    let loop: Loop
    private let store: SessionStore
    private var nodes: [CacheNode] = []
    private var seenGeneration: UInt64 = 0
    private var cachedView: ClusterView
    private var wereKnown = NodeSet()

    init(store: SessionStore, loop: Loop) {
        self.store = store
        self.loop = loop
        self.cachedView = ClusterView(shape: store.shape)
        var settings = CacheNodeSettings()
        settings.operationTimeout = store.operationTimeout
        settings.connectTimeout = store.operationTimeout
        for (index, address) in store.addresses.enumerated() {
            let node = CacheNode(address: address, settings: settings, on: loop)
            node.stateChanged = { [unowned self] state in self.changed(index, state) }
            self.nodes.append(node)
        }
    }

    func connect() { for node in self.nodes { node.connect() } }

    func stop() { for node in self.nodes { node.stop() } }

    /// The nodes as this loop sees them now.
    var view: ClusterView {
        let generation = self.store.currentGeneration
        if generation != self.seenGeneration {
            self.seenGeneration = generation
            self.cachedView.epochs = self.store.epochs
        }
        return self.cachedView
    }

    private func changed(_ index: Int, _ state: CacheNodeState) {
        // A first connection that succeeds changes nothing: nothing was known through it, and a
        // node that was another one before has broken the other loops' connections.
        let isFirst = !self.wereKnown.contains(index)
        self.wereKnown.insert(index)
        switch state {
        case .up, .unknown: self.cachedView.available.insert(index)
        case .down: self.cachedView.available.remove(index)
        }
        if !isFirst || state != .up { self.store.noteChange(of: index, isUp: state == .up) }
        if state == .up { self.store.dialNow(index, unless: self.loop) }
    }

    func dialNow(_ node: Int) { self.nodes[node].dialNow() }

    /// Finds out whether nodes that are thought dead live.
    func reach(_ nodes: NodeSet) async {
        for (index, node) in self.nodes.enumerated() where nodes.contains(index) {
            await node.reach()
        }
    }

    /// Carries commands out, all at the same time; the answers are in their order.
    func perform(_ requests: [StoreRequest]) async -> [StoreAnswer] {
        if requests.count == 1 {
            let request = requests[0]
            return [
                Self.answer(
                    await self.nodes[request.node].send(Self.wire(request.command)),
                    to: request.command)
            ]
        }
        let tickets = requests.map { self.nodes[$0.node].begin(Self.wire($0.command)) }
        var answers: [StoreAnswer] = []
        answers.reserveCapacity(requests.count)
        for (request, ticket) in zip(requests, tickets) {
            answers.append(Self.answer(await ticket.value(), to: request.command))
        }
        return answers
    }

    /// Drives a machine to its end.
    func run<Machine: StoreMachine>(_ machine: inout Machine) async -> Machine.Outcome {
        await self.run(&machine, from: machine.start(self.view))
    }

    /// Drives a machine on from a step.
    func run<Machine: StoreMachine>(
        _ machine: inout Machine, from first: Step<Machine.Outcome>
    ) async -> Machine.Outcome {
        var step = first
        while true {
            if case .done(let outcome) = step { return outcome }
            step = await self.carryOut(step, &machine)
        }
    }

    /// Carries out one step and asks the machine for the next; a last step stays.
    func carryOut<Machine: StoreMachine>(
        _ step: Step<Machine.Outcome>, _ machine: inout Machine
    ) async -> Step<Machine.Outcome> {
        switch step {
        case .done: return step
        case .ask(let requests):
            let answers = await self.perform(requests)
            return machine.received(answers, self.view)
        case .wait(let milliseconds):
            await self.loop.sleep(until: self.loop.now + .milliseconds(milliseconds))
            return machine.received([], self.view)
        case .reach(let nodes):
            await self.reach(nodes)
            return machine.received([], self.view)
        }
    }

    private static func wire(_ command: StoreCommand) -> CacheRequest {
        switch command {
        case .flags(let key, nil): return .look(key: key)
        case .flags(let key, let expiry?): return .lookAndTouch(key: key, expiry: expiry)
        case .load(let key): return .get(key: key)
        case .delete(let key): return .delete(key: key)
        case .store(let item):
            let condition: CacheRequest.StoreCondition =
                switch item.condition {
                case .any: .any
                case .absent: .absent
                case .unchanged(let cas): .unchanged(cas: cas)
                }
            return .store(
                key: item.key, flags: item.flags, expiry: item.expiry, value: item.value,
                condition)
        }
    }

    private static func answer(
        _ answer: CacheAnswer, to command: StoreCommand
    ) -> StoreAnswer {
        switch answer {
        case .missing: return .missing
        case .item(let item):
            if case .load = command {
                return .found(flags: item.flags, cas: item.cas, value: item.value)
            }
            return .found(flags: item.flags, cas: item.cas, value: nil)
        case .stored(let cas): return .stored(cas: cas)
        case .done:
            if case .delete = command { return .deleted }
            return .stored(cas: nil)
        case .notStored, .changed: return .conflict
        case .failed(.unreachable): return .unavailable
        case .failed(.lost): return .lost
        case .failed(.timedOut): return .timedOut
        case .failed(.refused(let reason)): return .refused(reason)
        }
    }
}
