package import Base
import Synchronization

/// All metrics of a daemon, declared with their names and what they mean. Any thread.
///
/// ```
/// let hits = metrics.counter("holdfast_sessions_loaded_total", "Sessions read from a cache.")
/// hits.add()
/// metrics.gauges("holdfast_peer_up", "Whether a server is used.") { samples in
///     samples.add(1, ["peer": "127.0.0.1:8084"])
/// }
/// ```
package final class Metrics: Sendable {
    /// What a metric counts.
    package enum Kind: String, Sendable {
        /// Only grows.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// The samples of one metric, gathered when somebody asks.
    package struct Samples {
        fileprivate let name: String
        fileprivate let output: ByteBuffer

        /// Adds a sample; labels are written in the order of their names.
        package func add(_ value: Double, _ labels: [String: String] = [:]) {
            self.append(labels, value.isFinite ? Self.text(value) : "NaN")
        }

        /// Adds a sample; labels are written in the order of their names.
        package func add(_ value: Int, _ labels: [String: String] = [:]) {
            self.append(labels, "\(value)")
        }

        private func append(_ labels: [String: String], _ value: String) {
            self.output.append(self.name)
            if !labels.isEmpty {
                let pairs = labels.sorted { $0.key < $1.key }.map {
                    "\($0.key)=\"\(Metrics.escaped($0.value))\""
                }
                self.output.append("{\(pairs.joined(separator: ","))}")
            }
            self.output.append(" \(value)\n")
        }

        private static func text(_ value: Double) -> String {
            if value == value.rounded(), value.magnitude < 1e15 { return "\(Int(value))" }
            return "\(value)"
        }
    }

    private struct Family {
        let name: String
        let kind: Kind
        let help: String
        var sources: [@Sendable (Samples) -> Void]
    }

    private let families = Mutex<[Family]>([])

    /// Makes an empty registry.
    package init() {}

    /// Declares a counter. The same name may be declared again with other labels.
    ///
    /// - Parameters:
    ///   - name: as Prometheus wants it: the unit and `_total` at its end.
    ///   - help: one sentence.
    package func counter(
        _ name: String, _ help: String, _ labels: [String: String] = [:]
    ) -> Counter {
        let counter = Counter()
        self.declare(name, .counter, help) { $0.add(counter.value, labels) }
        return counter
    }

    /// Declares a gauge. The same name may be declared again with other labels.
    package func gauge(_ name: String, _ help: String, _ labels: [String: String] = [:]) -> Gauge {
        let gauge = Gauge()
        self.declare(name, .gauge, help) { $0.add(gauge.value, labels) }
        return gauge
    }

    /// Declares counters whose values somebody else keeps; `read` is called at each scrape, on any
    /// thread.
    package func counters(
        _ name: String, _ help: String, read: @escaping @Sendable (Samples) -> Void
    ) {
        self.declare(name, .counter, help, read)
    }

    /// Declares gauges whose values somebody else keeps; `read` is called at each scrape, on any
    /// thread.
    package func gauges(
        _ name: String, _ help: String, read: @escaping @Sendable (Samples) -> Void
    ) {
        self.declare(name, .gauge, help, read)
    }

    /// Name, kind and help of all metrics, by name.
    package var declarations: [(name: String, kind: Kind, help: String)] {
        self.families.withLock { $0 }.sorted { $0.name < $1.name }
            .map { ($0.name, $0.kind, $0.help) }
    }

    /// Appends all metrics in Prometheus' text form, version 0.0.4, by name.
    package func write(to output: ByteBuffer) {
        for family in self.families.withLock({ $0 }).sorted(by: { $0.name < $1.name }) {
            output.append("# HELP \(family.name) \(Self.escapedHelp(family.help))\n")
            output.append("# TYPE \(family.name) \(family.kind.rawValue)\n")
            for source in family.sources { source(Samples(name: family.name, output: output)) }
        }
    }

    private func declare(
        _ name: String, _ kind: Kind, _ help: String,
        _ source: @escaping @Sendable (Samples) -> Void
    ) {
        precondition(Self.isName(name), "a metric's name has letters, digits, _ and :")
        self.families.withLock { families in
            if let index = families.firstIndex(where: { $0.name == name }) {
                precondition(families[index].kind == kind, "a metric is declared with one kind")
                families[index].sources.append(source)
            } else {
                families.append(Family(name: name, kind: kind, help: help, sources: [source]))
            }
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !first.isASCIIDigit else { return false }
        return name.utf8.allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: ":")
        }
    }

    fileprivate static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func escapedHelp(_ text: String) -> String {
        Self.escaped(text).replacingText("\\\"", with: "\"")
    }
}
