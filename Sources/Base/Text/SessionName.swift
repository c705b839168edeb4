/// What a session is called where its id must not stand.
package enum SessionName {
    /// A name that is the same in all logs and of no use to anybody: 16 digits of the SHA-256 of an
    /// id without route and node (`printf %s ID | sha256sum`).
    package static func hash(of id: String) -> String {
        SHA256.hexadecimal(String(id.prefix { $0 != "-" && $0 != "." }), digitCount: 16)
    }
}
