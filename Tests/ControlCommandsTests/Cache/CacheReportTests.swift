import SystemInterface
import Testing

@testable import ControlCommands

/// Statistics of caches as records, and where a cache is reached.
struct CacheReportTests {
    private static let slabs = [
        ("5:chunk_size", "240"), ("5:used_chunks", "2"), ("5:total_chunks", "4369"),
        ("5:total_pages", "1"), ("5:get_hits", "4"), ("5:cmd_set", "6"), ("active_slabs", "1"),
    ].map { (name: $0.0, value: $0.1) }
    private static let items = [
        ("items:5:number", "2"), ("items:5:number_hot", "2"), ("items:5:age", "90"),
        ("items:5:mem_requested", "388"), ("items:5:evicted", "7"),
    ].map { (name: $0.0, value: $0.1) }

    @Test func classesAreJoinedFromBothReports() {
        let classes = CacheClasses(slabs: Self.slabs, items: Self.items)
        #expect(classes.numbers == [5])
        let slab = CacheSlabsCommand.records(classes).records[0]
        #expect(slab[1] == .bytes(240) && slab[6] == .bytes(388) && slab[7] == .bytes(92))
        #expect(slab[10] == .number(7))
        let item = CacheItemsCommand.records(classes).records[0]
        #expect(item[1] == .number(2) && item[5] == .seconds(90) && item[6] == .number(7))
    }

    @Test func connectionsKeepTheirOrder() {
        let pairs = [
            ("12:addr", "tcp:127.0.0.1:1"), ("12:state", "conn_listening"),
            ("9:addr", "tcp:127.0.0.1:2"), ("9:listen_addr", "tcp:127.0.0.1:1"),
            ("9:secs_since_last_cmd", "3"), ("nonsense", "1"),
        ].map { (name: $0.0, value: $0.1) }
        let records = CacheConnectionsCommand.records(pairs).records
        #expect(records.map { $0[0] } == [.number(12), .number(9)])
        #expect(records[1][4] == .seconds(3) && records[0][4] == .none)
    }

    @Test(arguments: [
        (["127.0.0.1:11211"], "127.0.0.1:11211"), (["0.0.0.0:7"], "127.0.0.1:7"),
        (["[::]:7"], "[::1]:7"), (["127.0.0.1:1", "unix:/run/c"], "unix:/run/c"),
    ])
    func aCacheIsReachedWhereItListens(listening: [String], address: String) throws {
        #expect(try CacheOptions.reachable(listening, name: "n").description == address)
    }

    @Test func aWatchedLineBecomesAnObject() {
        #expect(
            CacheWatchCommand.object("ts=1.5 gid=3 type=item_get key=a%20b size=7 odd")
                == #"{"ts":"1.5","gid":3,"type":"item_get","key":"a b","size":7,"text":"odd"}"#)
    }

    @Test(arguments: [("", false), ("a b", false), ("a\u{7F}", false), ("k", true)])
    func aKeyIsWhatACacheTakes(text: String, isOne: Bool) {
        #expect((CacheKey(argument: text) != nil) == isOne)
        #expect(CacheKey(argument: String(repeating: "k", count: 251)) == nil)
    }
}
