import Base
import CacheStorage
package import DaemonKit
import EventLoop
import Synchronization

// What `systemctl status`, `ctl status` and `ctl health` say of a cache.
extension CacheService {
    private static let mebibyte = 1 << 20

    /// What the cache holds and does.
    package func status() async -> ServiceStatus {
        let statistics = self.store.currentStatistics()
        let counts = self.store.commandCounts()
        let connectionCount = self.connections.numbers.current
        let limit = self.options.storage.memoryLimit
        let replication = self.replicator?.currentReport()
        var status = ServiceStatus()
        status.listening = self.listeners.withLock { $0.entries.map(\.listener.address) }
        status.summary = Self.summary(
            statistics, counts, limit: limit, connectionCount, replication)
        status.warnings = replication.map(Self.warnings) ?? []
        status.writeMembers = { json in
            json.key("cache")
            json.object { json in
                json.member("items", statistics.itemCount)
                json.member("bytes", statistics.byteCount)
                json.member("limitBytes", limit)
                json.member("connections", connectionCount)
                json.member("getHits", counts.hits.get)
                json.member("getMisses", counts.getMisses)
                json.member("sets", counts.hits.set)
                json.member("evictions", statistics.evictionCount)
            }
        }
        return status
    }

    /// `1200 items, 3 of 64 MB, 98 % hits, 2 connections, 1 of 2 peers linked`.
    static func summary(
        _ statistics: StorageStatistics, _ counts: CommandCounts, limit: Int,
        _ connectionCount: Int, _ replication: ReplicationReport?
    ) -> String {
        let used = (statistics.byteCount + Self.mebibyte - 1) / Self.mebibyte
        var parts = [
            "\(statistics.itemCount) items", "\(used) of \(limit / Self.mebibyte) MB",
        ]
        if counts.getCount > 0 {
            parts.append("\(counts.hits.get * 100 / counts.getCount) % hits")
        }
        if statistics.evictionCount > 0 { parts.append("\(statistics.evictionCount) evictions") }
        parts.append("\(connectionCount) connections")
        if let replication {
            let linked = replication.outgoing.count { $0.report.state == .streaming }
            parts.append("\(linked) of \(replication.outgoing.count) peers linked")
        }
        return parts.joined(separator: ", ")
    }

    /// A sentence for each peer that does not get what changes here.
    static func warnings(_ replication: ReplicationReport) -> [String] {
        replication.outgoing.compactMap { link in
            switch link.report.state {
            case .streaming: return nil
            case .copying: return "peer \(link.report.name) is being copied to"
            case .dialing, .waiting, .closed:
                let reason = link.report.problem.map { ": \($0)" } ?? ""
                return "peer \(link.report.name) is away\(reason)"
            }
        }
    }
}
