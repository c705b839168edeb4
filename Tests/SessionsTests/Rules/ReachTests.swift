import Testing

@testable import Sessions

/// What is thought dead may live: nobody answers with less than there could be before it was tried.
struct ReachTests {
    private let keys = StorageKeys()
    private let id = SessionID(base: "0123456789ABCDEF0123456789ABCDEF", node: "n1")
    private let content = SessionContent(
        version: SessionVersion(counter: 0, stamp: 0), creationMilliseconds: 0,
        maxInactiveSeconds: 1_800)

    private func view(dead: [Int], of count: Int = 2) throws -> ClusterView {
        let nodes = (1...count).map { "n\($0):host:\($0)" }.joined(separator: ",")
        var view = ClusterView(shape: ClusterShape(try MemcachedNodes(memcachedNodes: nodes)))
        for node in dead {
            view.available.remove(node)
            view.epochs[node] += 1
        }
        return view
    }

    private func nodes(_ indices: Int...) -> NodeSet {
        var set = NodeSet()
        for index in indices { set.insert(index) }
        return set
    }

    private func newSave() -> SessionSave {
        SessionSave(
            keys: self.keys, id: self.id, content: self.content, changes: SessionChanges(),
            copies: SessionCopies(), storedVersion: nil, isNewSession: true, nowMilliseconds: 0,
            seed: 1)
    }

    @Test func aSaveTriesTheDeadNodeBeforeItIsContentWithOneCopy() throws {
        var save = self.newSave()
        let before = try self.view(dead: [1])
        guard case .ask(let first) = save.start(before) else { throw Unexpected() }
        #expect(first.map(\.node) == [0])
        guard case .reach(let tried) = save.received([.stored(cas: 1)], before) else {
            throw Unexpected()
        }
        #expect(tried == self.nodes(1))
        let after = try self.view(dead: [])
        guard case .ask(let second) = save.received([], after) else { throw Unexpected() }
        #expect(second.map(\.node) == [1])
        guard case .done(let outcome) = save.received([.stored(cas: 1)], after) else {
            throw Unexpected()
        }
        #expect(outcome.result == .stored(copyCount: 2))
    }

    @Test func aSaveTriesADeadNodeOnce() throws {
        var save = self.newSave()
        let view = try self.view(dead: [1])
        _ = save.start(view)
        _ = save.received([.stored(cas: 1)], view)
        guard case .done(let outcome) = save.received([], view) else { throw Unexpected() }
        #expect(outcome.result == .stored(copyCount: 1))
    }

    @Test func aSaveTriesAllBeforeItSaysThatNoneCanBeReached() throws {
        var save = self.newSave()
        let before = try self.view(dead: [0, 1])
        guard case .reach(self.nodes(0, 1)) = save.start(before) else { throw Unexpected() }
        guard case .ask(let first) = save.received([], try self.view(dead: [1])) else {
            throw Unexpected()
        }
        #expect(first.map(\.node) == [0])
    }

    @Test func aLookTriesTheDeadNodeOfItsId() throws {
        var look = SessionLookup(id: self.id, keys: self.keys, context: "", local: nil)
        guard case .reach(self.nodes(0)) = look.start(try self.view(dead: [0])) else {
            throw Unexpected()
        }
        guard case .ask(let loads) = look.received([], try self.view(dead: [])) else {
            throw Unexpected()
        }
        #expect(loads.map(\.node) == [0, 0, 1])
    }

    @Test func noSessionIsCalledMissingWhileADeadNodeWasNotTried() throws {
        var look = SessionLookup(id: self.id, keys: self.keys, context: "", local: nil)
        let view = try self.view(dead: [2], of: 3)
        guard case .ask = look.start(view),
            case .ask(let everywhere) = look.received([.missing, .missing, .missing], view),
            case .reach(self.nodes(2)) = look.received(everywhere.map { _ in .missing }, view)
        else { throw Unexpected() }
    }

    @Test func anEndIsToldAgainToANodeThatWasLostUnderIt() throws {
        var end = SessionEnd(
            keys: self.keys, id: self.id, content: self.content, nowMilliseconds: 0, stamp: 1)
        var view = try self.view(dead: [])
        guard case .ask(let marks) = end.start(view) else { throw Unexpected() }
        view.available.remove(0)
        view.epochs[0] += 1
        let answers: [StoreAnswer] = marks.map { $0.node == 0 ? .lost : .stored(cas: 1) }
        guard case .reach(self.nodes(0)) = end.received(answers, view) else { throw Unexpected() }
        view.available.insert(0)
        view.epochs[0] += 1
        guard case .ask(let again) = end.received([], view) else { throw Unexpected() }
        #expect(again.map(\.node) == [0, 0])
        guard
            case .done(let outcome) = end.received(again.map { _ in .stored(cas: 2) }, view)
        else { throw Unexpected() }
        #expect(outcome == .init(isComplete: true, isStored: true))
    }

    @Test func anEndThatANodeCannotBeToldIsNotComplete() throws {
        var end = SessionEnd(
            keys: self.keys, id: self.id, content: self.content, nowMilliseconds: 0, stamp: 1)
        let view = try self.view(dead: [1])
        guard case .reach = end.start(view), case .ask(let marks) = end.received([], view),
            case .done(let outcome) = end.received(marks.map { _ in .stored(cas: 1) }, view)
        else { throw Unexpected() }
        #expect(outcome == .init(isComplete: false, isStored: true))
    }

    private struct Unexpected: Error {}
}
