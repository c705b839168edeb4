import Base

/// A request's method, as far as the servers tell methods apart. The bytes stay in the head.
package enum HTTPMethod: UInt8, Sendable {
    /// The methods of RFC 9110, RFC 5789 and WebDAV (RFC 4918) by their names.
    case get, head, post, put, delete, options, patch, connect, trace
    case mkcol, copy, move, propfind, proppatch, lock, unlock
    /// Any other token.
    case other

    /// The method whose name is `bytes`; names are case-sensitive (RFC 9110 section 9.1).
    package init(_ bytes: Span<UInt8>) {
        switch bytes.count {
        case 3 where bytes.isEqual(to: "GET"): self = .get
        case 3 where bytes.isEqual(to: "PUT"): self = .put
        case 4 where bytes.isEqual(to: "POST"): self = .post
        case 4 where bytes.isEqual(to: "HEAD"): self = .head
        case 4 where bytes.isEqual(to: "COPY"): self = .copy
        case 4 where bytes.isEqual(to: "MOVE"): self = .move
        case 4 where bytes.isEqual(to: "LOCK"): self = .lock
        case 5 where bytes.isEqual(to: "PATCH"): self = .patch
        case 5 where bytes.isEqual(to: "TRACE"): self = .trace
        case 5 where bytes.isEqual(to: "MKCOL"): self = .mkcol
        case 6 where bytes.isEqual(to: "DELETE"): self = .delete
        case 6 where bytes.isEqual(to: "UNLOCK"): self = .unlock
        case 7 where bytes.isEqual(to: "OPTIONS"): self = .options
        case 7 where bytes.isEqual(to: "CONNECT"): self = .connect
        case 8 where bytes.isEqual(to: "PROPFIND"): self = .propfind
        case 9 where bytes.isEqual(to: "PROPPATCH"): self = .proppatch
        default: self = .other
        }
    }

    /// Whether doing it twice is as good as once, as nginx sees it (all but POST, LOCK and PATCH).
    ///
    /// A method that is not known may do anything, so it is not idempotent here.
    package var isIdempotent: Bool {
        switch self {
        case .post, .lock, .patch, .connect, .other: false
        default: true
        }
    }
}
