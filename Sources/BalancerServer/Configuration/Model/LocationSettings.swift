/// What a location does with a request, complete after inheritance.
package struct LocationSettings: Sendable {
    /// What makes the answer.
    package var content = ContentHandler.files
    /// The folder that paths are looked up in (`root`).
    package var root = ComplexValue("html")
    /// What stands for the matched part of the path (`alias`); wins over `root`.
    package var alias: ComplexValue?
    /// The files tried for a path that ends in `/`.
    package var index: [ComplexValue] = [ComplexValue("index.html")]
    /// The files and paths tried in turn (`try_files`), nil when not asked for.
    package var tryFiles: TryFiles?
    /// Content types by extension (lower case, without dot).
    package var contentTypes: [String: String] = LocationSettings.defaultTypes
    /// The content type of all else; empty for none.
    package var defaultType = "text/plain"
    /// What answers instead of an error, in order.
    package var errorPages: [ErrorPage] = []
    /// Whether an error page's own error is looked up again (`recursive_error_pages`).
    package var followsErrorPagesAgain = false
    /// Who may.
    package var access = AccessPolicy.everyone
    /// Where requests are logged.
    package var accessLogs: [AccessLog] = []
    /// Where errors of requests are logged.
    package var errorLog = ErrorLogSettings()
    /// Fields added to answers (`add_header`, httpd's `Header`).
    package var addedFields: [AddedField] = []
    /// The longest request body in bytes; 0 means no limit.
    package var bodyByteCountMax = 1_048_576
    /// The longest pause between two reads of a body.
    package var bodyTimeout: Duration = .seconds(60)
    /// The longest pause between two writes to the client.
    package var sendTimeout: Duration = .seconds(60)
    /// How long an idle connection is kept; 0 closes after each answer.
    package var keepAliveTimeout: Duration = .seconds(75)
    /// What `Keep-Alive: timeout=` tells the client, nil for nothing.
    package var keepAliveAnnouncement: Duration?
    /// How many requests a connection may carry.
    package var keepAliveRequestCountMax = 1_000
    /// How long a connection may live in all.
    package var keepAliveLifetime: Duration = .seconds(3_600)
    /// Whether files are sent by the kernel (`sendfile`).
    package var usesSendFile = false
    /// Whether small writes go out at once (`tcp_nodelay`).
    package var disablesNagle = true
    /// What the `Server` field says.
    package var serverSignature = ServerSignature.full
    /// Whether only internal redirects may come here (`internal`).
    package var isInternal = false
    /// Whether redirects name scheme and host (`absolute_redirect`).
    package var redirectsAbsolutely = true
    /// Whether redirects name the server instead of the request's host (`server_name_in_redirect`).
    package var namesServerInRedirect = false
    /// Whether redirects name the port (`port_in_redirect`).
    package var namesPortInRedirect = true
    /// Whether files get an `ETag`.
    package var sendsETag = true
    /// Whether missing files are logged as errors (`log_not_found`).
    package var logsNotFound = true
    /// httpd's `TraceEnable`, nginx's way is to refuse TRACE with 405.
    package var answersTrace = false

    /// Makes nginx's defaults.
    package init() {}

    /// nginx's types when no `types` block is there.
    package static let defaultTypes = [
        "html": "text/html", "gif": "image/gif", "jpg": "image/jpeg",
    ]
}

/// What makes the answer in a location.
package enum ContentHandler: Sendable {
    /// Files under `root` or `alias`.
    case files
    /// Another server. In a box, as the settings are large and asked for with each request.
    indirect case proxy(ProxySettings)
    /// The daemon's own seven counters (`stub_status`).
    case statistics
    /// An empty 1×1 picture (`empty_gif`).
    case emptyPicture
}

/// What the `Server` field of answers says.
package enum ServerSignature: Equatable, Sendable {
    /// Name and version.
    case full
    /// The name only.
    case nameOnly
    /// The field is left out.
    case none
}

/// `try_files`: files looked for in turn, then a last resort.
package struct TryFiles: Equatable, Sendable {
    /// The last resort.
    package enum Fallback: Equatable, Sendable {
        /// Another path of this server, or `@name`.
        case path(ComplexValue)
        /// A status (`=404`).
        case status(Int)
    }

    /// One candidate: its path, and whether it is to be a folder (`$uri/`).
    package struct Candidate: Equatable, Sendable {
        /// The path below the root, the `/` at the end of a folder taken off.
        package let path: ComplexValue
        /// Whether a folder is looked for.
        package let isDirectory: Bool

        /// Pairs the two.
        package init(path: ComplexValue, isDirectory: Bool) {
            self.path = path
            self.isDirectory = isDirectory
        }
    }

    /// What is looked for, in turn.
    package let candidates: [Candidate]
    /// What happens when nothing was found.
    package let fallback: Fallback

    /// Takes the parts as the front end made them.
    package init(candidates: [Candidate], fallback: Fallback) {
        self.candidates = candidates
        self.fallback = fallback
    }
}

/// One `error_page` line.
package struct ErrorPage: Equatable, Sendable {
    /// The status that the client gets.
    package enum Answer: Equatable, Sendable {
        /// The error's own status.
        case unchanged
        /// Another (`=200`).
        case status(Int)
        /// That of the page (`=`).
        case ofPage
    }

    /// Which statuses it answers.
    package let statuses: [Int]
    /// The status that the client gets.
    package let answer: Answer
    /// A path of this server, an address with a scheme (then a redirect), or `@name`.
    package let target: ComplexValue

    /// Takes the parts as the front end made them.
    package init(statuses: [Int], answer: Answer, target: ComplexValue) {
        self.statuses = statuses
        self.answer = answer
        self.target = target
    }
}

/// A field that is added to answers.
package struct AddedField: Equatable, Sendable {
    /// Its name as written.
    package let name: String
    /// Its value; an empty result adds nothing.
    package let value: ComplexValue
    /// Whether it is added to errors too. Without it: to 200, 201, 204, 206, 301, 302, 303, 304,
    /// 307, 308.
    package let isAlways: Bool

    /// Takes the parts as the front end made them.
    package init(name: String, value: ComplexValue, isAlways: Bool) {
        self.name = name
        self.value = value
        self.isAlways = isAlways
    }
}
