import Base

/// The keys under which one context's sessions are stored.
///
/// A key is made of its parts when it is needed and never taken apart again, so dashes and dots in
/// a host, context or route do no harm (memcached-session-manager looks for the node after the
/// first dash of the whole key).
///
/// | key | node | value |
/// | --- | --- | --- |
/// | `P ID` | the one the id names | the session |
/// | `bak:P ID` | the next available one | the same |
/// | `validity:P ID`, `bak:validity:P ID` | as the two above | the last access |
/// | `lock:P ID` | as the first | the lock's holder |
package struct StorageKeys: Hashable, Sendable {
    /// Longest prefix in bytes, so that every key stays within memcached's 250.
    package static let prefixBytesMax = 64

    /// What all keys of the context begin with (after `bak:` and the like); often empty.
    package let prefix: String

    /// Makes the keys of a context with a prefix that `StorageKeyPrefix` made.
    package init(prefix: String = "") { self.prefix = prefix }

    /// The session itself. The route is no part of it: a session that moves between application
    /// servers keeps its place.
    package func session(_ id: SessionID) -> String { self.prefix + Self.stored(id) }
    /// Its second copy.
    package func backup(_ id: SessionID) -> String { "bak:" + self.prefix + Self.stored(id) }
    /// When it was last used.
    package func validity(_ id: SessionID) -> String { "validity:" + self.prefix + Self.stored(id) }
    /// The copy of that.
    package func backupValidity(_ id: SessionID) -> String {
        "bak:validity:" + self.prefix + Self.stored(id)
    }
    /// Its lock.
    package func lock(_ id: SessionID) -> String { "lock:" + self.prefix + Self.stored(id) }

    private static func stored(_ id: SessionID) -> String {
        guard let node = id.node else { return id.base }
        return id.base + "-" + node
    }
}

/// Where a context is, for the parts of `storageKeyPrefix`.
package struct StorageKeyContext: Hashable, Sendable {
    /// The host's name.
    package var host: String
    /// The context's name without its leading slash; empty for ROOT.
    package var context: String
    /// The context's version (`##version` of its folder), mostly empty.
    package var webappVersion: String

    /// Says where a context is.
    package init(host: String, context: String, webappVersion: String = "") {
        self.host = host
        self.context = context
        self.webappVersion = webappVersion
    }
}

/// Makes the prefix that the attribute `storageKeyPrefix` describes.
package enum StorageKeyPrefix {
    /// Reads a comma list of `static:x`, `host`, `host.hash`, `context`, `context.hash`,
    /// `webappVersion`; values that are not empty are joined by `:` and end in `_`.
    ///
    /// - Throws: a part that is unknown, or a prefix that is too long for a key.
    package static func make(
        _ configuration: String, for place: StorageKeyContext
    ) throws(SessionSettingsError) -> String {
        var values: [String] = []
        for part in configuration.split(separator: ",") {
            let name = trimmed(part)
            let value: String
            if name.hasPrefix("static:") {
                value = String(name.dropFirst("static:".count))
            } else {
                switch name {
                case "host": value = place.host
                case "host.hash": value = Self.hash(place.host)
                case "context": value = place.context
                case "context.hash": value = Self.hash(place.context)
                case "webappVersion": value = place.webappVersion
                default: throw .unknownKeyPrefixPart(name)
                }
            }
            if !value.isEmpty { values.append(Self.escaped(value)) }
        }
        guard !values.isEmpty else { return "" }
        let prefix = values.joined(separator: ":") + "_"
        guard prefix.utf8.count <= StorageKeys.prefixBytesMax else {
            throw .keyPrefixTooLong(prefix)
        }
        return prefix
    }

    /// What a memcached key cannot hold is written as `%XX`.
    private static func escaped(_ text: String) -> String {
        let buffer = ByteBuffer()
        for byte in text.utf8 {
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                buffer.append(byte)
            } else {
                buffer.append(UInt8(ascii: "%"))
                buffer.append(hexadecimal: UInt64(byte), minimumDigits: 2)
            }
        }
        return buffer.bytes.makeString()
    }

    /// The first eight hexadecimal digits of SHA-256.
    private static func hash(_ text: String) -> String {
        SHA256.hexadecimal(text, digitCount: 8)
    }
}

/// `text` without white space at both ends.
func trimmed(_ text: some StringProtocol) -> String {
    let isSpace = { (character: Character) in character.isWhitespace }
    guard let start = text.firstIndex(where: { !isSpace($0) }),
        let end = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[start...end])
}
