import SystemInterface
import Testing

@testable import ControlCommands

/// Dumps as files: what was written is read back, and what is none is refused with its place.
struct CacheDumpTests {
    private static func path() -> String {
        "/tmp/holdfast-dump-" + SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
    }

    @Test func whatWasWrittenIsReadBack() throws {
        let path = Self.path()
        defer { try? Files.remove(path) }
        let items = [
            DumpItem(key: "a", flags: 7, expires: 0, value: Array("x\r\ny".utf8)),
            DumpItem(key: "empty", flags: 0, expires: 1_900_000_000, value: []),
            DumpItem(
                key: "large", flags: .max, expires: 0,
                value: [UInt8](repeating: 0x0A, count: 1_000_000)),
        ]
        let writer = try DumpWriter(path)
        for item in items {
            try writer.add(
                "add \(item.key) \(item.flags) \(item.expires) \(item.value.count)\r\n", item.value)
        }
        try writer.close()
        let reader = try DumpReader(path)
        var found: [DumpItem] = []
        while let item = try reader.next() { found.append(item) }
        #expect(found == items)
        #expect(reader.share == 1 && reader.byteCount == writer.byteCount)
    }

    @Test(arguments: [
        ("add a 0 0 3\r\nab", "item 1: the file ends"),
        ("add a 0 0 1\r\nx\r\nadd b 0", "item 2: the file ends"),
        ("add a 0 0 1\r\nxyz\r\n", "item 1: the value of a has another length"),
        ("get a\r\n", "item 1: expected 'add KEY"), ("add a 0 0 -1\r\n", "expected"),
        ("add a 0 0 1 7\r\nx\r\n", "expected"),
        (String(repeating: "x", count: 4_000), "item 1: no command"),
    ])
    func whatIsNoDumpIsRefusedWithItsPlace(text: String, part: String) throws {
        let path = Self.path()
        defer { try? Files.remove(path) }
        try Files.write(Array(text.utf8), to: path)
        let reader = try DumpReader(path)
        let failure = #expect(throws: CommandFailure.self) {
            while try reader.next() != nil {}
        }
        #expect(failure?.description.contains(part) == true, "\(String(describing: failure))")
    }

    @Test func aLineOfADumpOfKeysIsRead() throws {
        let line = try #require(
            CacheKeyLine("key=a%20b exp=-1 la=17 cas=6 fetch=yes cls=5 size=192 flags=2461 "))
        #expect(line.key == Array("a b".utf8) && !line.isPlain)
        #expect(line.expires == -1 && line.lastUsed == 17 && line.wasFetched)
        #expect(line.slabClass == 5 && line.byteCount == 192)
        #expect(CacheKeyLine("OK") == nil && CacheKeyLine("key=%z exp=1") == nil)
    }

    @Test func progressFitsItsLine() {
        #expect(
            ProgressBar.line("load", 6, share: 0.5, byteCount: 2_048, seconds: 2, width: 80)
                == "load [###############---------------] 50 %  6 items  2.0 KiB  1.0 KiB/s")
        #expect(
            ProgressBar.line("load", 6, share: nil, byteCount: 0, seconds: 1, width: 80)
                == "load  6 items  0 B  0 B/s")
        let narrow = ProgressBar.line("load", 6, share: 2, byteCount: 1, seconds: 1, width: 20)
        #expect(narrow.count == 19)
    }
}
