import Base
import MemcacheProtocol

/// What a binary client says first with `-S` (opcodes 0x20 to 0x22): SASL's mechanism PLAIN.
///
/// Until `isDone`, every command but these and `version` is answered by 0x20, authentication error,
/// and the connection is closed.
struct SASLLogin {
    /// The longest name of a mechanism, as in memcached.
    static let mechanismByteCountMax = 32
    /// The longest message of a login: names and a password.
    static let messageByteCountMax = 16_384
    /// What 0x20, list mechanisms, answers.
    static let mechanisms: StaticString = PlainMessage.mechanism
    /// The body of the answer to a good login.
    static let welcome: StaticString = "Authenticated"

    /// What is to be answered.
    enum Outcome: Equatable {
        /// Status 0 with `welcome`.
        case accepted
        /// Status 0x21 without a body: the client is to send its message by `step`.
        case continues
        /// Status 0x20.
        case refused
    }

    private let file: CredentialsFile
    private var hasStarted = false
    /// Whether the client has shown who it is.
    private(set) var isDone = false

    init(_ file: CredentialsFile) { self.file = file }

    /// Opcode 0x21: a mechanism, and the client's first message when it has one.
    mutating func start(mechanism: Span<UInt8>, message: Span<UInt8>) -> Outcome {
        self.hasStarted = false
        guard mechanism.isEqual(to: PlainMessage.mechanism) else { return self.refuse() }
        if message.isEmpty {
            self.hasStarted = true
            return .continues
        }
        return self.check(message)
    }

    /// Opcode 0x22: the message after `continues`.
    mutating func step(message: Span<UInt8>) -> Outcome {
        guard self.hasStarted else { return self.refuse() }
        self.hasStarted = false
        return self.check(message)
    }

    private mutating func check(_ message: Span<UInt8>) -> Outcome {
        guard let plain = PlainMessage(message) else { return self.refuse() }
        let isGood = self.file.accepts(
            user: message.extracting(plain.user), password: message.extracting(plain.password))
        guard isGood else { return .refused }
        self.isDone = true
        return .accepted
    }

    private mutating func refuse() -> Outcome {
        self.file.countMalformed()
        return .refused
    }
}
