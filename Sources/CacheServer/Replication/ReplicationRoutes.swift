import Base
import DaemonKit
import EventLoop

/// Replication on the control socket: how it stands, a planned switch-over, a full copy.
enum ReplicationRoutes {
    static func register(_ service: CacheService, on loop: Loop, in control: ControlServer) {
        control.route("GET", "/v1/replication", access: .read) { _ in
            Self.answer(service.replicator?.currentReport())
        }
        control.route("POST", "/v1/replication/promote", access: .change) { _ in
            let replicator = try Self.replicator(service)
            guard let late = await replicator.catchUp(on: loop) else {
                throw ControlError.unavailable("no peer tells this cache anything")
            }
            guard late.isEmpty else {
                throw ControlError.timedOut(
                    "not all is here yet: \(late.joined(separator: ", "))")
            }
            return Self.answer(replicator.currentReport())
        }
        control.route("POST", "/v1/replication/resync", access: .change) { _ in
            let replicator = try Self.replicator(service)
            replicator.copyAgain()
            return Self.answer(replicator.currentReport())
        }
    }

    private static func replicator(_ service: CacheService) throws(ControlError) -> Replicator {
        guard let replicator = service.replicator else {
            throw .conflict("this cache does not replicate (-x)")
        }
        return replicator
    }

    private static func answer(_ report: ReplicationReport?) -> ControlResponse {
        .json { json in
            json.object { json in
                json.member("isEnabled", report != nil)
                guard let report else { return }
                json.member("node", String(report.node, radix: 16))
                json.member("port", report.port)
                json.member("isWhole", report.isWhole)
                json.member("logStart", Int(report.logStart))
                json.member("logEnd", Int(report.logEnd))
                json.member("logCountMax", report.logCountMax)
                json.key("links")
                json.array { json in
                    for link in report.outgoing + report.incoming { Self.write(link, to: &json) }
                }
            }
        }
    }

    private static func write(_ link: ReplicationReport.Link, to json: inout JSONWriter) {
        let report = link.report
        json.object { json in
            json.member("peer", report.name)
            json.member("direction", report.isIncoming ? "from" : "to")
            json.member("state", report.state.rawValue)
            json.key("node")
            if report.node == 0 { json.null() } else { json.value(String(report.node, radix: 16)) }
            json.key("problem")
            if let problem = report.problem { json.value(problem) } else { json.null() }
            json.member("waiting", link.waitingCount)
            json.key("lagSeconds")
            if let lag = link.lag { json.value(lag.fractionalSeconds) } else { json.null() }
            json.member("items", report.items)
            json.member("deletions", report.deletions)
            json.member("flushes", report.flushes)
            json.member("passedOver", report.passedOver)
            json.member("copies", report.copies)
            json.member("overflows", report.overflows)
            json.member("connects", report.connectCount)
        }
    }
}
