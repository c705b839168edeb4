import Base
import SystemInterface

/// The `$upstream_…` variables: one value for each server tried, `, ` between them, ` : ` where an
/// internal redirect led to another group, `-` where there is no value.
enum UpstreamVariables {
    static func append(
        _ variable: BuiltinVariable, _ tries: [UpstreamTry], to output: ByteBuffer
    ) -> Bool {
        guard !tries.isEmpty else { return false }
        for (index, attempt) in tries.enumerated() {
            if index > 0 {
                output.append(attempt.beginsNewGroup ? " : " as StaticString : ", ")
            }
            self.append(variable, attempt, to: output)
        }
        return true
    }

    private static func append(
        _ variable: BuiltinVariable, _ attempt: UpstreamTry, to output: ByteBuffer
    ) {
        switch variable {
        case .upstreamAddress:
            output.append(attempt.address?.description ?? attempt.groupName)
        case .upstreamStatus:
            if attempt.status > 0 {
                output.append(decimal: attempt.status)
            } else {
                output.append(UInt8(ascii: "-"))
            }
        case .upstreamConnectTime: self.append(attempt.connectTime, to: output)
        case .upstreamHeaderTime: self.append(attempt.headerTime, to: output)
        case .upstreamResponseTime: self.append(attempt.responseTime, to: output)
        case .upstreamResponseLength: output.append(decimal: Int(attempt.bodyByteCount))
        case .upstreamBytesReceived: output.append(decimal: Int(attempt.receivedByteCount))
        case .upstreamBytesSent: output.append(decimal: Int(attempt.sentByteCount))
        default: output.append(UInt8(ascii: "-"))
        }
    }

    private static func append(_ time: Duration?, to output: ByteBuffer) {
        guard let time else {
            output.append(UInt8(ascii: "-"))
            return
        }
        VariableEvaluator.appendSeconds(time, to: output)
    }
}

extension SocketAddress {
    /// The address in network order: 4 or 16 bytes, none for a UNIX socket. What `ip_hash` works
    /// on.
    package var networkBytes: [UInt8] {
        switch self {
        case .ipv4(let address, _):
            return (0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * $0)) }
        case .ipv6(let bytes, _): return bytes
        case .unix: return []
        }
    }
}
