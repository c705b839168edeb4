import Base
import CacheReplication
import CacheStorage
import DaemonKit
import EventLoop
import Logging
import Synchronization
import SystemInterface

/// All of a cache's replication: whom it tells, who tells it.
///
/// It dials each peer of `-x` and tells it what changes; who dials it is dialed back at the port
/// that it names. Any thread.
final class Replicator: Sendable {
    /// Peers that came without being named, at the most.
    private static let guestCountMax = 16
    /// How long such a peer is dialed after it was seen last.
    private static let guestTimeMax = Duration.seconds(60)
    private static let checkInterval = Duration.milliseconds(5)

    private struct Links {
        var outgoing: [OutgoingLink] = []
        var incoming: [IncomingLink] = []
        /// Of the outgoing ones, those of peers that were not named, and when they were seen last.
        var guests: [(link: OutgoingLink, seen: Instant)] = []
    }

    let node: ReplicaNode
    let clock: CacheClock
    let logger: Logger
    let handshake: PeerHandshake
    private let options: ReplicationOptions
    private let loops: LoopGroup
    private let links = Mutex(Links())
    private let listeners = Mutex<[Listener]>([])

    /// Makes the store a replicated one, before it is used.
    ///
    /// - Throws: when the secret or the certificates are not good, or a peer's name is none.
    init(
        _ options: CacheOptions, _ store: CacheStore, _ clock: CacheClock, _ daemon: Daemon
    ) throws {
        self.options = options.replication
        self.clock = clock
        self.logger = daemon.logger
        self.loops = daemon.loops
        self.node = ReplicaNode(
            store, number: SecureRandom.bytes(8).reduce(UInt64(1)) { $0 << 8 | UInt64($1) } | 1,
            tag: PeerHandshake.randomTag(), queueCountMax: options.replication.queueCountMax)
        self.handshake = PeerHandshake(
            node: self.node, port: UInt16(options.replication.port),
            security: try PeerSecurity(options))
        self.keepTime()
        for name in options.replication.peers {
            guard let peer = PeerAddress(name, defaultPort: options.replication.port) else {
                throw StartError(
                    description: "-x \(name): expected a host, or a host:port", exitStatus: 64)
            }
            self.links.withLock { links in
                links.outgoing.append(OutgoingLink(peer, self, on: self.loops.next()))
            }
        }
    }

    /// Sees to it that versions are not behind the time; before commands are executed.
    func keepTime() {
        self.node.keepTime(unixMicroseconds: SystemClock.unixNanoseconds() / 1_000)
    }

    // MARK: Life

    /// Opens the listeners.
    func listen(_ network: NetworkOptions, _ sockets: ActivatedSockets) throws {
        var found: [SocketAddress] = []
        let hosts = network.endpoints.compactMap(\.host)
        for host in hosts.isEmpty ? ["0.0.0.0", "::"] : hosts {
            let port = UInt16(self.options.port)
            for address in (try? SocketAddress.resolve(host: host, port: port)) ?? []
            where !found.contains(address) { found.append(address) }
        }
        let listeners = try sockets.listeners(named: "replication", at: found) { _ in
            ListenerOptions()
        }
        self.listeners.withLock { $0 = listeners }
        let isOpen = found.contains { !$0.isLoopback }
        if isOpen, !self.handshake.security.keepsStrangersOut {
            self.logger.warning(
                """
                replication: anybody who reaches port \(self.options.port) can read and change all \
                items; --replication-secret keeps strangers out
                """)
        }
    }

    /// Begins to dial and to accept.
    func start() {
        for listener in self.listeners.withLock({ $0 }) {
            listener.start(on: self.loops.loops) { connection in
                await IncomingLink(connection, self).run()
            }
        }
        for link in self.links.withLock({ $0.outgoing }) { link.start() }
    }

    /// Tells the peers what they have not heard yet.
    func flush(deadline: Instant, on loop: Loop) async {
        while loop.now < deadline {
            let end = self.node.log.end
            // A peer that is in the middle of a full copy has not heard of all either.
            let isTelling = self.outgoing.contains {
                $0.state == .copying || $0.state == .streaming && $0.place < end
            }
            if !isTelling { return }
            await loop.sleep(until: min(deadline, loop.now + Self.checkInterval))
        }
    }

    /// Ends all links.
    func stop() {
        for listener in self.listeners.withLock({ $0 }) { listener.stop() }
        let links = self.links.withLock { $0 }
        for link in links.outgoing { link.stop() }
        for link in links.incoming { link.stop() }
    }

    /// Reads the certificates again.
    func reload() throws { try self.handshake.security.reload() }

    // MARK: Links

    /// What is known of the links now.
    var outgoing: [LinkReport] { self.links.withLock { $0.outgoing }.map(\.current) }
    var incoming: [LinkReport] { self.links.withLock { $0.incoming }.map(\.current) }

    /// A peer tells something: it is to be told too.
    func met(_ greeting: Greeting, at address: SocketAddress, by link: IncomingLink) {
        let peer = PeerAddress(host: address.hostText, port: greeting.port)
        let now = SystemClock.now()
        let fresh = self.links.withLock { links -> OutgoingLink? in
            links.incoming.append(link)
            if let index = links.guests.firstIndex(where: { $0.link.peer == peer }) {
                links.guests[index].seen = now
            }
            let isKnown = links.outgoing.contains {
                $0.peer == peer || $0.current.node == greeting.node
            }
            guard !isKnown, links.guests.count < Self.guestCountMax else { return nil }
            let fresh = OutgoingLink(peer, self, on: self.loops.next())
            links.outgoing.append(fresh)
            links.guests.append((fresh, now))
            return fresh
        }
        fresh?.start()
    }

    /// A peer tells nothing any more.
    func lost(_ link: IncomingLink) {
        let now = SystemClock.now()
        self.links.withLock { links in
            links.incoming.removeAll { $0 === link }
            let node = link.current.node
            for index in links.guests.indices where links.guests[index].link.current.node == node {
                links.guests[index].seen = now
            }
        }
    }

    /// Whether a peer that was not named has been away for so long that it is dialed no more, or is
    /// told by another link already; it is forgotten then.
    func isForgotten(_ link: OutgoingLink) -> Bool {
        let now = SystemClock.now()
        return self.links.withLock { links in
            guard let index = links.guests.firstIndex(where: { $0.link === link }) else {
                return false
            }
            let node = link.current.node
            let isAway = now - links.guests[index].seen > Self.guestTimeMax
            let isTwice =
                node != 0
                && links.outgoing.contains { $0 !== link && $0.current.node == node }
            guard isTwice || isAway else { return false }
            links.guests.remove(at: index)
            links.outgoing.removeAll { $0 === link }
            return true
        }
    }

    /// Sends and asks for all items again, whatever was heard.
    func copyAgain() {
        self.node.forgetPositions()
        let links = self.links.withLock { $0 }
        for link in links.outgoing { link.copyAgain() }
        // Who is cut off dials again, and hears that nothing is known here.
        for link in links.incoming { link.stop() }
    }
}
