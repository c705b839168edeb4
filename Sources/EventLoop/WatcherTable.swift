/// What a loop calls for a descriptor's event.
enum Watcher {
    /// A connection, told in which directions it is ready.
    case connection(Connection)
    /// A socket for datagrams, told the same.
    case datagrams(DatagramSocket)
    /// Any other descriptor that became readable.
    case closure(() -> Void)
}

/// Says which watched descriptor is meant, for `Loop.unwatch`.
package struct WatchToken: Sendable {
    let value: UInt64
    let descriptor: Int32
}

/// The watched descriptors of one loop, by token.
///
/// A token is a slot number and the number of times that the slot was used, so an event that was
/// under way when its descriptor was closed does not reach the next user of the slot.
struct WatcherTable {
    /// The token of the loop's own wake-up descriptor.
    static let wakeUpToken = UInt64.max
    /// The token of its pace's timer.
    static let paceToken = UInt64.max - 1

    private struct Slot {
        var use: UInt32 = 0
        var watcher: Watcher?
    }

    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []

    /// The watcher that `token` was given for, or nil when it has been removed.
    subscript(token: UInt64) -> Watcher? {
        let index = Int(token & 0xFFFF_FFFF)
        guard index < self.slots.count, self.slots[index].use == UInt32(token >> 32) else {
            return nil
        }
        return self.slots[index].watcher
    }

    /// All connections among the watchers. O(n).
    var connections: [Connection] {
        self.slots.compactMap {
            if case .connection(let connection)? = $0.watcher { return connection }
            return nil
        }
    }

    /// Adds a watcher and answers its token.
    mutating func add(_ watcher: Watcher) -> UInt64 {
        if self.freeSlots.isEmpty {
            self.slots.append(Slot())
            self.freeSlots.append(UInt32(self.slots.count - 1))
        }
        let index = self.freeSlots.removeLast()
        self.slots[Int(index)].watcher = watcher
        return UInt64(self.slots[Int(index)].use) << 32 | UInt64(index)
    }

    /// Removes the watcher of `token`; a token that is out of use is ignored.
    mutating func remove(_ token: UInt64) {
        let index = Int(token & 0xFFFF_FFFF)
        guard index < self.slots.count, self.slots[index].use == UInt32(token >> 32) else { return }
        self.slots[index].watcher = nil
        self.slots[index].use &+= 1
        if self.slots[index].use == .max { self.slots[index].use = 0 }
        self.freeSlots.append(UInt32(index))
    }
}
