import Base

/// What the conditions and ranges of a request make of a file (RFC 9110 sections 13 and 14). Pure.
package enum FileConditions {
    /// How many ranges one request may ask for; more get the whole file.
    package static let rangeCountMax = 16

    /// The answer a file gets.
    package enum Outcome: Equatable, Sendable {
        /// 200 with all of it.
        case whole
        /// 206 with these parts of it, none of them empty.
        case ranges([Range<Int64>])
        /// 304, 412, 416.
        case notModified, preconditionFailed, rangeNotSatisfiable
    }

    /// The fields that matter, as they came.
    package struct Fields: Sendable {
        /// `If-Match` and `If-None-Match`.
        package var ifMatch: String?, ifNoneMatch: String?
        /// `If-Modified-Since` and `If-Unmodified-Since`.
        package var ifModifiedSince: String?, ifUnmodifiedSince: String?
        /// `Range` and `If-Range`.
        package var range: String?, ifRange: String?
        /// Whether the method only reads.
        package var isGetOrHead = true

        /// No conditions.
        package init() {}

        /// Those of a request that is served with `method`.
        package init(_ head: RequestHead, method: HTTPMethod) {
            self.isGetOrHead = method == .get || method == .head
            for field in head.fields {
                switch field.known {
                case .ifMatch: self.ifMatch = head.string(field.value)
                case .ifNoneMatch: self.ifNoneMatch = head.string(field.value)
                case .ifModifiedSince: self.ifModifiedSince = head.string(field.value)
                case .ifUnmodifiedSince: self.ifUnmodifiedSince = head.string(field.value)
                case .range: self.range = head.string(field.value)
                case .ifRange: self.ifRange = head.string(field.value)
                default: continue
                }
            }
        }
    }

    /// Decides in the order of RFC 9110 section 13.2.2. A tag that begins with `W/` is weak.
    package static func decide(
        _ fields: Fields, entityTag: String, modifiedUnixSeconds: Int64, size: Int64
    ) -> Outcome {
        if let ifMatch = fields.ifMatch {
            guard Self.matchesStrongly(ifMatch, entityTag) else { return .preconditionFailed }
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
            let isSameDate = HTTPDate.parse(ifRange.utf8.span) == modifiedUnixSeconds
            let isSameTag =
                !entityTag.hasPrefix("W/") && ifRange.trimmedOfWhiteSpace == entityTag
            guard isSameDate || isSameTag else { return .whole }
        }
        return Self.ranges(range, size: size)
    }

    /// Strong comparison of a list of tags: a weak tag matches `*` only.
    private static func matchesStrongly(_ list: String, _ tag: String) -> Bool {
        if list.trimmedOfWhiteSpace == "*" { return true }
        return !tag.hasPrefix("W/")
            && list.split(separator: ",").contains { String($0).trimmedOfWhiteSpace == tag }
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
