import Base
import MemcacheProtocol

// Requests of the binary protocol.
extension CommandSession {
    /// Executes the first request; false when it is not all there.
    func executeBinary(_ input: ByteBuffer, _ executor: CommandExecutor) -> Bool {
        let packet = input.bytes
        switch BinaryRequest.parse(packet) {
        case .incomplete(let missing):
            self.missingByteCount = missing
            return false
        case .notARequest:
            self.end(.error)
            return false
        case .refused(let header, let status, let ends):
            BinaryAnswers(to: header, executor.output).error(status)
            if ends { self.end(.error) }
            return self.skipBinary(input, BinaryHeader.byteCount + header.bodyByteCount)
        case .request(let request): return self.executeBinary(request, input, executor)
        }
    }

    private func executeBinary(
        _ request: BinaryRequest, _ input: ByteBuffer, _ executor: CommandExecutor
    ) -> Bool {
        if self.sasl != nil {
            let missing = request.byteCount - input.count
            let isLogin = request.opcode == .authenticate || request.opcode == .authenticateStep
            // A login's message is short: a longer one is not waited for.
            if isLogin, missing > 0, request.value.count <= SASLLogin.messageByteCountMax {
                self.missingByteCount = missing
                return false
            }
            if self.takesAsLogin(request, input.bytes, executor) {
                return self.skipBinary(input, request.byteCount)
            }
        }
        switch request.opcode.loud {
        case .set, .add, .replace, .append, .prepend:
            guard executor.takes(request, input.bytes) else {
                return self.skipBinary(input, request.byteCount)
            }
            let missing = request.byteCount - input.count
            guard missing <= 0 else {
                self.missingByteCount = missing
                let head = input.bytes.extracting(0..<request.value.lowerBound)
                return self.begin(
                    .binary(request), head, head.extracting(request.key), input, head.count,
                    executor)
            }
            let packet = input.bytes
            guard
                let ready = self.ready(
                    packet.extracting(request.key), executor.request(request, packet),
                    isJoin: request.opcode.isJoin, packet.extracting(request.value), executor)
            else { return false }
            executor.store(request, packet, arrived: ready)
        case .flush where !self.service.options.commands.allowsFlush:
            BinaryAnswers(to: request.header, executor.output).error(.authenticationError)
        case .statistics: self.binaryStatistics(request, input.bytes, executor)
        case .quit:
            executor.perform(request, input.bytes)
            self.end(.normal)
        default: executor.perform(request, input.bytes)
        }
        return self.skipBinary(input, request.byteCount)
    }

    /// Passes over a packet, of which a part may still be under way.
    private func skipBinary(_ input: ByteBuffer, _ byteCount: Int) -> Bool {
        let here = min(byteCount, input.count)
        input.consume(here)
        self.skipCount = byteCount - here
        return true
    }

    private func binaryStatistics(
        _ request: BinaryRequest, _ packet: Span<UInt8>, _ executor: CommandExecutor
    ) {
        let answers = BinaryAnswers(to: request.header, executor.output)
        let reports = StatisticsReports(
            service: self.service, now: executor.now, asking: self.record)
        guard let entries = reports.entries(binary: packet.extracting(request.key)) else {
            return answers.error(.keyNotFound)
        }
        for entry in entries { answers.statistic(entry.name, entry.value) }
        answers.statistic("", "")
    }
}
