import CacheStorage
import DaemonKit

/// The cache's metrics, under memcached_exporter's names.
enum CacheMetrics {
    static func declare(_ service: CacheService, in metrics: Metrics) {
        metrics.gauges("memcached_current_items", "Items that the cache holds.") { samples in
            samples.add(service.store.withStore { $0.currentStatistics().itemCount })
        }
        metrics.gauges("memcached_current_bytes", "Bytes that the items take.") { samples in
            samples.add(service.store.withStore { $0.currentStatistics().byteCount })
        }
        metrics.gauges("memcached_limit_bytes", "Bytes that items may take.") { samples in
            samples.add(service.options.storage.memoryLimit)
        }
        metrics.gauges("memcached_current_connections", "Connections that are open.") { samples in
            samples.add(service.connections.numbers.current)
        }
        metrics.counters("memcached_connections_total", "Connections accepted.") { samples in
            samples.add(service.connections.numbers.total)
        }
        metrics.counters("memcached_items_total", "Items stored.") { samples in
            samples.add(service.store.withStore { $0.currentStatistics().totalItemCount })
        }
        metrics.counters("memcached_items_evicted_total", "Items that gave way.") { samples in
            samples.add(service.store.withStore { $0.currentStatistics().evictionCount })
        }
        metrics.counters("memcached_items_reclaimed_total", "Expired items' room.") { samples in
            samples.add(service.store.withStore { $0.currentStatistics().reclaimedCount })
        }
        metrics.counters("memcached_read_bytes_total", "Bytes received.") { samples in
            samples.add(service.commandCounts.bytesRead)
        }
        metrics.counters("memcached_written_bytes_total", "Bytes sent.") { samples in
            samples.add(service.commandCounts.bytesWritten)
        }
        metrics.counters("memcached_commands_total", "Commands by kind and outcome.") { samples in
            let numbers = service.commandCounts
            let values = [
                ("get", "hit", numbers.getHits), ("get", "miss", numbers.getMisses),
                ("set", "hit", numbers.setCount), ("delete", "hit", numbers.deleteHits),
                ("delete", "miss", numbers.deleteMisses), ("incr", "hit", numbers.incrementHits),
                ("incr", "miss", numbers.incrementMisses), ("decr", "hit", numbers.decrementHits),
                ("decr", "miss", numbers.decrementMisses), ("cas", "hit", numbers.casHits),
                ("cas", "miss", numbers.casMisses), ("cas", "badval", numbers.casBadValues),
                ("touch", "hit", numbers.touchHits), ("touch", "miss", numbers.touchMisses),
                ("flush", "hit", numbers.flushCount),
            ]
            for (command, status, value) in values {
                samples.add(value, ["command": command, "status": status])
            }
        }
    }
}
