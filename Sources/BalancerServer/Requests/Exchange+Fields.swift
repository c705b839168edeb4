import Base
import HTTPProtocol
import SystemInterface

// Fields of answers and files, as variables and logs ask for them.

extension Exchange {
    func appendSentField(_ name: String, to output: ByteBuffer) -> Bool {
        if let value = self.sentFields.first(where: { $0.name == name })?.value {
            output.append(value)
            return true
        }
        return self.appendUpstreamField(name, to: output)
    }

    /// What is known of the answer's own fields without keeping all of them.
    private var sentFields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if let contentType = self.sentContentType { fields.append(("content-type", contentType)) }
        if let location = self.sentLocation { fields.append(("location", location)) }
        fields.append(("connection", self.keepsConnection ? "keep-alive" : "close"))
        return fields
    }

    func appendUpstreamField(_ name: String, to output: ByteBuffer) -> Bool {
        guard let head = self.upstreamHead, head.status > 0,
            let range = head.value(named: name)
        else { return false }
        output.append(head.bytes(range))
        return true
    }

    func appendUpstreamCookie(_ name: String, to output: ByteBuffer) -> Bool {
        guard let head = self.upstreamHead else { return false }
        for field in head.fields where field.known == .setCookie {
            let value = head.bytes(field.value)
            var reader = CookieReader()
            guard let pair = reader.next(in: value),
                HTTPText.isEqual(value.extracting(pair.name.range), name)
            else { continue }
            output.append(value.extracting(pair.value.range))
            return true
        }
        return false
    }

    func appendFilename(to output: ByteBuffer) -> Bool {
        let settings = self.location.settings
        if let alias = settings.alias {
            VariableEvaluator.append(alias, of: self, to: output)
            let isPrefix = self.location.kind != .pattern
            let matched = isPrefix ? self.location.name.utf8.count : self.path.count
            let path = self.path
            output.append(path.bytes.extracting(min(matched, path.count)..<path.count))
        } else {
            let before = output.count
            VariableEvaluator.append(settings.root, of: self, to: output)
            if output.count > before, output[output.count - 1] == UInt8(ascii: "/") {
                output.truncate(to: output.count - 1)
            }
            output.append(self.path)
        }
        return true
    }

    /// `http://HOST[:PORT]` as the client knows this server.
    func appendOwnAddress(to output: ByteBuffer) {
        let settings = self.location.settings
        let head = self.head
        output.append("http://" as StaticString)
        if self.configuration.dialect == .httpd, !head.authority.isEmpty {
            // As the client named it, with its port.
            output.append(head.bytes(head.authority))
            return
        }
        if settings.namesServerInRedirect || head.host.isEmpty {
            output.append(self.server.name)
        } else {
            output.append(head.bytes(head.host))
        }
        if settings.namesPortInRedirect, let port = self.localAddress.port, port != 80 {
            output.append(UInt8(ascii: ":"))
            output.append(decimal: Int(port))
        }
    }
}
