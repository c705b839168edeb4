import Base
import Synchronization
import SystemInterface

/// The statistics as one scrape sees them: gathered once, then read by each metric. Any thread.
final class StatisticsSnapshot: Sendable {
    /// How old statistics may be: one scrape's length.
    private static let ageMax = Duration.milliseconds(200)

    /// All numbers by name; those of classes with their class's number.
    struct Numbers: Sendable {
        var general: [String: String] = [:]
        var settings: [String: String] = [:]
        var items: [(class: String, numbers: [String: String])] = []
        var slabs: [(class: String, numbers: [String: String])] = []
    }

    private let service: CacheService
    private let kept = Mutex<(time: Instant, numbers: Numbers)?>(nil)

    init(_ service: CacheService) { self.service = service }

    /// The numbers now, or of a moment ago.
    var current: Numbers {
        let now = SystemClock.now()
        return self.kept.withLock { kept in
            if let last = kept, now - last.time < Self.ageMax { return last.numbers }
            let numbers = self.gather(now)
            kept = (now, numbers)
            return numbers
        }
    }

    private func gather(_ now: Instant) -> Numbers {
        let reports = StatisticsReports(
            service: self.service, now: self.service.clock.second(now), asking: nil)
        var numbers = Numbers()
        for entry in reports.general().entries { numbers.general[entry.name] = entry.value }
        for entry in reports.settings().entries { numbers.settings[entry.name] = entry.value }
        let slabs = reports.slabs().entries
        // The exporter takes it from here.
        for entry in slabs where entry.name == "total_malloced" {
            numbers.general[entry.name] = entry.value
        }
        numbers.slabs = Self.byClass(slabs, prefix: "")
        numbers.items = Self.byClass(reports.items().entries, prefix: "items:")
        return numbers
    }

    /// `1:get_hits` or `items:1:number`, one dictionary a class, in their order.
    private static func byClass(
        _ entries: [StatisticEntry], prefix: String
    ) -> [(class: String, numbers: [String: String])] {
        var found: [(class: String, numbers: [String: String])] = []
        for entry in entries where entry.name.hasPrefix(prefix) {
            let words = entry.name.dropFirst(prefix.count).split(separator: ":", maxSplits: 1)
            guard words.count == 2 else { continue }
            let number = String(words[0])
            if found.last?.class != number { found.append((number, [:])) }
            found[found.count - 1].numbers[String(words[1])] = entry.value
        }
        return found
    }
}
