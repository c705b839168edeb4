/// The protocol's fixed answers.
package enum Answers {
    package static let error: StaticString = "ERROR\r\n"
    package static let badFormat: StaticString = "CLIENT_ERROR bad command line format\r\n"
    package static let badDataChunk: StaticString = "CLIENT_ERROR bad data chunk\r\n"
    package static let badExpiry: StaticString = "CLIENT_ERROR invalid exptime argument\r\n"
    package static let badDelta: StaticString = "CLIENT_ERROR invalid numeric delta argument\r\n"
    package static let badDelete: StaticString =
        "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n"
    package static let notANumber: StaticString =
        "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
    package static let tooLarge: StaticString = "SERVER_ERROR object too large for cache\r\n"
    package static let outOfMemory: StaticString =
        "SERVER_ERROR out of memory storing object\r\n"
    package static let tooManyConnections: StaticString = "ERROR Too many open connections\r\n"
    package static let shutdownDisabled: StaticString =
        "ERROR: shutdown not enabled\r\n"
    package static let stored: StaticString = "STORED\r\n"
    package static let notStored: StaticString = "NOT_STORED\r\n"
    package static let exists: StaticString = "EXISTS\r\n"
    package static let notFound: StaticString = "NOT_FOUND\r\n"
    package static let deleted: StaticString = "DELETED\r\n"
    package static let touched: StaticString = "TOUCHED\r\n"
    package static let ok: StaticString = "OK\r\n"
    package static let end: StaticString = "END\r\n"
    package static let reset: StaticString = "RESET\r\n"
}
