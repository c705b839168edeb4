import Base
import DaemonKit
import Logging
import MemcacheProtocol
import SystemInterface

// Commands in the log, for `-vv`: as memcached prints them, `<31 get abc`, `>31 END`.
extension CommandSession {
    /// Words are cut to so many characters, as keys may be names of sessions.
    private static let wordByteCountMax = 8
    private static let lineByteCountMax = 120

    /// Executes the first command and logs it with the first line of its answer.
    /// `input` is not empty.
    func executeLogged(
        _ input: ByteBuffer, _ executor: CommandExecutor, _ execute: () -> Bool
    ) -> Bool {
        let bytes = input.bytes
        let told = bytes[0] == BinaryHeader.requestMagic ? "binary" : Self.firstLine(bytes)
        let start = executor.output.count
        guard execute() else { return false }
        let logger = self.service.daemon.logger
        let number = self.record?.descriptor ?? -1
        let metadata = LogField.metadata(client: self.record?.peerAddress.description)
        logger.debug("<\(number) \(told)", metadata: metadata)
        let answer = executor.output.bytes
        if answer.count > start, told != "binary" {
            let line = Self.firstLine(answer.extracting(start..<answer.count))
            logger.debug(">\(number) \(line)", metadata: metadata)
        }
        return true
    }

    /// A line's words, those behind the first cut; what is not ASCII becomes dots.
    private static func firstLine(_ bytes: Span<UInt8>) -> String {
        let end = min(bytes.firstIndex(of: 0x0A) ?? bytes.count, Self.lineByteCountMax)
        let line = bytes.extracting(0..<end)
        let text = line.makeArray().map { (0x20..<0x7F).contains($0) ? $0 : 0x2E }
        let words = text.split(separator: 0x20, omittingEmptySubsequences: false)
        return words.enumerated().map { index, word in
            let isWhole = index == 0 || word.count <= Self.wordByteCountMax
            let shown = isWhole ? word : word.prefix(Self.wordByteCountMax) + Array("…".utf8)[...]
            return String(decoding: shown, as: UTF8.self)
        }.joined(separator: " ")
    }
}
