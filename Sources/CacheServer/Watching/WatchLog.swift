import Base
import CacheStorage
import MemcacheProtocol
import SystemInterface

/// What is told to those who watch, of one connection's doings. Lines are memcached's.
struct WatchLog {
    /// The words of a line, in the order that memcached has them.
    struct ItemFacts {
        var classNumber = 0
        var byteCount = 0
        var expiry: UInt32 = 0

        init() {}
        init(_ item: ItemView) {
            self.classNumber = item.classNumber
            self.byteCount = item.valueByteCount
            self.expiry = item.expiry
        }
    }

    let hub: WatchHub
    /// The connection's descriptor; -1 for datagrams.
    let descriptor: Int32

    /// An item was asked for; `item` is nil when it was not there.
    func fetched(_ key: Span<UInt8>, _ item: ItemFacts?) {
        guard self.hub.isWatched(.fetchers) else { return }
        let line = ByteBuffer("type=item_get key=")
        line.append(percentEncoded: key)
        line.append(" status=\(item == nil ? "not_found" : "found")")
        line.append(" clsid=\(item?.classNumber ?? 0) cfd=\(self.descriptor)")
        line.append(" size=\(item?.byteCount ?? 0)")
        self.hub.log(.fetchers, line)
    }

    /// An item was to be stored.
    func stored(
        _ key: Span<UInt8>, _ outcome: CacheStore.StoreOutcome, _ command: StaticString,
        secondsLeft: Int, _ item: ItemFacts
    ) {
        guard self.hub.isWatched(.mutations) else { return }
        let line = ByteBuffer("type=item_store key=")
        line.append(percentEncoded: key)
        line.append(" status=\(Self.word(outcome)) cmd=\(command) ttl=\(secondsLeft)")
        line.append(" clsid=\(item.classNumber) cfd=\(self.descriptor) size=\(item.byteCount)")
        self.hub.log(.mutations, line)
    }

    private static func word(_ outcome: CacheStore.StoreOutcome) -> StaticString {
        switch outcome {
        case .stored: "stored"
        case .notStored: "not_stored"
        case .exists: "exists"
        case .notFound: "not_found"
        case .tooLarge: "too_large"
        case .outOfMemory: "no_memory"
        }
    }

    /// An item was deleted.
    func deleted(_ key: Span<UInt8>, _ command: StaticString, _ item: ItemFacts) {
        guard self.hub.isWatched(.deletions) else { return }
        let line = ByteBuffer("type=deleted key=")
        line.append(percentEncoded: key)
        line.append(" cmd=\(command) clsid=\(item.classNumber) size=\(item.byteCount)")
        self.hub.log(.deletions, line)
    }
}

/// Why a connection ended, as `watch connevents` says it.
enum CloseReason: UInt8, Sendable {
    case error, normal, idleTimeout, shutdown

    var word: StaticString {
        switch self {
        case .error: "error"
        case .normal: "normal"
        case .idleTimeout: "idle_timeout"
        case .shutdown: "shutdown"
        }
    }
}

extension WatchHub {
    /// A connection came, or went for a reason.
    func logConnection(_ record: ConnectionRecord, closed reason: CloseReason? = nil) {
        guard self.isWatched(.connectionEvents) else { return }
        let line = ByteBuffer(reason == nil ? "type=conn_new rip=" : "type=conn_close rip=")
        switch record.peerAddress {
        case .unix: line.append("unix rport=0 transport=local")
        case let address:
            line.append("\(address.hostText) rport=\(address.port ?? 0) transport=tcp")
        }
        if let reason { line.append(" reason=\(reason.word)") }
        line.append(" cfd=\(record.descriptor)")
        self.log(.connectionEvents, line)
    }

    /// An item had to make room.
    func logEviction(_ key: Span<UInt8>, _ facts: EvictionFacts) {
        guard self.isWatched(.evictions) else { return }
        let line = ByteBuffer("type=eviction key=")
        line.append(percentEncoded: key)
        line.append(" fetch=\(facts.wasFetched ? "yes" : "no") ttl=\(facts.secondsLeft)")
        line.append(" la=\(facts.idleSeconds) clsid=\(facts.classNumber)")
        line.append(" size=\(facts.valueByteCount)")
        self.log(.evictions, line)
    }
}

extension WatchHub {
    /// A page went from one class to another, or could not.
    func logPageMove(from source: Int, to target: Int, isMoved: Bool) {
        guard self.isWatched(.systemEvents) else { return }
        let state: StaticString = isMoved ? "ok" : "fail"
        self.log(
            .systemEvents, ByteBuffer("type=slab_move src=\(source) dst=\(target) state=\(state)"))
    }

    /// A look through all items came to its end. memcached has a line for each of its queues; here
    /// one look goes through all.
    func logCrawl(seconds: Int, examined: Int, reclaimed: Int) {
        guard self.isWatched(.systemEvents) else { return }
        let line = ByteBuffer("type=lru_crawler crawler=0 lru=all low_mark=0 next_reclaims=0")
        line.append(" since_run=0 next_run=0 elapsed=\(seconds)")
        line.append(" examined=\(examined) reclaimed=\(reclaimed)")
        self.log(.systemEvents, line)
    }

    /// A client's TLS failed.
    func logTLSError(_ descriptor: Int32, _ message: String) {
        guard self.isWatched(.connectionEvents) else { return }
        let line = ByteBuffer("type=conntlserr fd=\(descriptor) msg=")
        line.append(String(message.map { $0.isNewline ? " " : $0 }))
        self.log(.connectionEvents, line)
    }
}

extension ByteBuffer {
    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    /// Appends a key as URIs have it: letters, digits and `-._~` as they are (RFC 3986, 2.3).
    func append(percentEncoded bytes: Span<UInt8>) {
        for place in 0..<bytes.count {
            let byte = bytes[place]
            let isPlain =
                byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "~")
            if isPlain {
                self.append(byte)
            } else {
                self.append(UInt8(ascii: "%"))
                self.append(Self.hexadecimal[Int(byte >> 4)])
                self.append(Self.hexadecimal[Int(byte & 15)])
            }
        }
    }
}
