import Base
import DaemonKit
import HTTPProtocol
import Logging
import SystemInterface

/// Writes what went wrong with a request, as nginx's error log has it:
///
/// ```
/// 2026/11/24 04:13:34 [error] 812#812: *7 connect() failed (Connection refused) while connecting
/// to upstream, client: 127.0.0.1, server: localhost, request: "GET / HTTP/1.1", upstream: "…",
/// host: "…"
/// ```
/// Lines for the standard error stream go through the daemon's logger, so the journal knows their
/// level. Loop thread only.
struct ErrorLog {
    let files: LogFiles
    let logger: Logger

    /// Logs a line when the location wants lines of this level.
    func log(_ level: ErrorLogSettings.Level, _ text: String, of exchange: Exchange) {
        let settings = exchange.location.settings.errorLog
        guard level >= settings.level else { return }
        let line = "*\(exchange.connectionNumber) \(text)" + Self.circumstances(exchange)
        switch settings.target {
        case .off: return
        case .standardError:
            self.logger.log(
                level: level.loggerLevel, "\(line)", metadata: Self.fields(of: exchange))
        case .file(let path):
            let output = ByteBuffer(capacity: 256)
            LocalTime.append(.errorLog, exchange.unixNanoseconds, to: output)
            let process = Processes.identifier
            output.append(" [\(level.word)] \(process)#\(process): \(line)\n")
            do {
                try self.files.file(path).write(output)
            } catch {
                self.logger.error("\(error.summary)")
            }
        }
    }

    /// What the line can be found by. The session is the one of Tomcat's cookie.
    private static func fields(of exchange: Exchange) -> Logger.Metadata {
        let request = ByteBuffer(capacity: 32)
        RequestIdentifier.append(of: exchange, to: request)
        let head = exchange.head
        let session = head.cookie("JSESSIONID").map { SessionName.hash(of: head.string($0)) }
        return LogField.metadata(
            client: exchange.peerHostText, session: session, request: request.makeString())
    }

    private static func circumstances(_ exchange: Exchange) -> String {
        let head = exchange.head
        var text = ", client: \(exchange.peerHostText), server: \(exchange.server.name)"
        if !head.requestLine.isEmpty {
            text += ", request: \"\(Self.shown(head.bytes(head.requestLine)))\""
        }
        if let address = exchange.upstreamTries.last?.address {
            text += ", upstream: \"http://\(address)\""
        }
        if !head.authority.isEmpty {
            text += ", host: \"\(Self.shown(head.bytes(head.authority)))\""
        }
        return text
    }

    /// Text from outside without session ids that somebody could use, and harmless.
    private static func shown(_ bytes: Span<UInt8>) -> String {
        let output = ByteBuffer(capacity: bytes.count)
        AccessLogLine.escape(bytes, .hexadecimal, to: output)
        return Redacted.text(output.makeString())
    }
}

extension ErrorLogSettings.Level {
    /// The level of the daemon's own logger that says the same.
    var loggerLevel: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warn: .warning
        case .error: .error
        case .crit, .alert, .emerg: .critical
        }
    }
}
