package import Base

/// A request to a cache. Keys have 1 to 250 bytes without space or control characters.
package enum CacheRequest: Sendable {
    /// The value with flags and CAS number (`gets`).
    case get(key: String)
    /// Flags and CAS number without the value (`mg key f c`).
    case look(key: String)
    /// The same, and gives the item a new expiry (`mg key f c T`).
    case lookAndTouch(key: String, expiry: UInt32)
    /// Stores and asks for the new CAS number (`ms key length T F [C] [ME] c`).
    case store(key: String, flags: UInt32, expiry: UInt32, value: [UInt8], StoreCondition)
    /// Stores whatever is there (`set`).
    case set(key: String, flags: UInt32, expiry: Int, value: [UInt8])
    /// Stores only where nothing is (`add`).
    case add(key: String, flags: UInt32, expiry: Int, value: [UInt8])
    /// Stores only over the item with that CAS number (`cas`).
    case compareAndSet(key: String, flags: UInt32, expiry: Int, value: [UInt8], cas: UInt64)
    /// Deletes (`delete`).
    case delete(key: String)
    /// Gives an item a new expiry (`touch`).
    case touch(key: String, expiry: Int)
    /// Asks for a sign of life (`version`).
    case version

    /// What must be true for `store`.
    package enum StoreCondition: Equatable, Sendable {
        /// Nothing.
        case any
        /// There is no item.
        case absent
        /// The item has this CAS number.
        case unchanged(cas: UInt64)
    }

    /// What answers can look like.
    enum AnswerForm { case values, meta, metaStore, line }

    /// How the answer to this request is read.
    var answerForm: AnswerForm {
        switch self {
        case .get: .values
        case .look, .lookAndTouch: .meta
        case .store: .metaStore
        default: .line
        }
    }

    /// Appends the request as it goes over the wire (memcached's protocol.txt).
    package func append(to output: ByteBuffer) {
        switch self {
        case .get(let key):
            output.append("gets ")
            output.append(key)
            output.append("\r\n")
        case .look(let key):
            output.append("mg ")
            output.append(key)
            output.append(" f c\r\n")
        case .lookAndTouch(let key, let expiry):
            output.append("mg ")
            output.append(key)
            output.append(" f c T")
            output.append(decimal: UInt64(expiry))
            output.append("\r\n")
        case .store(let key, let flags, let expiry, let value, let condition):
            Self.appendMetaStore(key, flags, expiry, value, condition, to: output)
        case .set(let key, let flags, let expiry, let value):
            Self.appendStore("set ", key, flags, expiry, value, nil, to: output)
        case .add(let key, let flags, let expiry, let value):
            Self.appendStore("add ", key, flags, expiry, value, nil, to: output)
        case .compareAndSet(let key, let flags, let expiry, let value, let cas):
            Self.appendStore("cas ", key, flags, expiry, value, cas, to: output)
        case .delete(let key):
            output.append("delete ")
            output.append(key)
            output.append("\r\n")
        case .touch(let key, let expiry):
            output.append("touch ")
            output.append(key)
            output.append(UInt8(ascii: " "))
            output.append(decimal: expiry)
            output.append("\r\n")
        case .version: output.append("version\r\n")
        }
    }

    private static func appendMetaStore(
        _ key: String, _ flags: UInt32, _ expiry: UInt32, _ value: [UInt8],
        _ condition: StoreCondition, to output: ByteBuffer
    ) {
        output.append("ms ")
        output.append(key)
        output.append(UInt8(ascii: " "))
        output.append(decimal: value.count)
        output.append(" T")
        output.append(decimal: UInt64(expiry))
        output.append(" F")
        output.append(decimal: UInt64(flags))
        switch condition {
        case .any: break
        case .absent: output.append(" ME")
        case .unchanged(let cas):
            output.append(" C")
            output.append(decimal: cas)
        }
        output.append(" c\r\n")
        output.append(value)
        output.append("\r\n")
    }

    private static func appendStore(
        _ verb: StaticString, _ key: String, _ flags: UInt32, _ expiry: Int, _ value: [UInt8],
        _ cas: UInt64?, to output: ByteBuffer
    ) {
        output.append(verb)
        output.append(key)
        output.append(UInt8(ascii: " "))
        output.append(decimal: UInt64(flags))
        output.append(UInt8(ascii: " "))
        output.append(decimal: expiry)
        output.append(UInt8(ascii: " "))
        output.append(decimal: value.count)
        if let cas {
            output.append(UInt8(ascii: " "))
            output.append(decimal: cas)
        }
        output.append("\r\n")
        output.append(value)
        output.append("\r\n")
    }
}
