import Base
import CacheStorage
import MemcacheProtocol

// Values that go into their items while they come.
extension CommandSession {
    /// Whether the value that was arriving is there, and nothing has to follow it.
    var hasArrived: Bool {
        guard let arrival = self.arrival else { return false }
        return arrival.item.missingByteCount == 0 && arrival.command.endByteCount == 0
    }

    /// Begins an item for a value that is too large to be waited for in the input; of others, and
    /// while more must come, answers false. `head` is the line, or the packet as far as the value.
    func begin(
        _ command: ValueArrival.Command, _ head: Span<UInt8>, _ key: Span<UInt8>,
        _ input: ByteBuffer, _ headByteCount: Int, _ executor: CommandExecutor
    ) -> Bool {
        guard command.valueByteCount >= ValueArrival.byteCountMin else { return false }
        let (item, refusal) = executor.store.begin(
            key, byteCount: command.valueByteCount, executor.request(command, head),
            now: executor.now)
        self.missingByteCount = 0
        guard let item else {
            executor.answer(refusal, to: command, head)
            input.consume(headByteCount)
            self.skipCount = command.valueByteCount + command.endByteCount
            return true
        }
        let arrival = ValueArrival(command, head: head.makeArray(), item: item)
        self.arrival = arrival
        input.consume(headByteCount)
        return self.take(input, for: arrival, executor)
    }

    /// Takes what has come of a value; false when more must come.
    func take(_ input: ByteBuffer, for arrival: ValueArrival, _ executor: CommandExecutor) -> Bool {
        let (item, head) = (arrival.item, arrival.head)
        let end = arrival.command.endByteCount
        let missing = item.missingByteCount
        let count = min(missing, input.count)
        let bytes = input.bytes
        guard item.append(bytes.extracting(0..<count), now: executor.now) else {
            self.arrival = nil
            // As when there is no room from the start, an old value gives way.
            if executor.request(arrival.command, head.span).mode == .set {
                item.removeOld(now: executor.now)
            }
            executor.answerOutOfMemory(to: arrival.command, head.span)
            self.skipCount = missing + end
            return true
        }
        if count > 0 { input.consume(count) }
        guard count == missing, input.count >= end else {
            self.missingByteCount = missing - count + end - input.count
            return false
        }
        let rest = input.bytes
        if end == 0 || rest[0] == 0x0D && rest[1] == 0x0A {
            guard self.store(arrival, executor) else { return false }
        } else {
            item.countStore()
            if !arrival.command.isSilent { executor.output.append(Answers.badDataChunk) }
        }
        self.arrival = nil
        input.consume(end)
        return true
    }

    /// Stores a value that has arrived; false when others are to have their turn first.
    private func store(_ arrival: ValueArrival, _ executor: CommandExecutor) -> Bool {
        let headBytes = arrival.head
        let (head, item) = (headBytes.span, arrival.item)
        switch arrival.command {
        case .text(let command):
            let key = head.extracting(command.key)
            guard
                let ready = self.ready(
                    key, executor.request(command), isJoin: command.verb.isJoin, Span(),
                    item: item, executor)
            else { return false }
            executor.store(command, key, Span(), arrived: ready)
        case .meta(let key, let flags, let request):
            guard
                let ready = self.readyMeta(
                    head.extracting(key), request, Span(), item: item, executor)
            else { return false }
            executor.metaSet(head, key, flags, request, Span(), arrived: ready)
        case .binary(let request):
            guard
                let ready = self.ready(
                    head.extracting(request.key), executor.request(request, head),
                    isJoin: request.opcode.isJoin, Span(), item: item, executor)
            else { return false }
            executor.store(request, head, arrived: ready)
        }
        return true
    }
}

extension CommandExecutor {
    /// What a command wants stored, besides key and value.
    fileprivate func request(
        _ command: ValueArrival.Command, _ head: Span<UInt8>
    ) -> CacheStore.StoreRequest {
        switch command {
        case .text(let command): self.request(command)
        case .meta(_, _, let request): self.request(request)
        case .binary(let request): self.request(request, head)
        }
    }

    /// Answers that there is no memory for the rest of a value.
    fileprivate func answerOutOfMemory(to command: ValueArrival.Command, _ head: Span<UInt8>) {
        switch command {
        case .binary(let request):
            BinaryAnswers(to: request.header, self.output)
                .error(.outOfMemory, "Out of memory during read")
        case _ where command.isSilent: break
        default: self.output.append("SERVER_ERROR Out of memory during read\r\n")
        }
    }

    /// Answers why a value is not taken.
    fileprivate func answer(
        _ refusal: CacheStore.StoreOutcome, to command: ValueArrival.Command, _ head: Span<UInt8>
    ) {
        switch command {
        case .text(let command): self.answer(refusal, isSilent: command.isSilent)
        case .meta: self.answer(refusal, isSilent: false)
        case .binary(let request):
            self.answer(refusal, cas: 0, self.request(request, head).mode, to: request)
        }
    }
}
