/// Why an attribute of the Manager cannot be taken. The text names the attribute and what it
/// expects.
package enum SessionSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// `memcachedNodes` is missing or blank.
    case noNodes
    /// An entry of `memcachedNodes` has no form that is known.
    case malformedNode(String)
    /// Two nodes have the same id.
    case duplicateNode(String)
    /// More nodes than `MemcachedNodes.nodeCountMax`.
    case tooManyNodes(Int)
    /// The store is one that is not supported: Couchbase or Redis.
    case unsupportedStore(String)
    /// `failoverNodes` with a single node.
    case failoverWithSingleNode(String)
    /// `failoverNodes` names a node that is not among `memcachedNodes`.
    case unknownFailoverNode(String)
    /// Every node is a failover node.
    case onlyFailoverNodes
    /// A part of `storageKeyPrefix` is unknown.
    case unknownKeyPrefixPart(String)
    /// `storageKeyPrefix` makes keys that memcached cannot hold.
    case keyPrefixTooLong(String)
    /// A value is not one of those that an attribute can have.
    case badValue(attribute: String, value: String, expected: String)
    /// An attribute, or its value, asks for what is not offered.
    case refused(attribute: String, reason: String)

    package var description: String {
        switch self {
        case .noNodes: "memcachedNodes is empty: write id:host:port, or host:port for one node"
        case .malformedNode(let text):
            "memcachedNodes: '\(text)' is not id:host:port, host:port or id:unix:/path"
        case .duplicateNode(let id): "memcachedNodes: the id '\(id)' stands twice"
        case .tooManyNodes(let count):
            "memcachedNodes: \(count) nodes, at most \(MemcachedNodes.nodeCountMax) are supported"
        case .unsupportedStore(let text):
            "memcachedNodes: '\(text)': Couchbase and Redis are not supported, memcached is"
        case .failoverWithSingleNode(let text):
            "failoverNodes='\(text)': with a single memcached node there is nothing to fail over to"
        case .unknownFailoverNode(let id):
            "failoverNodes: there is no node '\(id)' in memcachedNodes"
        case .onlyFailoverNodes:
            "failoverNodes names all nodes: at least one has to be a primary node"
        case .unknownKeyPrefixPart(let part):
            "storageKeyPrefix: '\(part)' is none of static:x, host, host.hash, context, "
                + "context.hash, webappVersion"
        case .keyPrefixTooLong(let prefix):
            "storageKeyPrefix: '\(prefix)' is longer than \(StorageKeys.prefixBytesMax) bytes: "
                + "use host.hash or context.hash"
        case .badValue(let attribute, let value, let expected):
            "\(attribute)='\(value)': expected \(expected)"
        case .refused(let attribute, let reason): "\(attribute): \(reason)"
        }
    }
}
