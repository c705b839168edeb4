import Base
import HTTPProtocol

/// What the conditions and ranges of a request make of a file. Pure.
enum FileConditions {
    /// How many ranges one request may ask for; more get the whole file.
    static let rangeCountMax = 16

    /// The answer a file gets.
    enum Outcome: Equatable {
        /// 200 with all of it, 206 with parts of it.
        case whole
        case ranges([Range<Int64>])
        /// 304, 412, 416.
        case notModified, preconditionFailed, rangeNotSatisfiable
    }

    /// The fields that matter, as they came.
    struct Fields {
        var ifMatch: String?, ifNoneMatch: String?
        var ifModifiedSince: String?, ifUnmodifiedSince: String?
        var range: String?, ifRange: String?
        var isGetOrHead = true
    }

    /// Decides in the order of RFC 9110 section 13.2.2.
    static func decide(
        _ fields: Fields, entityTag: String, modifiedUnixSeconds: Int64, size: Int64
    ) -> Outcome {
        if let ifMatch = fields.ifMatch {
            // Tomcat's tags are weak, and If-Match compares strongly: only `*` can match.
            guard ifMatch.trimmedOfWhiteSpace == "*" else { return .preconditionFailed }
        } else if let text = fields.ifUnmodifiedSince,
            let date = HTTPDate.parse(text.utf8.span), modifiedUnixSeconds > date
        {
            return .preconditionFailed
        }
        if let ifNoneMatch = fields.ifNoneMatch {
            if Self.matches(ifNoneMatch, entityTag) {
                return fields.isGetOrHead ? .notModified : .preconditionFailed
            }
        } else if fields.isGetOrHead, let text = fields.ifModifiedSince,
            let date = HTTPDate.parse(text.utf8.span), modifiedUnixSeconds <= date
        {
            return .notModified
        }
        guard let range = fields.range, fields.isGetOrHead, size > 0 else { return .whole }
        if let ifRange = fields.ifRange {
            guard let date = HTTPDate.parse(ifRange.utf8.span), date == modifiedUnixSeconds else {
                return .whole
            }
        }
        return Self.ranges(range, size: size)
    }

    /// Weak comparison of a list of tags.
    private static func matches(_ list: String, _ tag: String) -> Bool {
        if list.trimmedOfWhiteSpace == "*" { return true }
        let bare = tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag
        return list.split(separator: ",").contains { item in
            let item = String(item).trimmedOfWhiteSpace
            return (item.hasPrefix("W/") ? String(item.dropFirst(2)) : item) == bare
        }
    }

    /// `bytes=0-99,200-,-50`. What is no byte range is passed over (RFC 9110 section 14.2).
    private static func ranges(_ text: String, size: Int64) -> Outcome {
        guard text.hasPrefix("bytes=") else { return .whole }
        var ranges: [Range<Int64>] = []
        let items = text.dropFirst(6).split(separator: ",", omittingEmptySubsequences: false)
        guard items.count <= Self.rangeCountMax else { return .whole }
        for item in items {
            let parts = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
                .map { String($0).trimmedOfWhiteSpace }
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(\.isASCIIDigit) })
            else { return .whole }
            if parts[0].isEmpty {
                guard let count = Int64(parts[1]) else { return .whole }
                if count > 0 { ranges.append(max(0, size - count)..<size) }
            } else {
                guard let first = Int64(parts[0]) else { return .whole }
                let last = parts[1].isEmpty ? Int64.max : Int64(parts[1])
                guard let last, first <= last else { return .whole }
                if first < size { ranges.append(first..<(min(last, size - 1) + 1)) }
            }
        }
        return ranges.isEmpty ? .rangeNotSatisfiable : .ranges(ranges)
    }
}
