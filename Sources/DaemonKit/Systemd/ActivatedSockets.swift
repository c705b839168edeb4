package import EventLoop
import Synchronization
package import SystemInterface

/// Why the sockets that systemd passed do not fit the configuration, or one could not be bound.
package enum ActivationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A socket was passed for which nothing is configured.
    case notConfigured(name: String, address: SocketAddress, configured: [SocketAddress])
    /// A socket was passed under a name that this daemon does not know.
    case unknownName(name: String, address: SocketAddress)
    /// What was passed is no listening stream socket.
    case notListening(name: String, descriptor: Int32)
    /// A configured address could not be bound.
    case cannotListen(SocketAddress, Errno)

    package var description: String {
        switch self {
        case .notConfigured(let name, let address, let configured):
            let known = configured.map(\.description).joined(separator: ", ")
            return "a socket named '\(name)' was passed for \(address), which is not configured"
                + (known.isEmpty ? "" : " (configured: \(known))")
        case .unknownName(let name, let address):
            return "a socket was passed for \(address) with the name '\(name)', which is not used"
                + " here; see FileDescriptorName= in systemd.socket(5)"
        case .notListening(let name, let descriptor):
            return "descriptor \(descriptor) named '\(name)' was passed and is no listening"
                + " stream socket"
        case .cannotListen(let address, let errno): return "cannot listen at \(address): \(errno)"
        }
    }
}

/// The listening sockets that systemd passed, matched by name and address to what is configured.
///
/// A daemon asks for the listeners of a name with the addresses it was configured with: those that
/// were passed are taken, the others are bound. Any thread.
package final class ActivatedSockets: Sendable {
    private struct Passed {
        let name: String
        let descriptor: Int32
        let address: SocketAddress
        /// An IPv6 wildcard that takes IPv4 as well, as systemd makes for `ListenStream=80`.
        let takesIPv4: Bool
        var isClaimed = false
    }

    private let passed: Mutex<[Passed]>

    /// Takes what is in the environment (LISTEN_FDS), and takes it out of there. Once a process.
    /// What is a memfd or a file was not passed by a socket unit, but kept from before.
    ///
    /// - Throws: `notListening`.
    package static func fromEnvironment() throws(ActivationError) -> (
        sockets: ActivatedSockets, kept: KeptDescriptors
    ) {
        var sockets: [(name: String, descriptor: Int32)] = []
        var kept: [(name: String, descriptor: Int32)] = []
        for passed in Systemd.passedDescriptors() {
            if RawDescriptor.isRegularFile(passed.descriptor) {
                kept.append(passed)
            } else {
                sockets.append(passed)
            }
        }
        return (try ActivatedSockets(sockets), KeptDescriptors(kept))
    }

    /// Takes over listening sockets. They stay open here for as long as this lives, so that a
    /// listener that a reload stopped can be started again by another.
    ///
    /// - Throws: `notListening`.
    package init(_ sockets: [(name: String, descriptor: Int32)]) throws(ActivationError) {
        var passed: [Passed] = []
        for socket in sockets {
            guard Sockets.isListening(socket.descriptor),
                let address = try? Sockets.localAddress(of: socket.descriptor)
            else {
                throw .notListening(name: socket.name, descriptor: socket.descriptor)
            }
            var takesIPv4 = false
            if case .ipv6(let bytes, _) = address, bytes.allSatisfy({ $0 == 0 }) {
                takesIPv4 = !Sockets.isIPv6Only(socket.descriptor)
            }
            passed.append(
                Passed(
                    name: socket.name, descriptor: socket.descriptor, address: address,
                    takesIPv4: takesIPv4))
        }
        self.passed = Mutex(passed)
    }

    deinit { for socket in self.passed.withLock({ $0 }) { RawDescriptor.close(socket.descriptor) } }

    /// How many sockets were passed.
    package var count: Int { self.passed.withLock { $0.count } }

    /// The addresses of the sockets that were passed under a name.
    package func addresses(named name: String) -> [SocketAddress] {
        self.passed.withLock { passed in passed.filter { $0.name == name }.map(\.address) }
    }

    /// A listener for each of `configured`, in their order: the passed one where there is one, else
    /// one that is bound here. None of them accepts yet.
    ///
    /// An IPv4 wildcard that is configured is also served by a passed IPv6 wildcard that takes
    /// IPv4; configured wildcards of both kinds then share that one, and the answer is shorter.
    /// - Throws: `notConfigured` for a socket of this name without a configured address,
    ///   `cannotListen`; what was bound until then is closed.
    package func listeners(
        named name: String, at configured: [SocketAddress],
        options: (SocketAddress) -> ListenerOptions = { _ in ListenerOptions() }
    ) throws(ActivationError) -> [Listener] {
        try self.checkAllConfigured(name, configured)
        var listeners: [Listener] = []
        var taken: Set<Int32> = []
        for address in configured {
            if let descriptor = self.claim(name, address) {
                guard taken.insert(descriptor).inserted else { continue }
                listeners.append(try Self.adopt(descriptor, address, else: listeners))
            } else {
                do {
                    listeners.append(try Listener.bind(address, options: options(address)))
                } catch {
                    for listener in listeners { listener.stop() }
                    throw .cannotListen(address, error)
                }
            }
        }
        return listeners
    }

    /// A listener for one more address, as a reload needs it: the passed one, else one that is
    /// bound here. It does not accept yet.
    ///
    /// - Throws: `cannotListen`.
    package func listener(
        named name: String, at address: SocketAddress,
        options: ListenerOptions = ListenerOptions()
    ) throws(ActivationError) -> Listener {
        if let descriptor = self.claim(name, address) {
            return try Self.adopt(descriptor, address, else: [])
        }
        do {
            return try Listener.bind(address, options: options)
        } catch {
            throw .cannotListen(address, error)
        }
    }

    /// Makes sure that every passed socket has been asked for.
    ///
    /// - Throws: `unknownName` for the first that was not.
    package func checkAllClaimed() throws(ActivationError) {
        if let left = self.passed.withLock({ passed in passed.first { !$0.isClaimed } }) {
            throw .unknownName(name: left.name, address: left.address)
        }
    }

    /// Makes sure that every socket passed under a name is for a configured address.
    ///
    /// - Throws: `notConfigured` for the first that is not.
    package func checkAllConfigured(
        _ name: String, _ configured: [SocketAddress]
    ) throws(ActivationError) {
        for socket in self.passed.withLock({ $0 }) where socket.name == name {
            if !configured.contains(where: { Self.matches(socket, $0) }) {
                throw .notConfigured(name: name, address: socket.address, configured: configured)
            }
        }
    }

    private func claim(_ name: String, _ address: SocketAddress) -> Int32? {
        self.passed.withLock { passed in
            let exact = passed.firstIndex { $0.name == name && $0.address == address }
            guard
                let index = exact
                    ?? passed.firstIndex(where: { $0.name == name && Self.matches($0, address) })
            else { return nil }
            passed[index].isClaimed = true
            return passed[index].descriptor
        }
    }

    private static func matches(_ socket: Passed, _ address: SocketAddress) -> Bool {
        if socket.address == address { return true }
        guard socket.takesIPv4, case .ipv4(0, let port) = address else { return false }
        return socket.address.port == port
    }

    private static func adopt(
        _ descriptor: Int32, _ address: SocketAddress, else listeners: [Listener]
    ) throws(ActivationError) -> Listener {
        do {
            return try Listener(adopting: RawDescriptor.duplicate(descriptor))
        } catch {
            for listener in listeners { listener.stop() }
            throw .cannotListen(address, error)
        }
    }
}
