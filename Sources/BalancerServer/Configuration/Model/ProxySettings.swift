/// How requests of a location are passed on (`proxy_pass` and what stands around it).
package struct ProxySettings: Sendable {
    /// Where to.
    package var target: ProxyTarget
    /// What takes the place of the matched part of the path; nil passes the client's own request
    /// target on unchanged (while no rewrite changed it).
    package var path: ProxyPath = .unchanged
    /// `$proxy_host`: the host and port as they stand in `proxy_pass`.
    package var host = ""
    /// `$proxy_port`.
    package var port: UInt16 = 80
    /// Fields set in the upstream's request; an empty result leaves the field out. Complete:
    /// defaults (`Host $proxy_host`) included. Framing and hop-by-hop fields are the engine's.
    package var requestFields: [RequestField] = []
    /// Whether fields of the client are passed on (`proxy_pass_request_headers`).
    package var passesRequestFields = true
    /// Whether the body is passed on (`proxy_pass_request_body`).
    package var passesRequestBody = true
    /// Another method than the client's (`proxy_method`).
    package var method: ComplexValue?
    /// Another body than the client's (`proxy_set_body`).
    package var body: ComplexValue?
    /// The version spoken upstream: 0 for HTTP/1.0, 1 for HTTP/1.1.
    package var minorVersion = 1
    /// How long connecting may take.
    package var connectTimeout: Duration = .seconds(60)
    /// The longest pause between two writes upstream.
    package var sendTimeout: Duration = .seconds(60)
    /// The longest pause between two reads from upstream.
    package var readTimeout: Duration = .seconds(60)
    /// What sends a request to the next server.
    package var nextUpstream: NextUpstream = [.error, .timeout]
    /// The most servers tried; 0 means all of them.
    package var tryCountMax = 0
    /// How long trying may go on; 0 means without limit.
    package var tryTimeout: Duration = .zero
    /// Whether answers may be read ahead of the client (`proxy_buffering`).
    package var buffersAnswers = true
    /// Whether bodies are read whole before they are sent (`proxy_request_buffering`).
    package var buffersRequests = true
    /// The part of the answer that holds its head, in bytes (`proxy_buffer_size`).
    package var headByteCountMax = 8_192
    /// How much of an answer is read ahead, in bytes (`proxy_buffers`).
    package var readAheadByteCountMax = 65_536
    /// Whether answers of 300 and more go through `error_page` (httpd's `ProxyErrorOverride`).
    package var interceptsErrors = false
    /// Fields of the answer that are not passed on, lower case; defaults included.
    package var hiddenFields: Set<String> = ProxySettings.defaultHiddenFields
    /// Fields whose meaning to the balancer is ignored (`proxy_ignore_headers`), lower case.
    package var ignoredFields: Set<String> = []
    /// How `Location` and `Refresh` of answers are changed (`proxy_redirect`, `ProxyPassReverse`).
    package var redirects: [RewriteText] = []
    /// How `Path=` of cookies is changed (`proxy_cookie_path`, `ProxyPassReverseCookiePath`).
    package var cookiePaths: [RewriteText] = []
    /// How `Domain=` of cookies is changed.
    package var cookieDomains: [RewriteText] = []
    /// Whether a client that went away ends the request upstream (`proxy_ignore_client_abort off`).
    package var stopsWhenClientLeaves = true
    /// httpd's `ProxyVia`.
    package var via = ViaPolicy.off

    /// Makes nginx's defaults.
    package init(target: ProxyTarget) { self.target = target }

    /// What nginx does not pass on unless told to.
    package static let defaultHiddenFields: Set<String> = [
        "date", "server", "x-pad", "x-accel-expires", "x-accel-redirect", "x-accel-limit-rate",
        "x-accel-buffering", "x-accel-charset",
    ]
}

/// Where requests are passed to.
package enum ProxyTarget: Equatable, Sendable {
    /// A group of servers: an index into `BalancerConfiguration.upstreams`. A single address in
    /// `proxy_pass` makes a group of its own.
    case upstream(Int)
    /// The text after `proxy_pass`, known with each request:
    /// `http://GROUP-OR-ADDRESS[:PORT][/PATH]`.
    case variable(ComplexValue)
}

/// The path of the upstream's request.
package enum ProxyPath: Equatable, Sendable {
    /// The client's own.
    case unchanged
    /// The first `matched` bytes of the normalised path are replaced by this text.
    case replacingPrefix(matched: Int, by: [UInt8])
    /// This, evaluated, instead of path and arguments.
    case value(ComplexValue)
    /// This with its variables encoded instead of the path, the arguments behind it (httpd's
    /// `ProxyPassMatch`).
    case pattern(ComplexValue)
}

/// One `proxy_set_header` line, or a default.
package struct RequestField: Equatable, Sendable {
    /// Its name as written.
    package let name: String
    /// Its value; an empty result leaves the field out.
    package let value: ComplexValue

    /// Pairs the two.
    package init(name: String, value: ComplexValue) {
        self.name = name
        self.value = value
    }
}

/// A rule that changes the beginning of a text, or what a pattern matches.
package enum RewriteText: Sendable {
    /// The text begins so (or, for cookies' domains, is this): the part is replaced.
    case prefix(ComplexValue, replacement: ComplexValue)
    /// The pattern matches: the whole match is replaced; `$1`… are its groups.
    case pattern(BoundPattern, replacement: ComplexValue)
}

/// What sends a request to the next server (`proxy_next_upstream`).
package struct NextUpstream: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Connecting, sending or reading failed.
    package static let error = NextUpstream(rawValue: 1)
    /// It took too long.
    package static let timeout = NextUpstream(rawValue: 2)
    /// The answer was empty or none at all.
    package static let invalidHeader = NextUpstream(rawValue: 4)
    /// Status 500.
    package static let status500 = NextUpstream(rawValue: 8)
    /// Status 502.
    package static let status502 = NextUpstream(rawValue: 16)
    /// Status 503.
    package static let status503 = NextUpstream(rawValue: 32)
    /// Status 504.
    package static let status504 = NextUpstream(rawValue: 64)
    /// Status 403; not counted as a failure of the server.
    package static let status403 = NextUpstream(rawValue: 128)
    /// Status 404; not counted as a failure of the server.
    package static let status404 = NextUpstream(rawValue: 256)
    /// Status 429.
    package static let status429 = NextUpstream(rawValue: 512)
    /// Also POST, LOCK and PATCH that were already sent.
    package static let nonIdempotent = NextUpstream(rawValue: 1_024)

    /// The member that stands for a status, nil when the status is none of them.
    package static func member(forStatus status: Int) -> NextUpstream? {
        switch status {
        case 500: return .status500
        case 502: return .status502
        case 503: return .status503
        case 504: return .status504
        case 403: return .status403
        case 404: return .status404
        case 429: return .status429
        default: return nil
        }
    }
}

/// httpd's `ProxyVia`.
package enum ViaPolicy: Equatable, Sendable {
    /// `Via` fields are passed on unchanged.
    case off
    /// One is added.
    case on
    /// One with the program's version is added.
    case full
    /// All are taken out.
    case block
}
