/// A list of items in the order in which they came. The lock of the classes guards it and the links
/// in its items.
struct ItemQueue {
    private(set) var newest: UInt32 = 0
    private(set) var oldest: UInt32 = 0
    private(set) var count = 0

    /// Puts an item at the new end.
    mutating func append(_ reference: UInt32, _ item: Item, _ arena: Arena) {
        item.older = self.newest
        item.newer = 0
        if self.newest != 0 { Item(arena, self.newest).newer = reference }
        self.newest = reference
        if self.oldest == 0 { self.oldest = reference }
        self.count += 1
    }

    /// Takes an item out.
    mutating func remove(_ item: Item, _ arena: Arena) {
        if item.newer != 0 {
            Item(arena, item.newer).older = item.older
        } else {
            self.newest = item.older
        }
        if item.older != 0 {
            Item(arena, item.older).newer = item.newer
        } else {
            self.oldest = item.newer
        }
        self.count -= 1
    }

    /// Puts an item where another one is.
    mutating func exchange(_ old: Item, for reference: UInt32, _ item: Item, _ arena: Arena) {
        item.newer = old.newer
        item.older = old.older
        if old.newer != 0 {
            Item(arena, old.newer).older = reference
        } else {
            self.newest = reference
        }
        if old.older != 0 {
            Item(arena, old.older).newer = reference
        } else {
            self.oldest = reference
        }
    }

    /// Puts another list's items before this one's oldest, and empties it.
    mutating func prepend(_ other: inout ItemQueue, _ arena: Arena) {
        guard other.newest != 0 else { return }
        if self.oldest != 0 {
            Item(arena, self.oldest).older = other.newest
            Item(arena, other.newest).newer = self.oldest
        } else {
            self.newest = other.newest
        }
        self.oldest = other.oldest
        self.count += other.count
        other = ItemQueue()
    }
}
