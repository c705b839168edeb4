import Base

/// Finds the location that a path belongs to, by nginx's rules.
///
/// An exact name wins at once. Else the longest prefix is remembered, and what is nested in it is
/// asked. Unless that prefix forbids it (`^~`), the regular expressions are tried in order and the
/// first one wins; else the remembered prefix does.
package struct LocationTable: Sendable {
    /// What a search found.
    package enum Outcome: Sendable {
        /// No location takes the path.
        case none
        /// This one does.
        case found(Location)
        /// The path is a location's name without its `/` at the end: the client is sent there
        /// (301).
        case needsSlash(Location)
    }

    private let exact: [(name: [UInt8], location: Location)]
    private let prefixes: [(name: [UInt8], location: Location)]
    private let patterns: [(pattern: BoundPattern, location: Location)]
    private let named: [String: Location]

    /// Takes the locations of one block in the order written, each pattern with its expression.
    package init(_ locations: [(location: Location, pattern: BoundPattern?)] = []) {
        var exact: [(name: [UInt8], location: Location)] = []
        var prefixes: [(name: [UInt8], location: Location)] = []
        var patterns: [(pattern: BoundPattern, location: Location)] = []
        var named: [String: Location] = [:]
        for (location, pattern) in locations {
            switch location.kind {
            case .exact: exact.append((Array(location.name.utf8), location))
            case .prefix, .prefixBeforePatterns:
                prefixes.append((Array(location.name.utf8), location))
            case .pattern: if let pattern { patterns.append((pattern, location)) }
            case .named: named[location.name] = location
            case .nameless: continue
            }
        }
        self.exact = exact
        self.prefixes = prefixes.sorted { $0.name.count > $1.name.count }
        self.patterns = patterns
        self.named = named
    }

    /// The location `@name`; `name` without the mark.
    package func location(named name: String) -> Location? { self.named[name] }

    /// Searches for the location of a normalised path. Groups of expressions go to `state`.
    package func find(_ path: Span<UInt8>, state: VariableState) -> Outcome {
        for entry in self.exact where path.isEqual(to: entry.name.span) {
            return .found(entry.location)
        }
        var best: Location?
        for index in self.prefixes.indices {
            let name = self.prefixes[index].name
            if name.count > path.count + 1 { continue }
            if name.count == path.count + 1 {
                guard self.prefixes[index].location.addsSlash,
                    name.span.extracting(first: path.count).isEqual(to: path)
                else { continue }
                return .needsSlash(self.prefixes[index].location)
            }
            if path.extracting(first: name.count).isEqual(to: name.span) {
                best = self.prefixes[index].location
                break
            }
        }
        if let best, let nested = best.nested {
            let outcome = nested.findFinal(path, state: state)
            if outcome.isFinal { return outcome.outcome }
            if case .found(let inner) = outcome.outcome {
                return self.tryPatterns(path, inner, state)
            }
        }
        return self.tryPatterns(path, best, state)
    }

    /// As `find`, and whether the outcome forbids the outer block to try its expressions.
    private func findFinal(
        _ path: Span<UInt8>, state: VariableState
    ) -> (outcome: Outcome, isFinal: Bool) {
        switch self.find(path, state: state) {
        case .found(let location):
            return (.found(location), location.kind == .exact || location.kind == .pattern)
        case .needsSlash(let location): return (.needsSlash(location), true)
        case .none: return (.none, false)
        }
    }

    private func tryPatterns(
        _ path: Span<UInt8>, _ best: Location?, _ state: VariableState
    ) -> Outcome {
        if best?.kind != .prefixBeforePatterns {
            for entry in self.patterns where state.match(entry.pattern, path) {
                if let nested = entry.location.nested,
                    case .found(let inner) = nested.find(path, state: state)
                {
                    return .found(inner)
                }
                return .found(entry.location)
            }
        }
        return best.map { .found($0) } ?? .none
    }
}
