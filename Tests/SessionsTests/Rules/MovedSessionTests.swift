import Testing

@testable import Sessions

/// A session that is moved to another node while it is looked for: the places are not looked at in
/// one moment, and an older copy that nobody has removed may be all that a first search sees.
struct MovedSessionTests {
    private let keys = StorageKeys()
    private let id = SessionID(base: "0123456789ABCDEF0123456789ABCDEF", node: "n3")

    /// Three nodes, of which the last is dead.
    private func view() throws -> ClusterView {
        var view = ClusterView(
            shape: ClusterShape(try MemcachedNodes(memcachedNodes: "n1:a:1,n2:b:1,n3:c:1")))
        view.available.remove(2)
        view.epochs[2] += 1
        return view
    }

    private func stored(_ counter: UInt64) throws -> StoreAnswer {
        let content = SessionContent(
            version: SessionVersion(counter: counter, stamp: 1), creationMilliseconds: 0,
            maxInactiveSeconds: 1_800)
        return .found(
            flags: VersionFlags(content.version, isEnded: false).rawValue, cas: counter,
            value: try SessionEncoder.encode(content, base: self.id.base))
    }

    /// The answers to a search: what stands at a key of a node, nothing elsewhere.
    private func answers(
        to requests: [StoreRequest], _ there: [String: StoreAnswer], at node: Int
    ) -> [StoreAnswer] {
        requests.map { request in
            guard case .load(let key) = request.command, request.node == node else {
                return .missing
            }
            return there[key] ?? .missing
        }
    }

    @Test(arguments: [true, false])
    func anOlderCopyThatStandsAloneIsNotBelievedAtOnce(hasLocal: Bool) throws {
        let view = try self.view()
        let version = SessionVersion(counter: 57, stamp: 1)
        let local = LocalCopy(
            id: self.id, version: version, storedVersion: version, copies: SessionCopies())
        var look = SessionLookup(
            id: self.id, keys: self.keys, context: "", local: hasLocal ? local : nil)
        let moved = self.id.replacing(node: "n1")
        let backup = self.keys.backup(self.id.replacing(node: "n1"))
        guard case .reach = look.start(view), case .ask(let first) = look.received([], view),
            // The new place before it was written; what an earlier move left on the other node.
            case .ask(let second) = look.received(
                self.answers(to: first, [backup: try self.stored(54)], at: 1), view)
        else { throw Unexpected() }
        #expect(second == first)
        let now = [self.keys.session(moved): try self.stored(59)]
        guard case .done(.found(let found)) = look.received(
            self.answers(to: second, now, at: 0), view)
        else { throw Unexpected() }
        #expect(found.content.version.counter == 59)
        #expect(found.id == moved)
    }

    @Test func whatIsStillOlderAfterASecondSearchIsTheTruth() throws {
        let view = try self.view()
        let version = SessionVersion(counter: 57, stamp: 1)
        var look = SessionLookup(
            id: self.id, keys: self.keys, context: "",
            local: LocalCopy(
                id: self.id, version: version, storedVersion: version, copies: SessionCopies()))
        let backup = self.keys.backup(self.id.replacing(node: "n1"))
        guard case .reach = look.start(view), case .ask(let first) = look.received([], view)
        else { throw Unexpected() }
        let old = self.answers(to: first, [backup: try self.stored(54)], at: 1)
        guard case .ask = look.received(old, view),
            case .done(.localIsNewest) = look.received(old, view)
        else { throw Unexpected() }
    }

    @Test func nothingAfterSomethingIsNotBelievedAtOnceEither() throws {
        let view = try self.view()
        var look = SessionLookup(id: self.id, keys: self.keys, context: "", local: nil)
        let backup = self.keys.backup(self.id.replacing(node: "n1"))
        guard case .reach = look.start(view), case .ask(let first) = look.received([], view),
            case .ask(let second) = look.received(
                self.answers(to: first, [backup: try self.stored(54)], at: 1), view),
            // Its new place before it was written, the old one after it was emptied.
            case .ask(let third) = look.received(second.map { _ in .missing }, view)
        else { throw Unexpected() }
        let moved = self.keys.session(self.id.replacing(node: "n1"))
        guard case .done(.found(let found)) = look.received(
            self.answers(to: third, [moved: try self.stored(54)], at: 0), view)
        else { throw Unexpected() }
        #expect(found.content.version.counter == 54)
    }

    private struct Unexpected: Error {}
}
