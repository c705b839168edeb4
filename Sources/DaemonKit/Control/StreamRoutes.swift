import Base
import EventLoop

/// Lines as they come: the daemon's log and its events.
extension ControlServer {
    /// How often a stream at rest sends an empty line, which finds out that its client has gone.
    private static let restInterval = Duration.seconds(5)
    private static let usualRecentCount = 50

    /// Registers a route for what a hub has: the last lines as one JSON document, or with
    /// `?follow=true` one JSON document a line until the client goes.
    func route(_ path: String, of hub: LineHub, named name: String) {
        self.route("GET", path) { request in
            let count = try request.number("recent", usual: Self.usualRecentCount)
            guard try request.flag("follow") else {
                return .json { json in
                    json.object { json in
                        json.key(name)
                        json.array { json in
                            for line in hub.recent(count) { json.document(line) }
                        }
                    }
                }
            }
            return .lines { stream in await Self.follow(hub, recent: count, stream) }
        }
    }

    private static func follow(_ hub: LineHub, recent count: Int, _ stream: ControlStream) async {
        let (recent, listening) = hub.listen(recent: count)
        defer { hub.leave(listening) }
        var isThere = true
        for line in recent where isThere { isThere = await stream.write(line: line) }
        while isThere, let news = await listening.next(within: restInterval, on: stream.loop) {
            if news.lines.isEmpty, news.lostCount == 0 { isThere = await stream.write(line: "") }
            for line in news.lines where isThere { isThere = await stream.write(line: line) }
            if news.lostCount > 0, isThere {
                isThere = await stream.write(line: "{\"lost\":\(news.lostCount)}")
            }
        }
    }
}

extension ControlRequest {
    /// Whether a query pair is `true` or `1`; false without it.
    ///
    /// - Throws: `badRequest` for anything else but `false` and `0`.
    package func flag(_ name: String) throws(ControlError) -> Bool {
        switch self.queryValue(name) {
        case "true", "1": true
        case nil, "false", "0": false
        default: throw .badRequest("\(name) is true or false")
        }
    }
}
