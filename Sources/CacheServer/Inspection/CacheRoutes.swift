import Base
import DaemonKit
import EventLoop
import MemcacheProtocol

/// What a cache answers on its control socket beside what every daemon does. Keys may be session
/// ids, so who may only read sees none.
enum CacheRoutes {
    static func register(_ service: CacheService, on loop: Loop, in control: ControlServer) {
        control.route("GET", "/v1/cache/keys", access: .confidential) { request in
            try await Self.keys(request, service, on: loop)
        }
        control.route("GET", "/v1/cache/bigkeys", access: .confidential) { request in
            let limit = try Self.limit(
                request, usual: BigKeys.keyCountUsual, max: BigKeys.keyCountMax)
            return Self.answer(await BigKeys.find(service, on: loop, limit: limit))
        }
        control.route("GET", "/v1/cache/hotkeys", access: .confidential) { request in
            let limit = try Self.limit(
                request, usual: HotKeys.keyCountMax, max: HotKeys.keyCountMax)
            let report = service.hotKeys.report(now: service.clock.second(loop.now))
            return Self.answer(report, limit: limit)
        }
        control.route("POST", "/v1/cache/flush", access: .change) { request in
            try await Self.flush(request, service, on: loop)
        }
    }

    private static func limit(
        _ request: ControlRequest, usual: Int, max: Int
    ) throws(ControlError) -> Int {
        let limit = try request.number("limit", usual: usual)
        guard (1...max).contains(limit) else { throw .badRequest("limit is from 1 to \(max)") }
        return limit
    }

    // MARK: Keys

    private static func keys(
        _ request: ControlRequest, _ service: CacheService, on loop: Loop
    ) async throws -> ControlResponse {
        let limit = try Self.limit(
            request, usual: KeyPage.keyCountUsual, max: KeyPage.keyCountMax)
        let text = request.queryValue("cursor") ?? "0"
        guard let cursor = UInt32(text) else {
            throw ControlError.badRequest("cursor is one that an answer gave, not \(text)")
        }
        let page = await KeyPage(
            service, on: loop, matching: request.queryValue("match").map { NamePattern($0) },
            from: cursor, limit: limit)
        return .json { json in
            json.object { json in
                Self.write(page.keys, to: &json)
                json.key("cursor")
                if let next = page.next { json.value("\(next)") } else { json.null() }
                json.member("examined", page.examinedCount)
            }
        }
    }

    private static func answer(_ big: BigKeys) -> ControlResponse {
        .json { json in
            json.object { json in
                Self.write(big.keys, to: &json)
                json.member("examined", big.examinedCount)
                json.member("isComplete", big.isComplete)
            }
        }
    }

    private static func write(_ keys: [KeyWalk.Found], to json: inout JSONWriter) {
        json.key("keys")
        json.array { json in
            for key in keys {
                json.object { json in
                    Self.write(key: key.key, to: &json)
                    json.member("valueBytes", key.valueByteCount)
                    json.member("itemBytes", key.byteCount)
                    json.key("expiresUnixSeconds")
                    if let expires = key.expires { json.value(Int(expires)) } else { json.null() }
                    json.member("lastUsedUnixSeconds", Int(key.lastUsed))
                    json.member("slabClass", key.classNumber)
                    json.member("flags", Int(key.flags))
                    json.member("wasFetched", key.wasFetched)
                }
            }
        }
    }

    /// A key as text; its bytes too where it is no UTF-8.
    private static func write(key: [UInt8], to json: inout JSONWriter) {
        let text = String(decoding: key, as: UTF8.self)
        json.member("key", text)
        guard Array(text.utf8) != key else { return }
        let encoded = ByteBuffer()
        Base64Key.encode(key.span, into: encoded)
        json.member("keyBase64", encoded.makeString())
    }

    // MARK: Hot keys

    private static func answer(_ report: HotKeys.Report, limit: Int) -> ControlResponse {
        let interval = Double(HotKeys.samplingInterval)
        return .json { json in
            json.object { json in
                json.member("seconds", report.seconds)
                json.member("sampled", report.sampledCount)
                json.member("samplingInterval", HotKeys.samplingInterval)
                json.key("keys")
                json.array { json in
                    for entry in report.entries.prefix(limit) {
                        let count = Double(entry.countMin)
                        json.object { json in
                            Self.write(key: entry.key, to: &json)
                            json.member("sampled", entry.countMin)
                            json.member("sampledMax", entry.count)
                            json.member("share", count / Double(max(1, report.sampledCount)))
                            json.member("perSecond", count * interval / Double(report.seconds))
                        }
                    }
                }
            }
        }
    }

    // MARK: Flush

    private static func flush(
        _ request: ControlRequest, _ service: CacheService, on loop: Loop
    ) async throws -> ControlResponse {
        let prefix = try request.fields()["prefix"]?.string ?? ""
        guard (1...ProtocolLimits.keyByteCountMax).contains(prefix.utf8.count) else {
            throw ControlError.badRequest(
                "the body is {\"prefix\":\"…\"} with 1 to \(ProtocolLimits.keyByteCountMax) bytes;"
                    + " flush_all flushes everything")
        }
        guard service.options.commands.allowsFlush else {
            throw ControlError.refused("flushing is not allowed (-F)")
        }
        let flushed = await service.prefixFlushes.run(Array(prefix.utf8), service, on: loop)
        guard let flushed else {
            throw ControlError.unavailable(
                "\(PrefixFlushRuns.runCountMax) prefixes are being flushed; try again later")
        }
        return .json { json in
            json.object { json in
                json.member("prefix", prefix)
                json.member("flushed", flushed)
            }
        }
    }
}
