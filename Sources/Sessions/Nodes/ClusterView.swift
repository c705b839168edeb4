/// The nodes of the store: what the configuration says of them.
package struct ClusterShape: Hashable, Sendable {
    /// Their ids in the configured order; all nil when the store is one node without an id.
    package let ids: [String?]
    /// Which of them are failover nodes.
    package let failover: NodeSet

    /// Takes the nodes of a configuration.
    package init(_ configuration: MemcachedNodes) {
        self.ids = configuration.nodes.map(\.id)
        var failover = NodeSet()
        for (index, node) in configuration.nodes.enumerated() where node.isFailover {
            failover.insert(index)
        }
        self.failover = failover
    }

    /// Whether session ids carry a node id.
    package var hasNodeIDs: Bool { self.ids.first.map { $0 != nil } ?? false }
}

/// A set of nodes by their index.
package struct NodeSet: Hashable, Sendable {
    private var bits: UInt32 = 0

    /// The empty set.
    package init() {}

    /// The first `count` nodes.
    package init(first count: Int) {
        precondition(count <= MemcachedNodes.nodeCountMax, "more nodes than there may be")
        self.bits = (1 << UInt32(count)) - 1
    }

    /// Whether no node is in it.
    package var isEmpty: Bool { self.bits == 0 }
    /// How many nodes are in it.
    package var count: Int { self.bits.nonzeroBitCount }
    /// Whether the node is in it.
    package func contains(_ index: Int) -> Bool { self.bits >> UInt32(index) & 1 != 0 }
    /// Adds a node.
    package mutating func insert(_ index: Int) { self.bits |= 1 << UInt32(index) }
    /// Takes a node out.
    package mutating func remove(_ index: Int) { self.bits &= ~(1 << UInt32(index)) }
    /// The nodes that are in both.
    package func intersection(_ other: NodeSet) -> NodeSet {
        var result = self
        result.bits &= other.bits
        return result
    }
    /// The nodes that are not in `other`.
    package func subtracting(_ other: NodeSet) -> NodeSet {
        var result = self
        result.bits &= ~other.bits
        return result
    }
}

/// The nodes as one process sees them at one moment, and which of them a session goes to.
package struct ClusterView: Hashable, Sendable {
    /// What the configuration says.
    package let shape: ClusterShape
    /// The nodes that answer.
    package var available: NodeSet
    /// How often each node's connections have come and gone. What was known of a node at another
    /// number may have been lost or changed with it: it may be another process, empty or with old
    /// contents.
    package var epochs: [UInt64]

    /// All nodes available, at epoch 0.
    package init(shape: ClusterShape) {
        self.shape = shape
        self.available = NodeSet(first: shape.ids.count)
        self.epochs = [UInt64](repeating: 0, count: shape.ids.count)
    }

    /// The nodes that did not answer when they were last tried.
    package var dead: NodeSet { NodeSet(first: self.nodeCount).subtracting(self.available) }

    /// How many nodes are configured.
    package var nodeCount: Int { self.shape.ids.count }

    /// The node that an id names, or nil when it names none of ours.
    package func primary(of id: SessionID) -> Int? {
        guard self.shape.hasNodeIDs else { return self.nodeCount == 1 ? 0 : nil }
        guard let node = id.node else { return nil }
        return self.shape.ids.firstIndex(of: node)
    }

    /// Where the second copy goes: the next available node after the first copy's, in the
    /// configured order, cyclic, failover nodes included. nil when no other node lives.
    package func backup(after primary: Int, excluding: NodeSet = NodeSet()) -> Int? {
        let usable = self.available.subtracting(excluding)
        var index = primary
        for _ in 1..<max(self.nodeCount, 1) {
            index = index + 1 == self.nodeCount ? 0 : index + 1
            if usable.contains(index) { return index }
        }
        return nil
    }

    /// The node of a new session: any available primary node; only when none lives, any available
    /// failover node; nil when no node lives.
    package func nodeForNewSession(random: UInt64, excluding: NodeSet = NodeSet()) -> Int? {
        let usable = self.available.subtracting(excluding)
        let all = (0..<self.nodeCount).filter { usable.contains($0) }
        let primaries = all.filter { !self.shape.failover.contains($0) }
        let choice = primaries.isEmpty ? all : primaries
        guard !choice.isEmpty else { return nil }
        return choice[Int(random % UInt64(choice.count))]
    }

    /// The nodes to be tried before a new session is put on a failover node, or on none: the
    /// primary ones, when all of them are thought dead.
    package var missedForNewSession: NodeSet {
        var primaries = NodeSet(first: self.nodeCount)
        for index in 0..<self.nodeCount where self.shape.failover.contains(index) {
            primaries.remove(index)
        }
        return self.available.intersection(primaries).isEmpty
            ? self.dead.intersection(primaries) : NodeSet()
    }

    /// The node that a session moves to when the one in its id is dead: the next available primary
    /// node in order (the same for every application server, and mostly the holder of the second
    /// copy), else the next available failover node; nil when none lives.
    package func relocation(from dead: Int, excluding: NodeSet = NodeSet()) -> Int? {
        let usable = self.available.subtracting(excluding)
        let others = (1..<max(self.nodeCount, 1)).map { (dead + $0) % self.nodeCount }
        let alive = others.filter { usable.contains($0) }
        return alive.first { !self.shape.failover.contains($0) } ?? alive.first
    }
}
