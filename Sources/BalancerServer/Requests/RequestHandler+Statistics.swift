import Base
import HTTPProtocol
import HTTPTransport

extension RequestHandler {
    /// `stub_status`: the seven numbers of nginx's module.
    func sendStatistics() -> Step {
        switch self.exchange.method {
        case .get, .head: break
        default: return .fail(405)
        }
        let statistics = self.worker.statistics()
        let waitingCount = max(0, statistics.openCount - statistics.busyCount)
        let text = """
            Active connections: \(statistics.openCount) \n\
            server accepts handled requests
             \(statistics.acceptedCount) \(statistics.acceptedCount) \(statistics.requestCount) \n\
            Reading: 0 Writing: \(statistics.busyCount) Waiting: \(waitingCount) \n
            """
        return self.send(200, contentType: "text/plain", Array(text.utf8))
    }
}
