/// The variables with fixed names; the raw value is the name after the `$`, as in nginx.
package enum BuiltinVariable: String, CaseIterable, Hashable, Sendable {
    case args
    case binaryRemoteAddress = "binary_remote_addr"
    case bodyBytesSent = "body_bytes_sent"
    case bytesSent = "bytes_sent"
    case connection
    case connectionRequests = "connection_requests"
    case connectionTime = "connection_time"
    case contentLength = "content_length"
    case contentType = "content_type"
    case documentRoot = "document_root"
    case documentURI = "document_uri"
    case host
    case hostname
    case https
    case isArguments = "is_args"
    case limitRate = "limit_rate"
    case msec
    case nginxVersion = "nginx_version"
    case pid
    case pipe
    case proxyAddXForwardedFor = "proxy_add_x_forwarded_for"
    case proxyHost = "proxy_host"
    case proxyPort = "proxy_port"
    case queryString = "query_string"
    case realpathRoot = "realpath_root"
    case remoteAddress = "remote_addr"
    case remotePort = "remote_port"
    case remoteUser = "remote_user"
    case request
    case requestBody = "request_body"
    case requestCompletion = "request_completion"
    case requestFilename = "request_filename"
    case requestID = "request_id"
    case requestLength = "request_length"
    case requestMethod = "request_method"
    case requestTime = "request_time"
    case requestURI = "request_uri"
    case scheme
    case serverAddress = "server_addr"
    case serverName = "server_name"
    case serverPort = "server_port"
    case serverProtocol = "server_protocol"
    case status
    case timeISO8601 = "time_iso8601"
    case timeLocal = "time_local"
    case upstreamAddress = "upstream_addr"
    case upstreamBytesReceived = "upstream_bytes_received"
    case upstreamBytesSent = "upstream_bytes_sent"
    case upstreamConnectTime = "upstream_connect_time"
    case upstreamHeaderTime = "upstream_header_time"
    case upstreamResponseLength = "upstream_response_length"
    case upstreamResponseTime = "upstream_response_time"
    case upstreamStatus = "upstream_status"
    case upstreamCacheStatus = "upstream_cache_status"
    case uri

    // What httpd's log formats know and nginx's variables do not; the names cannot be written in
    // nginx syntax, so they do not show there.
    case httpdTime = "%t"
    case httpdBodyBytes = "%b"
    case httpdDurationMicroseconds = "%D"
    case httpdDurationSeconds = "%T"
    case httpdConnectionStatus = "%X"
    case httpdQuery = "%q"
    case httpdLocalAddress = "%A"
    case httpdFilename = "%f"
    case httpdPeerHost = "%{peer}"
    case httpdWorkerName = "BALANCER_WORKER_NAME"
    case httpdWorkerRoute = "BALANCER_WORKER_ROUTE"
}
