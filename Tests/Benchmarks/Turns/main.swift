// Turns: how long commands keep a loop of the cache, in processor time.
//
//   Turns [ITEMS]
//
// A cache of this process with one loop is asked for what is much work: values of hundreds of
// megabytes, dumps of ITEMS items (default 1,000,000), the growth of the table of hashes, flushes.
// For each it prints the longest turn of the loop in microseconds; none should be over 1,000. First
// it prints what the machine itself adds, and sees to it that memory is there.
import Base
import CacheServer
import DaemonKit
import EventLoop
import Logging
import SystemInterface

let itemCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let path = "/tmp/holdfast-turns-\(Processes.identifier).sock"
let line = ["cached", "-s", path, "-t", "1", "-m", "4000", "-I", "1024m"]

/// The work, each with its name.
func measure(_ client: TurnClient, _ meter: TurnMeter) async throws {
    func report(_ name: String) {
        let microseconds = meter.takeLongest().nanoseconds / 1_000
        let shown = name + String(repeating: " ", count: max(1, 44 - name.count))
        print("\(shown)\(microseconds) µs")
    }
    func step(_ name: String, _ text: String, until end: String) async throws {
        try await client.ask(text, until: end)
        report(name)
    }
    report("start")
    try await client.send("set", "large", byteCount: 500 << 20)
    report("set of 500 MB")
    try await step("get of 500 MB", "get large\r\n", until: "END\r\n")
    try await step("append to 500 MB", "append large 0 0 1\r\nx\r\n", until: "STORED\r\n")
    try await client.send("append", "large", byteCount: 100 << 20)
    report("append of 100 MB to 500 MB")
    try await step("delete of 600 MB", "delete large\r\n", until: "DELETED\r\n")
    let value = String(repeating: "v", count: 100)
    for start in stride(from: 0, to: itemCount, by: 1_000) {
        let sets = (start..<start + 1_000).map { "set key:\($0) 0 0 100 noreply\r\n\(value)\r\n" }
        try await client.ask(sets.joined() + "mn\r\n", until: "MN\r\n")
    }
    report("\(itemCount) sets, growth of the hash table")
    try await step("metadump", "lru_crawler metadump all\r\n", until: "END\r\n")
    try await step("mgdump", "lru_crawler mgdump all\r\n", until: "EN\r\n")
    try await step("stats cachedump", "stats cachedump 4 0\r\n", until: "END\r\n")
    for name in ["", " items", " slabs", " settings", " conns", " detail dump"] {
        try await step("stats\(name)", "stats\(name)\r\n", until: "END\r\n")
    }
    let missing = (0..<90_000).map { "none\($0)" }.joined(separator: " ")
    try await step("get of 90,000 misses", "get \(missing)\r\n", until: "END\r\n")
    let present = (0..<80_000).map { "key:\($0)" }.joined(separator: " ")
    try await step("get of 80,000 hits", "get \(present)\r\n", until: "END\r\n")
    try await step("flush_all", "flush_all\r\n", until: "OK\r\n")
    try await step("crawl of what was flushed", "lru_crawler crawl all\r\n", until: "OK\r\n")
    let loop = client.connection.loop
    await loop.sleep(until: loop.now + .seconds(3))
    report("three seconds of upkeep")
    for start in stride(from: 0, to: itemCount, by: 1_000) {
        let sets = (start..<start + 1_000).map { "set new:\($0) 0 0 100 noreply\r\n\(value)\r\n" }
        try await client.ask(sets.joined() + "mn\r\n", until: "MN\r\n")
        if start % 100_000 == 0 { report("  \(start) sets more") }
    }
    try await step("cache_memlimit 64", "cache_memlimit 64\r\n", until: "OK\r\n")
    await loop.sleep(until: loop.now + .seconds(3))
    report("three seconds of giving memory back")
}

print("the machine by itself: median, 99th percentile, longest")
print("  arithmetic                ", MachineNoise.arithmetic().text)
print("  a megabyte of fresh memory", MachineNoise.freshMemory(megabytes: 5_000).text)
print("  again                     ", MachineNoise.freshMemory(megabytes: 5_000).text)
let options = try CacheOptions(line)
var settings = DaemonSettings(name: "cached")
settings.loopCount = 1
let daemon = try Daemon(
    settings, sockets: try ActivatedSockets([]), logs: LogOutput(form: .human, level: .error))
let service = try CacheService(daemon, options, arguments: line)
let loops = try LoopGroup(count: 1, name: "client")
let meter = TurnMeter()
let served = daemon.loops.loops[0]
served.run { Loop.current?.turnMeter = meter }
let clientLoop = loops.loops[0]
await Task(executorPreference: clientLoop) {
    do {
        try await service.prepare(on: served)
        try await service.serve()
        let client = try await TurnClient(to: path, on: clientLoop)
        try await measure(client, meter)
        client.connection.close()
    } catch {
        print("Turns: \(error)")
    }
}.value
await service.stop()
