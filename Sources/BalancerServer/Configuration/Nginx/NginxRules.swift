/// All directives that are known, by name.
enum NginxRules {
    static let all: [String: NginxRule] = {
        var all: [String: NginxRule] = [:]
        for table in [
            Self.process, Self.http, Self.connections, Self.files, Self.rewriting, Self.proxying,
            Self.upstreams, Self.logging, Self.accepted, Self.refusals,
        ] {
            all.merge(table) { first, _ in
                preconditionFailure("a directive has one rule, \(first.contexts) has two")
            }
        }
        all["server"]?.isBlockSometimes = true
        return all
    }()

    /// The known name that differs least from a mistyped one, when it is near enough.
    static func nearest(to name: String) -> String? {
        let typed = Array(name.utf8)
        guard typed.count >= 4, typed.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in Self.all.keys.sorted() {
            let distance = Self.distance(typed, Array(candidate.utf8))
            if distance <= min(2, typed.count / 4), distance < best?.distance ?? Int.max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// How many bytes must be changed, added or taken out (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let changed = diagonal + (byte == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
