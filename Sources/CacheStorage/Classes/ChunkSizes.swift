/// The sizes of chunks, from small to large, and which one holds how much. Constant.
struct ChunkSizes: Sendable {
    /// Up to here the class is looked up, beyond it searched for.
    private static let lookedUpByteCount = 16 << 10
    private static let unit = 8

    /// The sizes by class index.
    let all: [Int]
    /// The class for each count of 8-byte units.
    private let lookup: [UInt8]

    init(_ settings: StorageSettings) {
        let sizes = settings.chunkSizes()
        self.all = sizes
        var index = 0
        self.lookup = (0...Self.lookedUpByteCount / Self.unit).map { units in
            while index < sizes.count - 1, sizes[index] < units * Self.unit { index += 1 }
            return UInt8(index)
        }
    }

    /// The size of the largest chunks.
    var largest: Int { self.all[self.lastIndex] }
    var lastIndex: Int { self.all.count - 1 }

    /// The class whose chunks hold so many bytes, which are no more than the largest holds.
    @inline(__always)
    func index(for byteCount: Int) -> Int {
        if byteCount <= Self.lookedUpByteCount {
            return Int(self.lookup[(byteCount + Self.unit - 1) / Self.unit])
        }
        var low = 0
        var high = self.lastIndex
        while low < high {
            let middle = (low + high) / 2
            if self.all[middle] < byteCount { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The class in whose queues an item is: that of the chunks of its value.
    @inline(__always)
    func queueIndex(_ item: Item) -> Int {
        item.isChained ? self.lastIndex : item.classIndex
    }
}
