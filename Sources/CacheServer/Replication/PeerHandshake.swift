import Base
import CacheReplication
import EventLoop
import SystemInterface

/// Why a link came to its end.
enum LinkProblem: Error, CustomStringConvertible {
    /// It could not be made, or broke.
    case connection(ConnectionError)
    /// What came is nothing that can be used.
    case frame(FrameProblem)
    /// The peer closed it.
    case ended
    /// The other end is this cache.
    case isOneself
    /// Both caches have the same tag; this one has another one now.
    case sameTag

    var description: String {
        switch self {
        case .connection(.deadlineReached): "no answer"
        case .connection(let error): "\(error)"
        case .frame(let problem): problem.description
        case .ended: "the peer closed the link"
        case .isOneself: "this is the cache itself"
        case .sameTag: "the peer has the same tag"
        }
    }
}

/// The first words on a link: greetings, then proofs that both know the secret.
///
/// ```
/// dialer   greeting ─────────────────────► listener
///                   ◄───── greeting, proof
///          proof    ─────────────────────►
/// ```
struct PeerHandshake {
    /// How long all of it may take.
    static let timeMax = Duration.seconds(5)

    let node: ReplicaNode
    /// Where this cache listens.
    let port: UInt16
    let security: PeerSecurity

    /// Greets who was dialed.
    func dial(_ connection: Connection) async throws(LinkProblem) -> Greeting {
        let deadline = connection.loop.now + Self.timeMax
        try await self.secure(connection, .dialer)
        let own = self.greeting(position: 0)
        try await self.send([.greeting(own)], connection, deadline)
        let other = try await self.hearGreeting(connection, deadline)
        let proof = try await self.hearProof(connection, deadline)
        if let refusal = self.security.refusal(
            proof, of: .listener, dialer: own, listener: other)
        {
            throw await self.refuse(refusal, connection, deadline)
        }
        if other.tag == own.tag {
            self.node.changeTag(to: Self.randomTag())
            throw .sameTag
        }
        let answer = self.security.proof(of: .dialer, dialer: own, listener: other)
        try await self.send([.proof(answer)], connection, deadline)
        return other
    }

    /// Answers who has dialed.
    func answer(_ connection: Connection) async throws(LinkProblem) -> Greeting {
        let deadline = connection.loop.now + Self.timeMax
        try await self.secure(connection, .listener)
        let other = try await self.hearGreeting(connection, deadline)
        let own = self.greeting(position: self.node.position(in: other.node))
        let proof = self.security.proof(of: .listener, dialer: other, listener: own)
        try await self.send([.greeting(own), .proof(proof)], connection, deadline)
        let answer = try await self.hearProof(connection, deadline)
        if let refusal = self.security.refusal(
            answer, of: .dialer, dialer: other, listener: own)
        {
            throw await self.refuse(refusal, connection, deadline)
        }
        return other
    }

    /// A tag by chance; 0 is nobody's.
    static func randomTag() -> UInt16 {
        let bytes = SecureRandom.bytes(2)
        let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        return number % UInt16(Version.step - 1) + 1
    }

    private func greeting(position: UInt64) -> Greeting {
        Greeting(
            node: self.node.number, tag: self.node.tag, port: self.port, position: position,
            nonce: SecureRandom.bytes(Greeting.nonceByteCount))
    }

    private func hearGreeting(
        _ connection: Connection, _ deadline: Instant
    ) async throws(LinkProblem) -> Greeting {
        switch try await Self.hear(connection, deadline) {
        case .greeting(let greeting):
            if greeting.node == self.node.number { throw .isOneself }
            return greeting
        case .refusal(let text): throw .frame(FrameProblem("it refused: \(text)"))
        default: throw .frame(FrameProblem("a greeting was expected"))
        }
    }

    private func hearProof(
        _ connection: Connection, _ deadline: Instant
    ) async throws(LinkProblem) -> [UInt8] {
        switch try await Self.hear(connection, deadline) {
        case .proof(let proof): return proof
        case .refusal(let text): throw .frame(FrameProblem("it refused: \(text)"))
        default: throw .frame(FrameProblem("a proof was expected"))
        }
    }

    private func refuse(
        _ text: String, _ connection: Connection, _ deadline: Instant
    ) async -> LinkProblem {
        _ = try? await self.send([.refusal(text)], connection, deadline)
        return .frame(FrameProblem(text))
    }

    private func secure(
        _ connection: Connection, _ end: PeerSecurity.End
    ) async throws(LinkProblem) {
        do {
            try await self.security.secure(connection, end)
        } catch {
            throw .connection(error)
        }
    }

    private func send(
        _ frames: [ReplicationFrame], _ connection: Connection, _ deadline: Instant
    ) async throws(LinkProblem) {
        for frame in frames { frame.append(to: connection.output) }
        do {
            try await connection.flush(deadline: deadline)
        } catch {
            throw .connection(error)
        }
    }

    /// The next frame.
    private static func hear(
        _ connection: Connection, _ deadline: Instant
    ) async throws(LinkProblem) -> ReplicationFrame {
        let input = connection.input
        while true {
            do {
                let bytes = input.bytes
                if let (frame, byteCount) = try ReplicationFrame.read(bytes) {
                    input.consume(byteCount)
                    return frame
                }
            } catch {
                throw .frame(error)
            }
            do {
                guard try await connection.fill(deadline: deadline) > 0 else {
                    throw LinkProblem.ended
                }
            } catch let error as ConnectionError {
                throw .connection(error)
            } catch {
                throw .ended
            }
        }
    }
}
