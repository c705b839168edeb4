import CacheStorage
import DaemonKit

/// The cache's metrics, under memcached_exporter's names.
enum CacheMetrics {
    static func declare(_ service: CacheService, in metrics: Metrics) {
        metrics.gauges("memcached_current_items", "Items that the cache holds.") { samples in
            samples.add(service.store.currentStatistics().itemCount)
        }
        metrics.gauges("memcached_current_bytes", "Bytes that the items take.") { samples in
            samples.add(service.store.currentStatistics().byteCount)
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
            samples.add(service.store.currentStatistics().totalItemCount)
        }
        metrics.counters("memcached_items_evicted_total", "Items that gave way.") { samples in
            samples.add(service.store.currentStatistics().evictionCount)
        }
        metrics.counters("memcached_items_reclaimed_total", "Expired items' room.") { samples in
            samples.add(service.store.currentStatistics().reclaimedCount)
        }
        metrics.counters("memcached_read_bytes_total", "Bytes received.") { samples in
            samples.add(service.counters.total().bytesRead)
        }
        metrics.counters("memcached_written_bytes_total", "Bytes sent.") { samples in
            samples.add(service.counters.total().bytesWritten)
        }
        metrics.counters("memcached_commands_total", "Commands by kind and outcome.") { samples in
            let numbers = service.store.commandCounts()
            let values = [
                ("get", "hit", numbers.hits.get), ("get", "miss", numbers.getMisses),
                ("set", "hit", numbers.hits.set), ("delete", "hit", numbers.hits.delete),
                ("delete", "miss", numbers.deleteMisses), ("incr", "hit", numbers.hits.increment),
                ("incr", "miss", numbers.incrementMisses), ("decr", "hit", numbers.hits.decrement),
                ("decr", "miss", numbers.decrementMisses), ("cas", "hit", numbers.hits.cas),
                ("cas", "miss", numbers.casMisses), ("cas", "badval", numbers.hits.badCAS),
                ("touch", "hit", numbers.hits.touch), ("touch", "miss", numbers.touchMisses),
                ("flush", "hit", service.counters.total().flushCount),
            ]
            for (command, status, value) in values {
                samples.add(value, ["command": command, "status": status])
            }
        }
    }
}
