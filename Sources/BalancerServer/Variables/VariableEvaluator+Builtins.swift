import Base
import HTTPProtocol
import SystemInterface

// The variables with fixed names.

extension VariableEvaluator {
    /// Appends the value of a variable with a fixed name.
    ///
    /// - Returns: false when it has none.
    static func append(
        _ variable: BuiltinVariable, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        switch variable {
        case .args, .queryString:
            output.append(request.arguments)
            return !request.arguments.isEmpty
        case .isArguments:
            if !request.arguments.isEmpty { output.append(UInt8(ascii: "?")) }
            return true
        case .uri, .documentURI:
            output.append(request.path)
            return true
        case .status:
            let status = request.status
            guard status > 0 else { return false }
            if status < 10 { output.append("00" as StaticString) }
            output.append(decimal: status)
            return true
        case .bodyBytesSent: return self.append(request.bodyBytesSent, to: output)
        case .bytesSent: return self.append(request.bytesSent, to: output)
        case .requestLength: return self.append(request.requestByteCount, to: output)
        case .connection:
            output.append(decimal: request.connectionNumber)
            return true
        case .connectionRequests:
            output.append(decimal: request.connectionRequestCount)
            return true
        case .requestTime, .connectionTime:
            self.appendSeconds(request.now - request.startedAt, to: output)
            return true
        case .msec:
            self.appendSeconds(.nanoseconds(request.unixNanoseconds), to: output)
            return true
        case .timeLocal:
            LocalTime.append(.commonLog, request.unixNanoseconds, to: output)
            return true
        case .timeISO8601:
            LocalTime.append(.iso8601, request.unixNanoseconds, to: output)
            return true
        case .pipe:
            output.append(request.isPipelined ? UInt8(ascii: "p") : UInt8(ascii: "."))
            return true
        case .pid:
            output.append(decimal: Int(Processes.identifier))
            return true
        case .requestCompletion:
            if request.isComplete { output.append("OK" as StaticString) }
            return true
        default: return self.appendPlace(variable, of: request, to: output)
        }
    }

    private static func append(_ count: Int64, to output: ByteBuffer) -> Bool {
        output.append(decimal: Int(count))
        return true
    }

    /// Seconds with three decimals, as nginx writes times.
    static func appendSeconds(_ duration: Duration, to output: ByteBuffer) {
        let milliseconds = max(0, duration.milliseconds)
        output.append(decimal: Int(milliseconds / 1_000))
        output.append(UInt8(ascii: "."))
        let rest = milliseconds % 1_000
        if rest < 100 { output.append(UInt8(ascii: "0")) }
        if rest < 10 { output.append(UInt8(ascii: "0")) }
        output.append(decimal: Int(rest))
    }

    /// Who and where: addresses, hosts, names.
    private static func appendPlace(
        _ variable: BuiltinVariable, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        switch variable {
        case .remoteAddress:
            output.append(request.peerHostText)
            return true
        case .binaryRemoteAddress:
            output.append(request.peerAddress.networkBytes)
            return true
        case .remotePort: return self.append(request.peerAddress.port, to: output)
        case .serverAddress:
            output.append(request.localAddress.hostText)
            return true
        case .serverPort: return self.append(request.localAddress.port, to: output)
        case .serverName:
            output.append(request.server.name)
            return true
        case .host:
            let head = request.head
            if head.host.isEmpty {
                output.append(request.server.name)
            } else {
                let host = head.bytes(head.host)
                // nginx takes off the dot at the end of a full name.
                let count =
                    host[host.count - 1] == UInt8(ascii: ".") ? host.count - 1 : host.count
                for index in 0..<count { output.append(host[index].asciiLowercased) }
            }
            return true
        case .hostname:
            output.append(Self.machineName)
            return true
        case .scheme:
            output.append("http" as StaticString)
            return true
        case .https: return false
        case .nginxVersion:
            output.append(ProgramVersion.compatibleNginx)
            return true
        case .proxyHost:
            output.append(request.proxyHost)
            return !request.proxyHost.isEmpty
        case .proxyPort: return self.append(request.proxyPort, to: output)
        case .proxyAddXForwardedFor:
            if self.append(.requestField("x-forwarded-for"), of: request, to: output) {
                output.append(", " as StaticString)
            }
            output.append(request.peerHostText)
            return true
        default: return self.appendRequest(variable, of: request, to: output)
        }
    }

    private static let machineName = HostName.current

    private static func append(_ port: UInt16?, to output: ByteBuffer) -> Bool {
        guard let port else { return false }
        output.append(decimal: Int(port))
        return true
    }

    /// What the client asked for.
    private static func appendRequest(
        _ variable: BuiltinVariable, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        let head = request.head
        switch variable {
        case .request: return self.append(head.requestLine, of: head, to: output)
        case .requestMethod: return self.append(head.methodRange, of: head, to: output)
        case .requestURI: return self.appendTarget(of: head, to: output)
        case .serverProtocol:
            output.append(head.minorVersion == 0 ? "HTTP/1.0" as StaticString : "HTTP/1.1")
            return true
        case .contentLength:
            return self.append(.requestField("content-length"), of: request, to: output)
        case .contentType:
            return self.append(.requestField("content-type"), of: request, to: output)
        case .remoteUser:
            guard let user = BasicCredentials.user(of: head) else { return false }
            output.append(user)
            return true
        case .requestFilename, .httpdFilename: return request.appendFilename(to: output)
        case .documentRoot, .realpathRoot:
            self.append(
                request.location.settings.alias ?? request.location.settings.root, of: request,
                to: output)
            return true
        case .requestID:
            RequestIdentifier.append(of: request, to: output)
            return true
        case .requestBody, .limitRate, .upstreamCacheStatus: return false
        default: return self.appendUpstream(variable, of: request, to: output)
        }
    }

    /// The target as the client sent it; of an absolute one nginx leaves out scheme and host.
    private static func appendTarget(of head: RequestHead, to output: ByteBuffer) -> Bool {
        guard head.targetForm == .absolute else {
            return self.append(head.target, of: head, to: output)
        }
        if head.path.isEmpty { output.append(UInt8(ascii: "/")) }
        output.append(head.bytes(head.path))
        if let query = head.query {
            output.append(UInt8(ascii: "?"))
            output.append(head.bytes(query))
        }
        return true
    }

    private static func append(
        _ range: ByteRange, of head: RequestHead, to output: ByteBuffer
    ) -> Bool {
        guard !range.isEmpty else { return false }
        output.append(head.bytes(range))
        return true
    }

    /// The servers tried, and httpd's own values.
    private static func appendUpstream(
        _ variable: BuiltinVariable, of request: any RequestView, to output: ByteBuffer
    ) -> Bool {
        switch variable {
        case .httpdTime:
            LocalTime.append(.bracketed, request.unixNanoseconds, to: output)
            return true
        case .httpdBodyBytes:
            guard request.bodyBytesSent > 0 else { return false }
            return self.append(request.bodyBytesSent, to: output)
        case .httpdDurationMicroseconds:
            let elapsed = request.now - request.startedAt
            return self.append(elapsed.nanoseconds / 1_000, to: output)
        case .httpdDurationSeconds:
            let elapsed = request.now - request.startedAt
            return self.append(elapsed.nanoseconds / 1_000_000_000, to: output)
        case .httpdConnectionStatus:
            let mark: StaticString = request.keepsConnection ? "+" : "-"
            output.append(request.isComplete ? mark : "X")
            return true
        case .httpdQuery:
            guard !request.arguments.isEmpty else { return true }
            output.append(UInt8(ascii: "?"))
            output.append(request.arguments)
            return true
        case .httpdLocalAddress:
            output.append(request.localAddress.hostText)
            return true
        case .httpdPeerHost:
            // The server that was chosen, as httpd names it in Host; a socket has no host.
            switch request.upstreamTries.last?.address {
            case .unix?, nil: output.append(request.proxyHost)
            case let address?: output.append(address.description)
            }
            return true
        case .httpdWorkerName:
            guard let address = request.upstreamTries.last?.address else { return false }
            output.append("http://\(address)")
            return true
        case .httpdWorkerRoute:
            guard let route = request.upstreamTries.last?.route, !route.isEmpty else {
                return false
            }
            output.append(route)
            return true
        default: return UpstreamVariables.append(variable, request.upstreamTries, to: output)
        }
    }
}
