package import HTTPProtocol

/// How a server treats its connections. The defaults are nginx's.
package struct ServerSettings: Sendable {
    /// How large the parts of a request may be.
    package var limits = HTTPLimits()
    /// How long a client may take for a whole head, from the connection's or head's first byte.
    package var headerTimeout = Duration.seconds(60)
    /// How long a client may be silent within a body.
    package var bodyTimeout = Duration.seconds(60)
    /// How long a client may take nothing of an answer.
    package var sendTimeout = Duration.seconds(60)
    /// How long a connection may rest between requests; zero keeps none.
    package var keepAliveTimeout = Duration.seconds(75)
    /// How many requests a connection may carry.
    package var keepAliveRequestCountMax = 1_000
    /// Whether `Connection: keep-alive` is said to HTTP/1.1 clients too, as nginx does.
    package var saysKeepAlive = true
    /// The value of the `Server` field; nil sends none.
    package var serverToken: String? = "holdfast"
    /// Whether answers carry `Date`.
    package var sendsDate = true
    /// The largest request body; nil is without limit. A handler may set another for one request.
    package var bodyByteCountMax: UInt64? = 1 << 20
    /// How much of a body that the handler did not read is read to keep the connection.
    package var discardedBodyByteCountMax = 65_536
    /// How many bytes of answers may wait before `relieve()` sends them.
    package var outputHighWater = 65_536
    /// How long unread data is read away after the last answer, in all and between two pieces.
    package var lingeringTime = Duration.seconds(30), lingeringTimeout = Duration.seconds(5)

    /// The defaults.
    package init() {}
}
