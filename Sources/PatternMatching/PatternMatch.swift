/// Where a pattern and its groups matched, as byte ranges in the subject.
package struct PatternMatch: Equatable, Sendable {
    /// Group 0 is the whole match; a group that took no part is nil.
    package let ranges: [Range<Int>?]

    /// The range of a group; nil when it took no part or there is no such group.
    package subscript(group: Int) -> Range<Int>? {
        group >= 0 && group < self.ranges.count ? self.ranges[group] : nil
    }
}
