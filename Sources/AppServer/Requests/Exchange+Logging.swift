import Base
import DaemonKit
import HTTPProtocol
import Logging

extension Exchange {
    /// What a log line about this request can be found by. The request's name is the one that the
    /// balancer gave it (`proxy_set_header X-Request-ID $request_id`).
    var logFields: Logger.Metadata {
        LogField.metadata(
            client: self.remoteAddress,
            session: self.requestedSessionID.map(SessionName.hash),
            request: self.head.string(named: "x-request-id"))
    }
}
