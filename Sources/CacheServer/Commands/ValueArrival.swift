import CacheStorage
import EventLoop
import MemcacheProtocol

/// A storage command whose value is too large to be waited for in the input: it goes into the
/// memory of its item while it comes, so that it is nowhere twice.
///
/// A class, as sessions are many and few of them have one.
final class ValueArrival {
    /// Values of at least so many bytes come so: those that fit no block of input.
    static let byteCountMin = Loop.bufferBlockSize
    /// How much is received at once.
    static let pieceByteCountMax = 128 << 10

    /// The command, whose ranges point into `head`.
    enum Command {
        case text(StoreCommand)
        case meta(key: Range<Int>, flags: Range<Int>, MetaSetRequest)
        case binary(BinaryRequest)

        /// How many bytes the value has.
        var valueByteCount: Int {
            switch self {
            case .text(let command): command.byteCount
            case .meta(_, _, let request): request.byteCount
            case .binary(let request): request.value.count
            }
        }

        /// Whether the client wants no answer, also when the value does not end as it should.
        var isSilent: Bool {
            if case .text(let command) = self { return command.isSilent }
            return false
        }

        /// What stands behind the value: a line's end, but in the binary protocol.
        var endByteCount: Int {
            if case .binary = self { return 0 }
            return 2
        }
    }

    let command: Command
    /// The line, or the packet as far as the value.
    let head: [UInt8]
    let item: PendingItem

    init(_ command: Command, head: [UInt8], item: PendingItem) {
        self.command = command
        self.head = head
        self.item = item
    }
}
