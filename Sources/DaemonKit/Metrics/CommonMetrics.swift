import Base
import SystemInterface

/// Declares what every daemon tells of its process, in the names that Prometheus' clients share.
func registerCommonMetrics(of daemon: Daemon) {
    let metrics = daemon.metrics
    let labels = ["daemon": daemon.settings.name, "version": daemon.settings.version]
    metrics.gauges("holdfast_build_info", "Which program this is; always 1.") { $0.add(1, labels) }
    let startedSeconds = Double(SystemClock.unixNanoseconds()) / 1e9
    metrics.gauges(
        "process_start_time_seconds", "When the process was started, in seconds since 1970."
    ) { $0.add(startedSeconds) }
    metrics.counters("process_cpu_seconds_total", "Processor time used, user and system.") {
        let used = Processes.cpuNanoseconds()
        $0.add(Double(used.user + used.system) / 1e9)
    }
    metrics.gauges("process_resident_memory_bytes", "Memory that is in use now.") {
        $0.add(Processes.residentByteCount)
    }
    metrics.gauges("process_open_fds", "Open descriptors.") {
        $0.add((try? Files.list("/proc/self/fd").count) ?? 0)
    }
    metrics.counters("holdfast_control_connections_total", "Connections to the control socket.") {
        [control = daemon.control] in $0.add(control.acceptedCount)
    }
}
