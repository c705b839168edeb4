import Base
import Synchronization
import SystemInterface

// `stats conns`.
extension StatisticsReports {
    func connections() -> StatisticList {
        var list = StatisticList()
        let instant = SystemClock.now()
        let now = instant.nanoseconds
        // As memcached has it: of a listener since the start.
        let uptime = Int(self.service.clock.uptime(instant))
        for listener in self.service.listenerNumbers {
            list.add("\(listener.descriptor):addr", Self.text(listener.address))
            list.add("\(listener.descriptor):state", "conn_listening")
            list.add("\(listener.descriptor):secs_since_last_cmd", uptime)
        }
        for place in self.service.datagrams.withLock({ $0?.numbers }) ?? [] {
            list.add("\(place.descriptor):UDP", "UDP")
            list.add("\(place.descriptor):addr", Self.text(place.address, "udp"))
            list.add("\(place.descriptor):state", "conn_read")
            list.add(
                "\(place.descriptor):secs_since_last_cmd", Self.since(place.lastCommand, now))
        }
        for record in self.service.table.all {
            let number = "\(record.descriptor)"
            let local = record.localAddress
            if case .unix? = local {
                list.add("\(number):addr", "unix:")
            } else {
                list.add("\(number):addr", Self.text(record.peerAddress))
            }
            if let local { list.add("\(number):listen_addr", Self.text(local)) }
            let isAsking = record === self.asking
            list.add("\(number):state", (isAsking ? .executing : record.state).word)
            list.add(
                "\(number):secs_since_last_cmd", Self.since(record.lastCommandNanoseconds, now))
        }
        return list
    }

    private static func since(_ then: Int64, _ now: Int64) -> Int {
        Int(max(0, now - then) / 1_000_000_000)
    }

    /// `tcp:127.0.0.1:11211`, `tcp6:[::1]:11211`, `unix:/path`.
    private static func text(_ address: SocketAddress, _ transport: String = "tcp") -> String {
        switch address {
        case .ipv4: "\(transport):\(address)"
        case .ipv6: "\(transport)6:\(address)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
