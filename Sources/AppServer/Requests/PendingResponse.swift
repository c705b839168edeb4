import Base
import HTTPProtocol

/// The head of an answer that has not left yet.
struct PendingResponse {
    /// The most fields and cookies one answer may have.
    static let fieldCountMax = 200

    var status = 200
    /// What `sendError` was told, for the error page.
    var errorMessage: String?
    /// The type without and the encoding in `Content-Type`.
    var contentType: String? { didSet { self.knownField = nil } }
    var characterEncoding: String? { didSet { self.knownField = nil } }
    /// The `Content-Type` as text, as long as nobody has changed its parts.
    private var knownField: String?
    private(set) var fields: [(name: String, value: String)] = []
    /// Values of `Set-Cookie` fields.
    private(set) var cookies: [String] = []
    /// Whether nothing more is taken: after `sendError`, `sendRedirect`, or when the buffer was
    /// sent.
    var isClosed = false

    mutating func reset() {
        self.status = 200
        self.errorMessage = nil
        self.contentType = nil
        self.characterEncoding = nil
        self.isClosed = false
        if !self.fields.isEmpty { self.fields.removeAll(keepingCapacity: true) }
        if !self.cookies.isEmpty { self.cookies.removeAll(keepingCapacity: true) }
    }

    /// Sets a field in the place of all of its name. Names and values that would break the head,
    /// and fields that the transport writes itself, are left out.
    mutating func setField(_ name: String, _ value: String) {
        let lowered = name.lowercased()
        self.fields.removeAll { $0.name.lowercased() == lowered }
        self.addField(name, value)
    }

    /// Adds a field to those of its name.
    mutating func addField(_ name: String, _ value: String) {
        switch name.lowercased() {
        case "content-type":
            self.takeContentType(value)
            return
        case "content-length", "transfer-encoding", "connection", "date": return
        case "set-cookie":
            self.addCookie(value)
            return
        default: break
        }
        guard self.fields.count < Self.fieldCountMax, HTTPText.isToken(name.utf8.span),
            HTTPText.isFieldValue(value.utf8.span)
        else { return }
        self.fields.append((name, value))
    }

    mutating func addCookie(_ value: String) {
        guard self.cookies.count < Self.fieldCountMax, HTTPText.isFieldValue(value.utf8.span) else {
            return
        }
        self.cookies.append(value)
    }

    func field(_ name: String) -> String? {
        let lowered = name.lowercased()
        if lowered == "content-type" { return self.contentTypeField }
        if lowered == "set-cookie" { return self.cookies.first }
        return self.fields.first { $0.name.lowercased() == lowered }?.value
    }

    /// Takes a type with an optional charset, as `setContentType` does.
    mutating func takeContentType(_ text: String) {
        guard HTTPText.isFieldValue(text.utf8.span) else { return }
        let parts = text.split(separator: ";").map { String($0).trimmedOfWhiteSpace }
        guard let type = parts.first else { return }
        var kept = [type]
        for part in parts.dropFirst() {
            if part.lowercased().hasPrefix("charset=") {
                let name = part.dropFirst(8)
                self.characterEncoding = String(name.filter { $0 != "\"" })
            } else {
                kept.append(part)
            }
        }
        self.contentType = kept.joined(separator: ";")
    }

    /// Takes what a page's directives say, which was put together once for all its runs.
    mutating func take(_ prepared: PreparedContentType) {
        self.contentType = prepared.type
        self.characterEncoding = prepared.encoding
        self.knownField = prepared.field
    }

    /// The value of `Content-Type` as Tomcat writes it.
    var contentTypeField: String? {
        if let known = self.knownField { return known }
        guard let type = self.contentType else { return nil }
        guard let encoding = self.characterEncoding else { return type }
        return "\(type);charset=\(encoding)"
    }
}

/// A page's `Content-Type`, put together once.
struct PreparedContentType {
    let type: String?
    let encoding: String?
    let field: String?

    /// Reads the directive's type; what pages write is UTF-8 unless they name another encoding.
    init(_ text: String, encoding: String?) {
        var response = PendingResponse()
        response.takeContentType(text)
        if response.characterEncoding == nil { response.characterEncoding = encoding ?? "UTF-8" }
        self.type = response.contentType
        self.encoding = response.characterEncoding
        self.field = response.contentTypeField
    }
}
