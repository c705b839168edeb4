import Base
import EventLoop
import SystemInterface

/// What all daemons said at one moment.
struct TopSample: Sendable {
    /// One daemon.
    struct Daemon: Sendable {
        /// The instance.
        var name: String
        /// What it is and does; nil while it is silent.
        var status: StatusReport?
        /// Its metrics, summed over their labels, and with one label (`name{label}`) alone.
        var numbers: [String: Double] = [:]
    }

    /// When, in nanoseconds of a clock that only goes on.
    var nanoseconds: Int64
    /// The daemons in the order of their sockets.
    var daemons: [Daemon]
    /// The sessions, when they were asked for.
    var sessions: [SessionReport] = []

    /// Asks all daemons. Who does not answer is silent; others are shown.
    static func take(
        _ sockets: [ControlSocket], withSessions: Bool, _ options: DaemonOptions, on loop: Loop
    ) async -> TopSample {
        var daemons: [Daemon] = []
        for socket in sockets {
            let client = ControlClient(socket, on: loop)
            var daemon = Daemon(name: socket.name)
            daemon.status = try? await client.send("GET", "/v1/status", as: StatusReport.self)
            if daemon.status != nil, let body = try? await client.send("GET", "/metrics") {
                daemon.numbers = Self.numbers(MetricsText(String(decoding: body, as: UTF8.self)))
            }
            daemons.append(daemon)
        }
        var sample = TopSample(nanoseconds: SystemClock.now().nanoseconds, daemons: daemons)
        if withSessions {
            let found = try? await SessionRecords.all(
                SessionWish(limit: 1_000), options, on: loop)
            sample.sessions = (found ?? []).map(\.session)
        }
        return sample
    }

    /// Sums by name, and by name and the labels' text.
    static func numbers(_ text: MetricsText) -> [String: Double] {
        var numbers: [String: Double] = [:]
        for family in text.families {
            for sample in family.samples {
                guard let value = Double(sample.value), value.isFinite else { continue }
                numbers[family.name, default: 0] += value
                if !sample.labels.isEmpty {
                    numbers["\(family.name){\(sample.labelText)}", default: 0] += value
                }
            }
        }
        return numbers
    }
}

/// Two samples: what has become of the numbers between them.
struct TopInterval {
    let before: TopSample?
    let now: TopSample

    /// How long it is.
    var seconds: Double {
        guard let before else { return 0 }
        return Double(self.now.nanoseconds - before.nanoseconds) / 1e9
    }

    /// A number's growth in a second; nil when there is no sample before, or the daemon was started
    /// anew between them.
    func rate(_ name: String, of daemon: TopSample.Daemon) -> Double? {
        guard let old = self.before?.daemons.first(where: { $0.name == daemon.name }),
            old.status?.pid == daemon.status?.pid, self.seconds > 0,
            let first = old.numbers[name], let second = daemon.numbers[name], second >= first
        else { return nil }
        return (second - first) / self.seconds
    }
}
