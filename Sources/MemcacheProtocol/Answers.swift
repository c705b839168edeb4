/// The protocol's fixed answers.
package enum Answers {
    /// The answer for: error.
    package static let error: StaticString = "ERROR\r\n"
    /// The answer for: bad format.
    package static let badFormat: StaticString = "CLIENT_ERROR bad command line format\r\n"
    /// The answer for: bad data chunk.
    package static let badDataChunk: StaticString = "CLIENT_ERROR bad data chunk\r\n"
    /// The answer for: bad expiry.
    package static let badExpiry: StaticString = "CLIENT_ERROR invalid exptime argument\r\n"
    /// The answer for: bad delta.
    package static let badDelta: StaticString = "CLIENT_ERROR invalid numeric delta argument\r\n"
    /// The answer for: flags of `ma` that are none.
    package static let badArithmeticFlags: StaticString =
        "CLIENT_ERROR invalid or duplicate flag\r\n"
    /// The answer for: more flags than a meta command has.
    package static let tooManyFlags: StaticString = "CLIENT_ERROR options flags are too long\r\n"
    /// The answer for: not a number.
    package static let notANumber: StaticString =
        "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
    /// The answer for: too large.
    package static let tooLarge: StaticString = "SERVER_ERROR object too large for cache\r\n"
    /// The answer for: out of memory.
    package static let outOfMemory: StaticString =
        "SERVER_ERROR out of memory storing object\r\n"
    /// The answer for: too many connections.
    package static let tooManyConnections: StaticString = "ERROR Too many open connections\r\n"
    /// The answer for: shutdown disabled.
    package static let shutdownDisabled: StaticString =
        "SERVER_ERROR: shutdown not enabled\r\n"
    /// The answer for: a crawler that is switched off.
    package static let crawlerDisabled: StaticString = "CLIENT_ERROR lru crawler disabled\r\n"
    /// The answer for: a flush that `-F` forbids.
    package static let flushNotAllowed: StaticString = "CLIENT_ERROR flush_all not allowed\r\n"
    /// The answer for: a number that is no class.
    package static let badClass: StaticString = "BADCLASS invalid class id\r\n"
    /// The answer for: external storage, which is left out.
    package static let noExternalStorage: StaticString =
        "CLIENT_ERROR external storage is left out; see Docs/compatibility.md\r\n"
    /// The answer for: opaque token too long.
    package static let opaqueTooLong: StaticString = "CLIENT_ERROR opaque token too long\r\n"
    /// The answer for: stored.
    package static let stored: StaticString = "STORED\r\n"
    /// The answer for: not stored.
    package static let notStored: StaticString = "NOT_STORED\r\n"
    /// The answer for: exists.
    package static let exists: StaticString = "EXISTS\r\n"
    /// The answer for: not found.
    package static let notFound: StaticString = "NOT_FOUND\r\n"
    /// The answer for: deleted.
    package static let deleted: StaticString = "DELETED\r\n"
    /// The answer for: touched.
    package static let touched: StaticString = "TOUCHED\r\n"
    /// The answer for: ok.
    package static let ok: StaticString = "OK\r\n"
    /// The answer for: end.
    package static let end: StaticString = "END\r\n"
    /// The answer for: reset.
    package static let reset: StaticString = "RESET\r\n"
    /// Said to a client that has to log in first.
    package static let unauthenticated: StaticString = "CLIENT_ERROR unauthenticated\r\n"
    /// A login that is no user and password of ours.
    package static let loginFailed: StaticString = "CLIENT_ERROR authentication failure\r\n"
    /// A login without a blank between user and password.
    package static let loginWithoutBlank: StaticString =
        "CLIENT_ERROR bad authentication token format\r\n"
    /// A login of more bytes than are taken.
    package static let loginTooLong: StaticString = "CLIENT_ERROR auth token too long\r\n"
    /// A login that does not end where its line says.
    package static let loginEndsBadly: StaticString =
        "CLIENT_ERROR bad command line termination\r\n"
}
