// InProcess: what storage and protocol do without sockets, by one thread and by several.
//
//   InProcess THREADS SECONDS
//
// Each thread parses command lines (ten gets to a set, 100,000 keys that all threads share, values
// of 100 bytes), executes them and writes the answers into a buffer. Prints operations a second.
import Base
import CacheStorage
import MemcacheProtocol
import Synchronization
import SystemInterface

let keyCount = 100_000
let linesAThread = 20_000
let value = [UInt8](repeating: 0x78, count: 100)

/// Executes prepared lines again and again until it is told to stop.
func work(
    _ store: CacheStore, through lane: StoreLane?, seed: UInt64, until stops: Stop
) -> Int {
    var random = SeededGenerator(seed: seed)
    let lines = ByteBuffer()
    var ends: [Int] = []
    for number in 0..<linesAThread {
        let key = "key:\(Int.random(in: 0..<keyCount, using: &random))"
        lines.append(number % 11 == 0 ? "set \(key) 0 0 \(value.count)" : "get \(key)")
        ends.append(lines.count)
    }
    let output = ByteBuffer(capacity: 1 << 16)
    var count = 0
    while !stops.isSet {
        var start = 0
        for end in ends {
            let bytes = lines.bytes
            execute(bytes.extracting(start..<end), on: store, through: lane, output)
            start = end
        }
        count += ends.count
    }
    return count
}

func execute(
    _ line: Span<UInt8>, on store: CacheStore, through lane: StoreLane?, _ output: ByteBuffer
) {
    if output.count > 60_000 { output.clear() }
    switch CommandParser.parse(line) {
    case .get(let keys, _):
        var tokens = TokenReader(keys)
        guard let key = tokens.next(line) else { return }
        _ = store.read(line.extracting(key), now: 10, through: lane) { item in
            output.append("VALUE ")
            output.append(line.extracting(key))
            output.append(" 0 100\r\n")
            item.appendValue(to: output)
            output.append("\r\n")
        }
        output.append("END\r\n")
    case .store(let command):
        _ = store.store(
            line.extracting(command.key), value.span, mode: .set, flags: command.flags, expiry: 0,
            now: 10, through: lane)
        output.append("STORED\r\n")
    default: preconditionFailure("no other lines are made")
    }
}

/// Says when it is over.
final class Stop: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { self.flag.load(ordering: .relaxed) }
    func set() { self.flag.store(true, ordering: .relaxed) }
}

/// Adds up what the threads did.
final class Sum: Sendable {
    private let number = Atomic<Int>(0)
    var value: Int { self.number.load(ordering: .acquiring) }
    func add(_ count: Int) { self.number.wrappingAdd(count, ordering: .releasing) }
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let threadCount = Int(arguments[1]), let seconds = Double(arguments[2])
else { preconditionFailure("usage: InProcess THREADS SECONDS") }
var settings = StorageSettings()
settings.memoryLimit = 256 << 20
let memory = try SharedMemory(byteCount: settings.byteCount)
// SAFETY: the store keeps the memory's owner.
let store = unsafe CacheStore(
    settings, memory: memory.bytes, owner: memory,
    origin: StoreOrigin(secret: 1, epoch: 0, unixNow: 2), giveBack: memory.giveBack)
for number in 0..<keyCount {
    let key = Array("key:\(number)".utf8)
    _ = store.store(key.span, value.span, mode: .set, flags: 0, expiry: 0, now: 10)
}
let stop = Stop()
let sum = Sum()
let begin = SystemClock.now()
let done = Sum()
for number in 0..<threadCount {
    // As `cached` has it: a lane for each loop, where there are several.
    let lane = threadCount == 1 ? nil : store.makeLane()
    let thread = try Thread(name: "bench") {
        sum.add(work(store, through: lane, seed: UInt64(number), until: stop))
        done.add(1)
    }
    _ = consume thread
}
Processes.sleep(.nanoseconds(Int64(seconds * 1e9)))
stop.set()
while done.value < threadCount { Processes.sleep(.milliseconds(1)) }
let elapsed = (SystemClock.now() - begin).fractionalSeconds
let report = ByteBuffer("\(Int(Double(sum.value) / elapsed))\n")
_ = try RawDescriptor.write(1, from: report)
