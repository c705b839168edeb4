/// Which servers a request has been sent to already, so that a retry goes elsewhere.
///
/// Part of the request; handed to each `choose`. Allocates only for groups of more than 64 servers.
package struct TriedPeers: Equatable, Sendable {
    private var first: UInt64 = 0
    private var rest: [UInt64] = []
    /// How many choices were made.
    package private(set) var count = 0
    /// The hash methods' running sum and number of rounds.
    var hashSum: UInt64 = 0
    var hashRounds = 0

    /// Nothing tried yet.
    package init() {}

    /// Whether the server was tried.
    package func contains(_ index: Int) -> Bool {
        if index < 64 { return self.first & (1 << UInt64(index)) != 0 }
        let word = index / 64 - 1
        return word < self.rest.count && self.rest[word] & (1 << UInt64(index % 64)) != 0
    }

    /// Marks a server as tried.
    package mutating func insert(_ index: Int) {
        self.count += 1
        if index < 64 {
            self.first |= 1 << UInt64(index)
            return
        }
        let word = index / 64 - 1
        while self.rest.count <= word { self.rest.append(0) }
        self.rest[word] |= 1 << UInt64(index % 64)
    }
}
