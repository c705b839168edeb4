/// What the manager has to know of a request.
package struct SessionRequest: Sendable {
    /// How the browser sent the id.
    package enum Source: Sendable {
        /// In a cookie.
        case cookie
        /// In the path, as `;jsessionid=…`.
        case url
    }

    /// The method, upper case.
    package var method: String
    /// The path without query and without path parameters, undecoded, with the context's part.
    package var path: String
    /// The query, without its `?`.
    package var query: String?
    /// The id that the browser sent, as it was sent.
    package var requestedID: String?
    /// How it was sent.
    package var source: Source

    /// Describes a request.
    package init(
        method: String, path: String, query: String? = nil, requestedID: String? = nil,
        source: Source = .cookie
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.requestedID = requestedID
        self.source = source
    }
}

/// What is to be done with the answer's cookie, and how safe the session is.
package struct SessionOutcome: Equatable, Sendable {
    /// What happens to the session cookie.
    package enum Cookie: Equatable, Sendable {
        /// No `Set-Cookie`.
        case unchanged
        /// `Set-Cookie` with this value.
        case set(String)
        /// `Set-Cookie` that removes it (Max-Age=0).
        case remove
    }

    /// Where the session is now.
    package enum Durability: Equatable, Sendable {
        /// The request had no session, or changed nothing.
        case notNeeded
        /// As many copies are acknowledged as the mode asks for.
        case stored
        /// One, as only one node lives (counted).
        case oneCopy
        /// None: it is in this process only (counted).
        case local
        /// None, and it ends with this request (counted).
        case requestOnly
        /// None: the store refused it, for its size or for want of memory (counted, logged).
        case refused
    }

    /// The cookie.
    package var cookie: Cookie
    /// How safe the session is.
    package var durability: Durability

    /// Makes an outcome.
    package init(cookie: Cookie, durability: Durability) {
        self.cookie = cookie
        self.durability = durability
    }
}

/// Why no session could be made.
package enum SessionError: Error, Equatable, Sendable {
    /// `maxActiveSessions` are there already.
    case tooManySessions
    /// `requestUriIgnorePattern` says that this request has none.
    case requestIgnored
}
