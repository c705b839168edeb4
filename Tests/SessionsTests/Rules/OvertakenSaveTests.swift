import Testing

@testable import Sessions

/// Two servers write at once: the one whose second copy comes late must not think that its own
/// version is what the first copy holds.
struct OvertakenSaveTests {
    private let keys = StorageKeys()
    private let id = SessionID(base: "0123456789ABCDEF0123456789ABCDEF", node: "n1")

    private func content(_ counter: UInt64, _ names: String...) -> SessionContent {
        var content = SessionContent(
            version: SessionVersion(counter: counter, stamp: counter), creationMilliseconds: 0,
            maxInactiveSeconds: 1_800)
        for name in names { content.attributes[name] = .bool(true) }
        return content
    }

    private func found(_ content: SessionContent, cas: UInt64) throws -> StoreAnswer {
        let value = try SessionEncoder.encode(content, base: self.id.base)
        return .found(flags: content.flags.rawValue, cas: cas, value: value)
    }

    @Test func theVersionThatOvertookItGoesWithItsPlace() throws {
        let view = ClusterView(
            shape: ClusterShape(try MemcachedNodes(memcachedNodes: "n1:host:1,n2:host:2")))
        var changes = SessionChanges()
        changes.attributes["ours"] = .set(.bool(true))
        var copies = SessionCopies()
        copies.primary = CopyPlace(node: 0, epoch: view.epochs[0], cas: 1)
        copies.backup = CopyPlace(node: 1, epoch: view.epochs[1], cas: 1)
        let base = self.content(1, "old")
        var save = SessionSave(
            keys: self.keys, id: self.id, content: base, changes: changes, copies: copies,
            storedVersion: base.version, isNewSession: false, nowMilliseconds: 0, seed: 1)
        _ = save.start(view)
        // Ours is version 2; another server writes 3 over it, both copies, before our second copy.
        let theirs = self.content(3, "old", "ours", "theirs")
        _ = save.received([.stored(cas: 2)], view)
        _ = save.received([.conflict], view)
        _ = save.received([try self.found(theirs, cas: 7)], view)
        guard case .done(let outcome) = save.received([try self.found(theirs, cas: 8)], view) else {
            Issue.record("it ends with what both copies hold")
            return
        }
        #expect(outcome.result == .stored(copyCount: 2))
        #expect(outcome.copies.primary?.cas == 8)
        #expect(outcome.content.version == theirs.version)
        #expect(outcome.content.attributes.keys.sorted() == ["old", "ours", "theirs"])
    }
}
