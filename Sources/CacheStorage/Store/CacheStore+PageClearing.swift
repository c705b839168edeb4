// How a page is emptied, in steps. The classes' lock is held in all of it, and one stripe's.
extension CacheStore {
    /// How far a step of a clearing came.
    enum ClearingStep {
        /// There is more to do; the page went to its class; it was given back; it stays where it is
        /// as somebody is at work on it; none is being cleared.
        case more, moved, givenBack, givenUp, none
    }

    /// So many chunks, and about so many bytes, are seen to at once.
    private static let chunksAtOnce = 128, bytesAtOnce = 256 << 10

    /// Goes on with the page that is being cleared: a step, or the whole of it, which is given up
    /// when somebody is at work on it.
    func advanceClearing(_ slabs: Slabs, _ room: Room, whole: Bool = false) -> ClearingStep {
        guard let clearing = slabs.clearing else { return .none }
        let total = slabs.classes[clearing.index].chunksPerPage
        let byteCount = slabs.classes[clearing.index].chunkByteCount
        let atOnce = max(1, min(Self.chunksAtOnce, Self.bytesAtOnce / byteCount))
        let end = whole ? total : min(total, clearing.doneCount + atOnce)
        let units = slabs.classes[clearing.index].unitCount
        let first = self.arena.reference(ofPage: clearing.page)
        for number in clearing.doneCount..<end {
            guard self.clear(slabs, first + UInt32(number) * units, room) else {
                let isTooMuch = slabs.clearing?.isStuck(after: number, now: room.now) ?? true
                guard whole || isTooMuch else { return .more }
                slabs.lastStuckPage = clearing.page
                slabs.classes[clearing.index].mayGiveFrom =
                    room.now &+ PageClearing.restSeconds
                return self.endMove(slabs, clearing, isDone: false)
            }
        }
        slabs.clearing?.doneCount = end
        slabs.clearing?.stuckCount = 0
        return end < total ? .more : self.endMove(slabs, clearing, isDone: true)
    }

    /// Lets a class have its page again, if it is its page that is being cleared.
    func keepPage(_ slabs: Slabs, of index: Int) {
        guard let clearing = slabs.clearing, clearing.index == index else { return }
        _ = self.endMove(slabs, clearing, isDone: false)
    }

    private func endMove(
        _ slabs: Slabs, _ clearing: PageClearing, isDone: Bool
    ) -> ClearingStep {
        if isDone { slabs.lastStuckPage = nil } else { slabs.cancelClearing() }
        let isMoved = isDone && slabs.endClearing()
        if let target = clearing.target {
            self.observer?.pageMoved(
                from: clearing.index + 1, to: target + 1, isMoved: isMoved)
        }
        if isMoved { return .moved }
        return isDone ? .givenBack : .givenUp
    }

    /// Takes what has a chunk of the page that is being cleared, if something has it, to another
    /// chunk of the class, or evicts it. False when somebody is at work on it, or when it may not
    /// be evicted.
    private func clear(_ slabs: Slabs, _ chunk: UInt32, _ room: Room) -> Bool {
        var reference = chunk
        let isExtra = Item(self.arena, chunk).place == Item.Place.extra
        if isExtra { reference = Item(self.arena, chunk).older }
        let item = Item(self.arena, reference)
        if item.place == Item.Place.withdrawn { return true }
        if item.place == Item.Place.free {
            slabs.withdraw(chunk)
            return true
        }
        guard item.place != Item.Place.taken, reference != room.kept else { return false }
        let stripe = Stripes.index(of: item.hash)
        let isHeld = stripe == room.stripe
        guard isHeld || self.stripes.tryLock(stripe) else { return false }
        defer { if !isHeld { self.stripes.unlock(stripe) } }
        guard item.pinCount == 0 else { return false }
        if !self.isGone(item, now: room.now) {
            let isRelocated =
                isExtra
                ? self.relocate(slabs, extra: chunk, of: item)
                : self.relocate(slabs, reference, item, stripe)
            if isRelocated { return true }
            guard self.settings.evicts else { return false }
        }
        self.evict(slabs, reference, item, stripe, now: room.now)
        return true
    }
}
