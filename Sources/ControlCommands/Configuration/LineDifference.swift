/// How one text becomes another, as `diff -u` shows it: with three lines around each change.
enum LineDifference {
    private static let aroundCount = 3

    /// A line that is in one of two texts only.
    struct Change: Equatable {
        /// Whether it is in the new one.
        var isAdded: Bool
        /// Which line of its text it is, from 1.
        var number: Int
        /// What stands there.
        var text: String
    }

    private enum Edit {
        case keep(String)
        case remove(String)
        case add(String)
    }

    /// The hunks, without file names; nothing when both are the same.
    static func lines(_ old: String, _ new: String) -> [String] {
        let edits = Self.edits(Self.split(old), Self.split(new))
        var result: [String] = []
        var index = 0
        while let change = edits[index...].firstIndex(where: Self.isChange) {
            let start = max(index, change - Self.aroundCount)
            var end = change
            // Changes that are near belong together.
            while let next = edits[end...].firstIndex(where: Self.isChange),
                next - end <= Self.aroundCount * 2
            {
                end = next + 1
            }
            let stop = min(edits.count, end + Self.aroundCount)
            result += Self.hunk(edits, start..<stop)
            index = stop
        }
        return result
    }

    /// The lines that are not in both, in the order of the texts.
    static func changes(_ old: String, _ new: String) -> [Change] {
        var changes: [Change] = []
        var oldNumber = 0, newNumber = 0
        for edit in Self.edits(Self.split(old), Self.split(new)) {
            switch edit {
            case .keep:
                oldNumber += 1
                newNumber += 1
            case .remove(let text):
                oldNumber += 1
                changes.append(Change(isAdded: false, number: oldNumber, text: text))
            case .add(let text):
                newNumber += 1
                changes.append(Change(isAdded: true, number: newNumber, text: text))
            }
        }
        return changes
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private static func isChange(_ edit: Edit) -> Bool {
        if case .keep = edit { return false }
        return true
    }

    private static func edits(_ old: [String], _ new: [String]) -> [Edit] {
        let difference = new.difference(from: old)
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var edits: [Edit] = []
        var from = 0, to = 0
        while from < old.count || to < new.count {
            if removed.contains(from) {
                edits.append(.remove(old[from]))
                from += 1
            } else if added.contains(to) {
                edits.append(.add(new[to]))
                to += 1
            } else {
                edits.append(.keep(old[from]))
                from += 1
                to += 1
            }
        }
        return edits
    }

    private static func hunk(_ edits: [Edit], _ range: Range<Int>) -> [String] {
        func place(_ isOld: Bool) -> String {
            func counts(_ edit: Edit) -> Bool {
                switch edit {
                case .keep: true
                case .remove: isOld
                case .add: !isOld
                }
            }
            let before = edits[..<range.lowerBound].count(where: counts)
            let count = edits[range].count(where: counts)
            return "\(count == 0 ? before : before + 1),\(count)"
        }
        let head = "@@ -\(place(true)) +\(place(false)) @@"
        return [head]
            + edits[range].map { edit in
                switch edit {
                case .keep(let line): " \(line)"
                case .remove(let line): "-\(line)"
                case .add(let line): "+\(line)"
                }
            }
    }
}
