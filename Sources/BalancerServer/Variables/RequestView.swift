package import Base
package import HTTPProtocol
package import SystemInterface

/// A request as the variables see it. The engine's request implements it. Loop thread only.
package protocol RequestView: AnyObject {
    /// Groups, slots and maps of this request.
    var variables: VariableState { get }
    /// The configuration that the request runs under.
    var configuration: BalancerConfiguration { get }
    /// The server and location that serve it (the server's `fallback` while none is known).
    var server: VirtualServer { get }
    /// See `server`.
    var location: Location { get }
    /// The request as the client sent it.
    var head: RequestHead { get }
    /// `$uri`: the path, decoded and normalised, after rewrites.
    var path: ByteBuffer { get }
    /// `$args`: what follows the `?`, after rewrites; empty when there is none.
    var arguments: ByteBuffer { get }

    /// Where the client is.
    var peerAddress: SocketAddress { get }
    /// The client's address without its port, made once for a connection.
    var peerHostText: String { get }
    /// Where it came in.
    var localAddress: SocketAddress { get }
    /// `$connection`: the connection's number.
    var connectionNumber: UInt64 { get }
    /// `$connection_requests`: how many requests the connection has carried, this one included.
    var connectionRequestCount: Int { get }
    /// Whether the request was already there when the one before was answered (`$pipe`).
    var isPipelined: Bool { get }
    /// When its first byte was read.
    var startedAt: Instant { get }
    /// The loop's present.
    var now: Instant { get }
    /// The wall clock at `now`, in nanoseconds since 1970.
    var unixNanoseconds: Int64 { get }

    /// `$request_length`: line, head and body so far, in bytes.
    var requestByteCount: Int64 { get }
    /// `$status`; 0 while unknown.
    var status: Int { get }
    /// `$body_bytes_sent`.
    var bodyBytesSent: Int64 { get }
    /// `$bytes_sent`.
    var bytesSent: Int64 { get }
    /// Whether the answer went out whole (`$request_completion`).
    var isComplete: Bool { get }
    /// Whether the connection stays open after the answer (httpd's `%X`).
    var keepsConnection: Bool { get }
    /// Appends a field of the answer; `name` in lower case. False when there is none.
    func appendSentField(_ name: String, to output: ByteBuffer) -> Bool
    /// Appends a field of the last upstream's answer; `name` in lower case. False when there is
    /// none.
    func appendUpstreamField(_ name: String, to output: ByteBuffer) -> Bool
    /// Appends the value of a cookie that the last upstream sets. False when there is none.
    func appendUpstreamCookie(_ name: String, to output: ByteBuffer) -> Bool
    /// Appends the path of the file that the request names. False when it names none.
    func appendFilename(to output: ByteBuffer) -> Bool

    /// The servers tried, in order.
    var upstreamTries: [UpstreamTry] { get }
    /// `$proxy_host` and `$proxy_port` of the location, or of the last variable target.
    var proxyHost: String { get }
    /// See `proxyHost`.
    var proxyPort: UInt16 { get }
}

/// One server that a request was sent to, for the `$upstream_…` variables.
package struct UpstreamTry: Sendable {
    /// Where it was sent; `groupName` stands alone when no server could be chosen.
    package var address: SocketAddress?
    /// The group's name, shown when there is no address.
    package var groupName = ""
    /// The route of the server (httpd's BALANCER_WORKER_ROUTE).
    package var route = ""
    /// The status of its answer; 502 or 504 when there was none; 0 while waiting.
    package var status = 0
    /// From the start of the try to the connection; nil when it was not reached.
    package var connectTime: Duration?
    /// To the end of the answer's head.
    package var headerTime: Duration?
    /// To the end of the answer.
    package var responseTime: Duration?
    /// Bytes of the answer's body.
    package var bodyByteCount: Int64 = 0
    /// Bytes read from the server.
    package var receivedByteCount: Int64 = 0
    /// Bytes sent to the server.
    package var sentByteCount: Int64 = 0
    /// Whether the try crossed to another group by an internal redirect (` : ` instead of `, `).
    package var beginsNewGroup = false

    /// Makes a try that has only begun.
    package init() {}
}
