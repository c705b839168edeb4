import Base
import HTTPProtocol

/// How requests of a location are passed on: its settings, and what follows from them, looked up
/// once instead of with each request: which fields are set, which are replaced, which are hidden.
///
/// An object, so that a request takes hold of one thing instead of copying twenty; each loop has
/// its own, so that loops do not count references to the same one.
final class ProxyPlan {
    /// A field that is set in requests.
    struct Field {
        /// `Name: `, ready to be written.
        let prefix: [UInt8]
        let value: ComplexValue
    }

    /// Names of fields: known ones as bits, others in lower case.
    struct Names {
        private var known: UInt64 = 0
        private var others: [[UInt8]] = []

        init(_ names: some Sequence<String>) {
            for name in names {
                let lower = Array(name.lowercased().utf8)
                let field = KnownField(name: lower.span)
                if field == .other {
                    self.others.append(lower)
                } else {
                    self.known |= 1 << UInt64(field.rawValue)
                }
            }
        }

        func contains(_ field: HeaderField, of head: MessageHead) -> Bool {
            if field.known != .other { return self.contains(field.known) }
            guard !self.others.isEmpty else { return false }
            let name = head.bytes(field.name)
            return self.others.contains { HTTPText.isEqualIgnoringCase($0.span, name) }
        }

        func contains(_ field: KnownField) -> Bool {
            self.known & (1 << UInt64(field.rawValue)) != 0
        }
    }

    /// What the configuration says.
    let settings: ProxySettings
    /// The fields that are set, without those that only the connection may decide.
    let fields: [Field]
    /// What the configuration says of Connection and Upgrade.
    let connection: ComplexValue?, upgrade: ComplexValue?
    /// Fields of the client that the set ones stand for.
    let replaced: Names
    /// Fields of answers that are not passed on.
    let hidden: Names

    /// Makes the plan of a location.
    init(_ settings: ProxySettings) {
        self.settings = settings
        let ownNames: Set<String> = [
            "connection", "upgrade", "content-length", "transfer-encoding", "keep-alive", "te",
        ]
        self.fields = settings.requestFields.filter { !ownNames.contains($0.name.lowercased()) }
            .map { Field(prefix: Array("\($0.name): ".utf8), value: $0.value) }
        func value(of name: String) -> ComplexValue? {
            settings.requestFields.last { $0.name.lowercased() == name }?.value
        }
        self.connection = value(of: "connection")
        self.upgrade = value(of: "upgrade")
        self.replaced = Names(settings.requestFields.map(\.name) + ["content-length", "expect"])
        self.hidden = Names(settings.hiddenFields)
    }

    /// The same for another target: a host, port and path that are known with the request only.
    init(_ plan: ProxyPlan, settings: ProxySettings) {
        self.settings = settings
        self.fields = plan.fields
        self.connection = plan.connection
        self.upgrade = plan.upgrade
        self.replaced = plan.replaced
        self.hidden = plan.hidden
    }
}
