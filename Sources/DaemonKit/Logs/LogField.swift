package import Logging

/// What a log line carries beside its text, so that all lines of a client, a session or a request
/// can be found: fields of their own in the journal, `name=value` at the end of a line for people.
package enum LogField: String, CaseIterable, Sendable {
    /// Who asked: an address, or a user at the control socket.
    case client
    /// The session, as `SessionName.hash` has it.
    case session
    /// The request: what `$request_id` is in balancerd and comes as X-Request-ID to sessiond.
    case request

    /// The field's name in the journal.
    var journalName: String { "HOLDFAST_" + self.rawValue.uppercased() }

    /// The metadata of a line with the fields that are known.
    package static func metadata(
        client: String? = nil, session: String? = nil, request: String? = nil
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        for (field, value) in [(Self.client, client), (.session, session), (.request, request)] {
            if let value { metadata[field.rawValue] = "\(value)" }
        }
        return metadata
    }

    /// A value as it may be written: without session ids, and harmless. Names of requests, which
    /// look like session ids but for the case of their letters, stay whole; what is no such name is
    /// left out.
    func shown(_ value: String) -> String? {
        if self != .request { return Redacted.text(value) }
        let isName = value.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
        }
        return isName && value.utf8.count <= Self.requestByteCountMax ? value : nil
    }

    /// Bytes of a request's name.
    private static let requestByteCountMax = 64
}
