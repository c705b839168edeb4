import Base
import HTTPProtocol
import HTTPTransport
import SystemInterface

/// Writes the head of the request that a server gets. Loop thread only.
struct UpstreamRequestWriter {
    let exchange: Exchange
    let plan: ProxyPlan

    /// Appends the whole head for a body that is framed so.
    func append(_ framing: BodyFraming, to output: ByteBuffer) {
        self.appendMethod(to: output)
        self.appendTarget(to: output)
        output.append(
            self.plan.settings.minorVersion == 0 ? " HTTP/1.0\r\n" as StaticString : " HTTP/1.1\r\n"
        )
        for field in self.plan.fields {
            let start = output.count
            output.append(field.prefix)
            let valueStart = output.count
            FieldValue.append(field.value, of: self.exchange, to: output)
            if output.count == valueStart {
                output.truncate(to: start)
            } else {
                output.append("\r\n" as StaticString)
            }
        }
        self.appendConnection(to: output)
        if self.plan.settings.passesRequestFields { self.appendClientFields(to: output) }
        self.appendVia(to: output)
        switch framing {
        case .none:
            // A server may wait for the length of what could have a body.
            switch self.exchange.method {
            case .post, .put, .patch: output.append("Content-Length: 0\r\n" as StaticString)
            default: break
            }
        case .length(let count): output.appendField("Content-Length", decimal: count)
        case .chunked: output.append("Transfer-Encoding: chunked\r\n" as StaticString)
        case .untilClose: preconditionFailure("a request's body has an end")
        }
        output.appendHeadEnd()
    }

    private func appendMethod(to output: ByteBuffer) {
        let head = self.exchange.head
        if let method = self.plan.settings.method {
            VariableEvaluator.append(method, of: self.exchange, to: output)
        } else if self.exchange.method == head.method {
            output.append(head.bytes(head.methodRange))
        } else {
            output.append("GET" as StaticString)
        }
        output.append(0x20)
    }

    /// The path and arguments as the server is to see them.
    private func appendTarget(to output: ByteBuffer) {
        let exchange = self.exchange
        let head = exchange.head
        switch self.plan.settings.path {
        case .unchanged:
            if exchange.isTargetUnchanged {
                output.append(head.bytes(head.path))
                if let query = head.query {
                    output.append(UInt8(ascii: "?"))
                    output.append(head.bytes(query))
                }
            } else {
                let path = exchange.path
                PercentCoding.append(path.bytes, for: .path, to: output)
                self.appendArguments(to: output)
            }
        case .replacingPrefix(let matched, let replacement):
            let path = exchange.path
            let rest = path.bytes.extracting(min(matched, path.count)..<path.count)
            let first = replacement.first ?? (rest.isEmpty ? 0 : rest[0])
            if first != UInt8(ascii: "/") { output.append(UInt8(ascii: "/")) }
            output.append(replacement)
            PercentCoding.append(rest, for: .path, to: output)
            self.appendArguments(to: output)
        case .value(let value):
            FieldValue.appendTarget(VariableEvaluator.bytes(value, of: exchange), to: output)
        case .pattern(let value):
            self.appendPath(value, to: output)
            self.appendArguments(to: output)
        }
    }

    /// A path whose texts are encoded already and whose variables are not.
    private func appendPath(_ value: ComplexValue, to output: ByteBuffer) {
        let path = ByteBuffer(capacity: 128)
        for part in value.parts {
            switch part {
            case .text(let bytes): path.append(bytes)
            case .variable(let reference):
                let piece = VariableEvaluator.bytes(
                    ComplexValue(parts: [.variable(reference)]), of: self.exchange)
                PercentCoding.append(piece.span, for: .path, to: path)
            }
        }
        FieldValue.appendTarget(path.makeArray(), to: output)
    }

    private func appendArguments(to output: ByteBuffer) {
        guard !self.exchange.arguments.isEmpty else { return }
        output.append(UInt8(ascii: "?"))
        output.append(self.exchange.arguments)
    }

    /// HTTP/1.1 keeps connections without a word; HTTP/1.0 is told that the connection ends.
    private func appendConnection(to output: ByteBuffer) {
        if let upgrade = self.plan.upgrade { self.append("Upgrade: ", upgrade, to: output) }
        if let connection = self.plan.connection {
            self.append("Connection: ", connection, to: output)
        } else if self.plan.settings.minorVersion == 0 {
            output.append("Connection: close\r\n" as StaticString)
        }
    }

    /// Appends a field, unless its value is empty for this request.
    private func append(_ name: StaticString, _ value: ComplexValue, to output: ByteBuffer) {
        if value.parts.isEmpty { return }
        let start = output.count
        output.append(name)
        let valueStart = output.count
        FieldValue.append(value, of: self.exchange, to: output)
        if output.count == valueStart {
            output.truncate(to: start)
        } else {
            output.append("\r\n" as StaticString)
        }
    }

    private func appendClientFields(to output: ByteBuffer) {
        let head = self.exchange.head
        let dropsUnderscores = !self.exchange.server.connection.allowsUnderscores
        for field in head.fields {
            if self.plan.replaced.contains(field, of: head) || head.isHopByHop(field) { continue }
            // Programs that know fields by variables take `_` and `-` for the same: a field like
            // X_Real_IP would stand for the one that is set here.
            if dropsUnderscores, field.known == .other,
                head.bytes(field.name).firstIndex(of: UInt8(ascii: "_")) != nil
            {
                continue
            }
            if field.known == .via,
                self.plan.settings.via == .block || self.plan.settings.via == .on
                    || self.plan.settings.via == .full
            {
                continue
            }
            output.appendField(field, of: head)
        }
    }

    private func appendVia(to output: ByteBuffer) {
        guard self.plan.settings.via == .on || self.plan.settings.via == .full else { return }
        let head = self.exchange.head
        output.append("Via: " as StaticString)
        for field in head.fields where field.known == .via {
            output.append(head.bytes(field.value))
            output.append(", " as StaticString)
        }
        ViaField.append(head.minorVersion, of: self.exchange, self.plan.settings.via, to: output)
        output.append("\r\n" as StaticString)
    }
}

/// What a proxy says of itself in `Via` (RFC 9110 section 7.6.3), as httpd writes it.
enum ViaField {
    /// Appends `1.1 NAME[:PORT]`, with the program behind it where `full` asks for it.
    static func append(
        _ minorVersion: UInt8, of exchange: Exchange, _ policy: ViaPolicy, to output: ByteBuffer
    ) {
        output.append(minorVersion == 0 ? "1.0 " as StaticString : "1.1 ")
        let name = exchange.server.name
        output.append(name.isEmpty ? exchange.localAddress.hostText : name)
        // As in httpd the port is the one that the client named, not the one that is listened at.
        let head = exchange.head
        let host = ByteRange(Int(head.host.end), Int(head.authority.end))
        if !head.authority.isEmpty, !host.isEmpty, !head.bytes(host).isEqual(to: ":80") {
            output.append(head.bytes(host))
        }
        if policy == .full { output.append(" (\(ProgramVersion.signature))") }
    }
}
