import CacheStorage

/// Item memory beside what `StorageSettings` holds: how chunks are cut, moved and looked through.
package struct MemoryOptions: Sendable {
    /// A page of memcached's, which chunks divide.
    static let pageByteCount = 1 << 20
    private static let chunkAlignment = 8
    private static let classCountMax = 62

    /// The largest chunk (`-o slab_chunk_max`); larger items take several.
    package var chunkByteCountMax = 512 << 10
    private var hasChunkByteCountMax = false
    /// The sizes of `-o slab_sizes`; empty for sizes by the growth factor.
    package var chunkByteCounts: [Int] = []
    /// Whether pages go from one class to another (`-o slab_reassign`).
    package var reassigns = true
    /// `-o slab_automove`: 0 off, 1 slowly, 2 at each eviction; `slabs automove` changes it.
    package var automove = 1
    /// `-o slab_automove_ratio`, `slab_automove_window`, `slab_automove_freeratio`.
    package var automoveRatio = 0.8, automoveWindow = 10, automoveFreeRatio = 0.01
    /// `-o hashpower`: the hash table's first size as a power of two; 0 for the usual one.
    package var hashPower = 0
    /// Whether the hash table grows (not `-o no_hashexpand`).
    package var hashTableGrows = true
    /// `-o hash_algorithm`, for `stats settings` only: cached has its own.
    package var hashAlgorithm = "murmur3"
    /// `-o tail_repair_time`, for `stats settings` only.
    package var tailRepairSeconds = 0
    /// `-o track_sizes`.
    package var tracksSizes = false
    /// Whether memory comes in large pages (`-L`).
    package var usesLargePages = false
    /// Whether memory is never swapped out (`-k`).
    package var locksMemory = false
    /// The file that keeps items over a restart (`-e`).
    package var file: String?
    /// The order in which items go (`-o lru_…`).
    package var eviction = EvictionOptions()

    /// The defaults.
    package init() {}

    /// Takes an option of this kind; false when it is none.
    mutating func take(
        _ key: String, _ value: OptionValue, _ storage: inout StorageSettings
    ) throws(OptionProblem) -> Bool {
        switch key {
        case "m":
            let most = StorageSettings.memoryLimitMax >> 20
            storage.memoryLimit =
                try value.number(1...most, "megabytes", exitStatus: .usage) << 20
        case "M": storage.evicts = false
        case "n": storage.chunkByteCountMin = try value.number(1...65_536, "bytes")
        case "f":
            storage.growthFactor = try value.fraction("the factor is greater than 1") { $0 > 1 }
        case "I":
            storage.itemByteCountMax = try value.byteCount(
                1 << 10...1 << 30, "the largest item has 1k to 1024m bytes", exitStatus: .usage)
        case "L": self.usesLargePages = true
        case "k": self.locksMemory = true
        case "e": self.file = try value.text()
        default: return false
        }
        return true
    }

    /// Takes a suboption of `-o`; false when it is another.
    mutating func takeExtended(_ name: String, _ value: OptionValue) throws(OptionProblem) -> Bool {
        switch name {
        case "slab_reassign": self.reassigns = true
        case "no_slab_reassign": self.reassigns = false
        case "slab_automove":
            self.automove = value.argument == nil ? 1 : try value.number(0...2, "a mode")
        case "no_slab_automove": self.automove = 0
        case "slab_automove_ratio":
            self.automoveRatio = try value.fraction("a fraction of 1") { $0 > 0 && $0 <= 1 }
        case "slab_automove_freeratio":
            self.automoveFreeRatio = try value.fraction("a number") { _ in true }
        case "slab_automove_window":
            self.automoveWindow = try value.number(3...1_800, "seconds")
        case "slab_chunk_max":
            self.chunkByteCountMax = try value.number(1...1_024, "kilobytes") << 10
            self.hasChunkByteCountMax = true
        case "no_chunked_items": self.chunkByteCountMax = Self.pageByteCount
        case "slab_sizes": self.chunkByteCounts = try Self.sizes(value)
        case "hashpower": self.hashPower = try value.number(12...32, "a power of two")
        case "no_hashexpand": self.hashTableGrows = false
        case "hash_algorithm": self.hashAlgorithm = try Self.hashAlgorithm(value)
        case "tail_repair_time":
            self.tailRepairSeconds = try value.number(10...Int(Int32.max), "seconds")
        case "track_sizes": self.tracksSizes = true
        default: return try self.eviction.take(name, value)
        }
        return true
    }

    /// What memcached 1.4 did (`-o no_modern`).
    mutating func becomeOldFashioned() {
        if !self.hasChunkByteCountMax { self.chunkByteCountMax = Self.pageByteCount }
        self.reassigns = false
        self.automove = 0
        self.hashAlgorithm = "jenkins"
        self.eviction.becomeOldFashioned()
    }

    private static func sizes(_ value: OptionValue) throws(OptionProblem) -> [Int] {
        var sizes: [Int] = []
        for part in try value.text().split(separator: "-", omittingEmptySubsequences: true) {
            guard let size = Int(part) else {
                throw OptionProblem(
                    description: "\(value.written): '\(part)' is no size", exitStatus: .usage)
            }
            sizes.append(size)
        }
        return sizes
    }

    private static func hashAlgorithm(_ value: OptionValue) throws(OptionProblem) -> String {
        let name = try value.text()
        guard ["jenkins", "murmur3", "xxh3"].contains(name) else {
            throw OptionProblem(
                description: "\(value.written): jenkins, murmur3 or xxh3, not '\(name)'")
        }
        return name
    }

    /// Whether the sizes go together.
    mutating func settle(_ storage: inout StorageSettings) throws(OptionProblem) {
        let largest = storage.itemByteCountMax
        func refuse(_ message: String) -> OptionProblem {
            OptionProblem(description: message, exitStatus: .usage)
        }
        if largest > storage.memoryLimit / 2 {
            throw refuse("-I: the largest item takes half of the memory limit at most")
        }
        if largest > Self.pageByteCount, !self.hasChunkByteCountMax {
            self.chunkByteCountMax = Self.pageByteCount / 2
        }
        let chunk = self.chunkByteCountMax
        if chunk > largest {
            throw refuse(
                "-I: \(largest) bytes are less than the largest chunk, \(chunk) bytes; lower "
                    + "-o slab_chunk_max with it")
        }
        if largest % chunk != 0 {
            throw refuse("-I: \(largest) bytes are no multiple of the largest chunk, \(chunk)")
        }
        if Self.pageByteCount % chunk != 0 {
            throw refuse("-o slab_chunk_max: \(chunk) bytes do not divide a page of 1m")
        }
        try self.checkSizes(storage)
        try self.eviction.check()
        storage.chunkByteCountMax = chunk
        storage.slabSizes = self.chunkByteCounts
        if self.hashPower != 0 { storage.hashPower = self.hashPower }
        storage.hashTableGrows = self.hashTableGrows
        storage.pageMoves = self.pageMoves
    }

    /// When pages change their class.
    var pageMoves: PageMoves {
        var moves = PageMoves()
        moves.isOn = self.reassigns && self.automove > 0
        moves.isEager = self.automove == 2
        moves.ageRatio = self.automoveRatio
        return moves
    }

    private func checkSizes(_ storage: StorageSettings) throws(OptionProblem) {
        func refuse(_ message: String) -> OptionProblem {
            OptionProblem(description: "-o slab_sizes: \(message)", exitStatus: .usage)
        }
        var last = 0
        for size in self.chunkByteCounts {
            guard (storage.chunkByteCountMin...self.chunkByteCountMax).contains(size) else {
                throw refuse(
                    "\(size) is not within \(storage.chunkByteCountMin) (-n) and "
                        + "\(self.chunkByteCountMax) (slab_chunk_max)")
            }
            guard size > last + (last == 0 ? 0 : Self.chunkAlignment) else {
                throw refuse("\(size) must be over \(Self.chunkAlignment) larger than \(last)")
            }
            last = size
        }
        if self.chunkByteCounts.count > Self.classCountMax {
            throw refuse("there are \(Self.classCountMax) classes at most")
        }
    }
}
