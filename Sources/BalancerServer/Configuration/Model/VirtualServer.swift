import Base

/// A `server` block (httpd: a `<VirtualHost>` or the main server).
package final class VirtualServer: Sendable {
    /// The first of its names, for `$server_name`.
    package let name: String
    /// Reading limits and time-outs of connections, before a location is known.
    package let connection: ConnectionSettings
    /// The settings of requests that no location takes, and of errors in reading a request.
    package let fallback: Location
    /// Which location takes which path.
    package let locations: LocationTable
    /// Rewrite steps that run before a location is looked for.
    package let rewriteSteps: [RewriteStep]

    /// Takes the parts as the front end made them.
    package init(
        name: String, connection: ConnectionSettings, fallback: Location, locations: LocationTable,
        rewriteSteps: [RewriteStep] = []
    ) {
        self.name = name
        self.connection = connection
        self.fallback = fallback
        self.locations = locations
        self.rewriteSteps = rewriteSteps
    }
}

/// Limits and time-outs that hold before it is known which location a request is for.
package struct ConnectionSettings: Equatable, Sendable {
    /// How long a whole head may take (`client_header_timeout`).
    package var headerTimeout: Duration = .seconds(60)
    /// The longest request line, and the longest header line, in bytes.
    package var headerLineByteCountMax = 8_192
    /// The longest head, in bytes (`large_client_header_buffers`: number × size).
    package var headerByteCountMax = 32_768
    /// How many header fields a request may have.
    package var headerFieldCountMax = 1_000
    /// Whether header names may have underscores (`underscores_in_headers`).
    package var allowsUnderscores = false
    /// Whether several `/` in a path count as one (`merge_slashes`).
    package var mergesSlashes = true

    /// Makes nginx's defaults.
    package init() {}
}
