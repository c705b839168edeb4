import Base
import MemcacheProtocol

// The login of binary clients (`-S`).
extension CommandSession {
    /// Takes a login's step, or turns down what comes before the login; false when the request is
    /// to be executed.
    func takesAsLogin(
        _ request: BinaryRequest, _ packet: Span<UInt8>, _ executor: CommandExecutor
    ) -> Bool {
        guard let login = self.sasl else { return false }
        let answers = BinaryAnswers(to: request.header, executor.output)
        switch request.opcode {
        case .listMechanisms:
            let text = SASLLogin.mechanisms
            answers.head(value: text.utf8CodeUnitCount)
            executor.output.append(text)
        case .authenticate, .authenticateStep:
            self.logIn(request, packet, answers, executor)
        case .version: return false
        default:
            if login.isDone { return false }
            answers.error(.authenticationError)
            self.end(.error)
        }
        return true
    }

    private func logIn(
        _ request: BinaryRequest, _ packet: Span<UInt8>, _ answers: BinaryAnswers,
        _ executor: CommandExecutor
    ) {
        guard request.key.count <= SASLLogin.mechanismByteCountMax,
            request.value.count <= SASLLogin.messageByteCountMax
        else {
            return answers.error(.invalidArguments)
        }
        let message = packet.extracting(request.value)
        let outcome =
            request.opcode == .authenticate
            ? self.sasl?.start(mechanism: packet.extracting(request.key), message: message)
            : self.sasl?.step(message: message)
        switch outcome {
        case .accepted:
            answers.head(value: SASLLogin.welcome.utf8CodeUnitCount)
            executor.output.append(SASLLogin.welcome)
        case .continues: answers.head(.authenticationContinues)
        case .refused, nil: answers.error(.authenticationError)
        }
    }
}
