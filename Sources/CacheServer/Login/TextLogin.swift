import Base
import MemcacheProtocol

/// What a text client says before anything else with `-Y`: a `set` of `user password`, under any
/// key. All else is `CLIENT_ERROR unauthenticated`.
struct TextLogin {
    /// The longest login that is taken, as in memcached.
    private static let byteCountMax = 16_384
    /// No login is shorter: with a shorter line memcached ends the connection, and waits for the
    /// third byte before that.
    private static let lineByteCountMin = 6, firstByteCount = 3

    /// What a step came to.
    enum Step { case needsMore, refused, accepted, mustClose }

    private let file: CredentialsFile
    /// How many bytes the login has, its line end included, once its line was read.
    private var awaited: Int?

    init(_ file: CredentialsFile) { self.file = file }

    /// Takes the next line or the login itself from the input.
    mutating func step(_ input: ByteBuffer, _ output: ByteBuffer) -> Step {
        if let awaited = self.awaited {
            guard input.count >= awaited else { return .needsMore }
            self.awaited = nil
            defer { input.consume(awaited) }
            let bytes = input.bytes
            return self.logIn(bytes.extracting(0..<awaited), output)
        }
        let bytes = input.bytes
        guard bytes.count >= Self.firstByteCount else { return .needsMore }
        guard let end = bytes.firstIndex(of: 0x0A) else {
            return bytes.count > ProtocolLimits.lineByteCountMax ? .mustClose : .needsMore
        }
        guard end >= Self.lineByteCountMin else { return .mustClose }
        defer { input.consume(end + 1) }
        let lineEnd = end > 0 && bytes[end - 1] == 0x0D ? end - 1 : end
        guard let byteCount = Self.byteCount(bytes.extracting(0..<lineEnd)) else {
            output.append(Answers.unauthenticated)
            return .refused
        }
        guard byteCount <= Self.byteCountMax else {
            output.append(Answers.loginTooLong)
            return .refused
        }
        self.awaited = byteCount + 2
        return .refused
    }

    /// The size on a `set`'s line; nil when it is none.
    private static func byteCount(_ line: Span<UInt8>) -> Int? {
        var words = TokenReader(0..<line.count)
        // As memcached, which looks at the line's first letters alone.
        guard line.hasPrefix("set"), words.next(line) != nil,
            words.next(line) != nil, words.next(line) != nil, words.next(line) != nil,
            let size = words.next(line), let count = line.extracting(size).number32()
        else { return nil }
        return Int(count)
    }

    private func logIn(_ block: Span<UInt8>, _ output: ByteBuffer) -> Step {
        let end = block.count - 2
        guard block.extracting(end..<block.count).isEqual(to: "\r\n") else {
            output.append(Answers.loginEndsBadly)
            return .refused
        }
        guard let blank = block.firstIndex(of: 0x20) else {
            output.append(Answers.loginWithoutBlank)
            return .refused
        }
        let user = block.extracting(0..<blank)
        let password = block.extracting((blank + 1)..<end)
        guard self.file.accepts(user: user, password: password) else {
            output.append(Answers.loginFailed)
            return .refused
        }
        output.append(Answers.stored)
        return .accepted
    }
}
