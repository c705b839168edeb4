/// The limits of the protocol (memcached 1.6).
package enum ProtocolLimits {
    /// The longest key in bytes.
    package static let keyByteCountMax = 250
    /// How long a line without an end may be when it is no get.
    package static let lineByteCountMax = 2_048
    /// How long a multi-get's line may be; our limit.
    package static let getLineByteCountMax = 1 << 20
    /// The longest opaque token of a meta command, with its letter.
    package static let opaqueByteCountMax = 32
    /// How many words a meta command may have.
    package static let metaWordCountMax = 20
    /// How many words may stand behind the key of a delete; our limit.
    package static let deleteWordCountMax = 3
    /// How many blanks a multi-get's line may begin with.
    package static let leadingBlankCountMax = 100
}

/// How a value is stored.
package enum StoreVerb: Equatable, Sendable {
    case set, add, replace, append, prepend, compareAndSet

    /// Whether the bytes are joined to a value that is there.
    package var isJoin: Bool { self == .append || self == .prepend }
}

/// A storage command's line; the data block follows it.
package struct StoreCommand: Equatable, Sendable {
    /// How it is stored.
    package var verb: StoreVerb
    /// Where the key stands in the line.
    package var key: Range<Int>
    /// The client's flag bits.
    package var flags: UInt32
    /// As the client gave it: seconds, a Unix time, or negative.
    package var expiry: Int
    /// How many bytes the data block has, without its line end.
    package var byteCount: Int
    /// The CAS number of `cas`.
    package var cas: UInt64
    /// Whether the client wants no answer (`noreply`).
    package var isSilent: Bool
}

/// One command, pointing into the line it was read from.
package enum Command: Sendable {
    /// `get`, `gets`: where the keys stand.
    case get(keys: Range<Int>, withCAS: Bool)
    /// `gat`, `gats`.
    case getAndTouch(keys: Range<Int>, expiry: Int, withCAS: Bool)
    case store(StoreCommand)
    case delete(key: Range<Int>, isSilent: Bool)
    case arithmetic(key: Range<Int>, delta: UInt64, isIncrement: Bool, isSilent: Bool)
    case touch(key: Range<Int>, expiry: Int, isSilent: Bool)
    /// `delay` is nil where it is no number.
    case flushAll(delay: Int?, isSilent: Bool)
    case version
    /// `stats` with the words behind it.
    case stats(words: Range<Int>)
    case quit
    /// A command for who runs the server, with the words behind it.
    case manage(ManagementVerb, words: Range<Int>)
    case metaGet(key: Range<Int>, flags: Range<Int>)
    /// `ms`: the line's flags are read when the data block is there.
    case metaSet(key: Range<Int>, byteCount: Int, flags: Range<Int>)
    case metaDelete(key: Range<Int>, flags: Range<Int>)
    case metaArithmetic(key: Range<Int>, flags: Range<Int>)
    /// `me`: what is known of an item.
    case metaDebug(key: Range<Int>, isBinary: Bool)
    case metaNoOp
    /// A line that is refused, with the whole answer.
    case refused(StaticString)
    /// The same, with a data block behind it that is to be passed over.
    case refusedStore(StaticString, byteCount: Int)
}
