import Base
import EventLoop
import HTTPProtocol
import HTTPTransport
import SystemInterface

/// Writes access log lines; keeps the text of the present second. Loop thread only.
final class AccessLogText {
    private var second = Int64.min
    private let secondText = ByteBuffer()

    /// Appends one line for an exchange whose answer is complete.
    func append(_ pattern: AccessLogPattern, exchange: Exchange, to output: ByteBuffer) {
        for item in pattern.items {
            self.append(item, exchange, usesRemoteIP: pattern.usesRemoteIP, to: output)
        }
        output.append(0x0A)
    }

    private func append(
        _ item: AccessLogPattern.Item, _ exchange: Exchange, usesRemoteIP: Bool,
        to output: ByteBuffer
    ) {
        let head = exchange.head
        switch item {
        case .text(let text): output.append(text)
        case .remoteAddress, .remoteHost:
            output.append(exchange.remoteAddress)
        case .localAddress: output.append(exchange.connection.connection.localAddress.hostText)
        case .serverName: output.append(exchange.serverName)
        case .localPort: output.append(decimal: exchange.serverPort)
        case .remotePort:
            output.append(decimal: Int(exchange.connection.connection.peerAddress.port ?? 0))
        case .bytesOrDash, .bytes:
            let count = exchange.connection.responseBodyByteCount
            if count == 0, item == .bytesOrDash {
                output.append(UInt8(ascii: "-"))
            } else {
                output.append(decimal: count)
            }
        case .requestProtocol: output.append(head.minorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1")
        case .method: Self.append(head.bytes(head.methodRange), to: output)
        case .query:
            if let query = head.query {
                output.append(UInt8(ascii: "?"))
                Self.append(head.bytes(query), to: output)
            }
        case .requestLine: Self.append(head.bytes(head.requestLine), to: output)
        case .path: output.append(exchange.uri)
        case .logicalUser, .user: output.append(UInt8(ascii: "-"))
        case .status: output.append(decimal: exchange.connection.status)
        case .sessionIdentifier:
            let session = (try? exchange.session?.session(create: false)) ?? nil
            output.append(session?.id ?? "-")
        case .thread: output.append(exchange.connection.loop.name)
        case .connectionState:
            output.append(exchange.connection.keepsConnection ? "+" : "-")
        case .time(let format, let isEnd): self.append(format, exchange, isEnd, to: output)
        case .elapsedMicroseconds: output.append(decimal: Self.elapsed(exchange) / 1_000)
        case .elapsedSeconds: output.append(decimal: Self.elapsed(exchange) / 1_000_000_000)
        case .commitMilliseconds: output.append(decimal: Self.elapsed(exchange) / 1_000_000)
        case .elapsed(let divisor): output.append(decimal: Self.elapsed(exchange) / Int(divisor))
        case .requestHeader(let name):
            if let place = head.value(named: name) {
                Self.append(head.bytes(place), to: output)
            } else {
                output.append(UInt8(ascii: "-"))
            }
        case .responseHeader(let name): output.append(exchange.response.field(name) ?? "-")
        case .cookie(let name):
            output.append(head.cookie(name).map { head.string($0) } ?? "-")
        case .requestAttribute: output.append(UInt8(ascii: "-"))
        case .sessionAttribute(let name):
            let session = (try? exchange.session?.session(create: false)) ?? nil
            output.append(session?.attribute(name).map { SessionValueText.text($0) } ?? "-")
        }
    }

    /// Appends what a client sent; bytes that could break or forge a line are written as `\xNN`.
    private static func append(_ bytes: Span<UInt8>, to output: ByteBuffer) {
        if bytes.isEmpty { return output.append(UInt8(ascii: "-")) }
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"")
                || byte == UInt8(ascii: "\\")
            {
                output.append("\\x")
                output.append(hexadecimal: UInt64(byte), minimumDigits: 2)
            } else {
                output.append(byte)
            }
        }
    }

    private static func elapsed(_ exchange: Exchange) -> Int {
        Int(SystemClock.now().nanoseconds - exchange.connection.requestStart.nanoseconds)
    }

    private func append(
        _ format: AccessLogPattern.TimeFormat, _ exchange: Exchange, _ isEnd: Bool,
        to output: ByteBuffer
    ) {
        let nanoseconds = isEnd ? SystemClock.unixNanoseconds() : exchange.startUnixNanoseconds
        let seconds = nanoseconds / 1_000_000_000
        switch format {
        case .seconds: output.append(decimal: Int(seconds))
        case .milliseconds: output.append(decimal: Int(nanoseconds / 1_000_000))
        case .millisecondsFraction:
            JavaDateFormat.append(
                Int(nanoseconds / 1_000_000 % 1_000), digits: 3, to: output)
        case .commonLog:
            if seconds != self.second {
                self.second = seconds
                self.secondText.clear()
                JavaDateFormat.append(
                    "[dd/MMM/yyyy:HH:mm:ss Z]", unixMilliseconds: seconds * 1_000,
                    offsetSeconds: LocalTime.offsetSeconds(atUnixSeconds: seconds),
                    to: self.secondText)
            }
            output.append(self.secondText)
        case .java(let text):
            JavaDateFormat.append(
                text, unixMilliseconds: nanoseconds / 1_000_000,
                offsetSeconds: LocalTime.offsetSeconds(atUnixSeconds: seconds), to: output)
        }
    }
}
