import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl cache load FILE`: the items of a dump.
struct CacheLoadCommand: ParsableCommand {
    /// How many items, and how many bytes, are on their way at once.
    private static let batchCount = 200, batchByteCountMax = 1 << 20

    static let fields: [RecordList.Field] = [
        .text("file", "FILE", "the file"),
        .number("stored", "STORED", "items that were stored"),
        .number("kept", "WERE THERE", "items whose keys were there, and stayed as they were"),
        .number("expired", "EXPIRED", "items whose time was over"),
        .number("refused", "REFUSED", "items that the cache refused"),
        .text("refusal", "WHY", "the key of one of them and the cache's words; null without"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Store the items of a dump in a cache.",
        discussion: """
            What is there stays, unless --overwrite says otherwise. Items whose time is over are \
            left out.

            Examples:
              ctl cache load items.dump
              ctl cache load --overwrite --server n2 items.dump

            Exit status 1 when the file is no dump, or the cache refused an item.

            \(RecordList.help("loads", Self.fields))
            """)

    @Argument(help: "The file; - for standard input.", completion: .file()) var file: String
    @Flag(help: "Put the file's items in the place of those that are there.") var overwrite = false
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: DoneOptions

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            let reader = try DumpReader(command.file)
            let now = Int(SystemClock.unixNanoseconds() / 1_000_000_000)
            let progress = ProgressBar("load")
            var sum = Sum()
            var isAtEnd = false
            while !isAtEnd {
                var batch: [DumpItem] = []
                var byteCount = 0
                while batch.count < Self.batchCount, byteCount < Self.batchByteCountMax {
                    guard let item = try reader.next() else {
                        isAtEnd = true
                        break
                    }
                    if item.expires > 0, item.expires <= now {
                        sum.expired += 1
                        continue
                    }
                    batch.append(item)
                    byteCount += item.value.count
                }
                try await command.store(batch, connection, &sum)
                progress.show(
                    sum.stored + sum.kept, share: reader.share, byteCount: reader.byteCount)
            }
            progress.end()
            command.output.tell(sum.records(of: command.file), sum.text)
            if let refusal = sum.refusal {
                throw CommandFailure(description: "\(connection.name): \(refusal)")
            }
        }
    }

    /// What became of the items.
    private struct Sum {
        var stored = 0, kept = 0, expired = 0, refused = 0
        var refusal: String?

        func records(of file: String) -> RecordList {
            var list = RecordList("loads", CacheLoadCommand.fields)
            list.add([
                .text(file), .number(self.stored), .number(self.kept), .number(self.expired),
                .number(self.refused), RecordValue(self.refusal),
            ])
            return list
        }

        var text: String {
            var parts = ["\(self.stored) items stored"]
            if self.kept > 0 { parts.append("\(self.kept) were there") }
            if self.expired > 0 { parts.append("\(self.expired) had expired") }
            if self.refused > 0 { parts.append("\(self.refused) refused") }
            return parts.joined(separator: ", ")
        }
    }

    private func store(
        _ batch: [DumpItem], _ connection: CacheConnection, _ sum: inout Sum
    ) async throws {
        let word = self.overwrite ? "set" : "add"
        for item in batch {
            connection.add(
                "\(word) \(item.key) \(item.flags) \(item.expires) \(item.value.count)",
                data: item.value)
        }
        try await connection.flush()
        for item in batch {
            let answer = try await connection.rawLine(timeout: .seconds(30))
            switch answer {
            case "STORED": sum.stored += 1
            case "NOT_STORED": sum.kept += 1
            default:
                sum.refused += 1
                sum.refusal = "\(item.key): \(RecordWriter.oneLine(answer))"
            }
        }
    }
}

/// An item of a dump.
struct DumpItem: Equatable {
    /// Its key, flags, and when it expires in seconds since 1970 (0 for never).
    var key: String, flags: UInt32, expires: Int
    /// Its value.
    var value: [UInt8]
}

/// Reads a dump piece by piece.
final class DumpReader {
    private static let pieceByteCount = 256 << 10
    private static let lineByteCountMax = 512
    private static let valueByteCountMax = 1 << 30

    private let path: String
    private let descriptor: Int32
    private let fileByteCount: Int
    private let buffer = ByteBuffer()
    private var itemNumber = 0
    /// How many bytes were read.
    private(set) var byteCount = 0

    /// Opens a file; `-` is standard input.
    init(_ path: String) throws {
        self.path = path
        if path == "-" {
            self.descriptor = 0
            self.fileByteCount = 0
            return
        }
        do {
            self.fileByteCount = Int(try Files.status(path).size)
            self.descriptor = try Files.open(path, .read).take()
        } catch {
            throw CommandFailure(description: "\(path): \(error)")
        }
    }

    deinit { if self.descriptor != 0 { RawDescriptor.close(self.descriptor) } }

    /// How much of the file was read, from 0 to 1; nil for a stream.
    var share: Double? {
        self.fileByteCount > 0
            ? Double(self.byteCount - self.buffer.count) / Double(self.fileByteCount) : nil
    }

    /// The next item; nil at the end.
    ///
    /// - Throws: `CommandFailure` that says which item is none.
    func next() throws -> DumpItem? {
        self.itemNumber += 1
        let buffer = self.buffer
        while buffer.bytes.firstIndex(of: 0x0A) == nil {
            guard buffer.count <= Self.lineByteCountMax else {
                throw self.problem("no command")
            }
            if try self.fill() == 0 {
                if buffer.isEmpty { return nil }
                throw self.problem("the file ends in the middle of an item")
            }
        }
        guard let end = buffer.bytes.firstIndex(of: 0x0A) else { return nil }
        let line = buffer.bytes.extracting(first: end).makeString()
        buffer.consume(end + 1)
        let words = line.split { $0 == " " || $0 == "\r" || $0 == "\r\n" }
        guard words.count == 5, words[0] == "add" || words[0] == "set",
            CacheKey(argument: String(words[1])) != nil, let flags = UInt32(words[2]),
            let expires = Int(words[3]), let count = Int(words[4]),
            (0...Self.valueByteCountMax).contains(count)
        else {
            throw self.problem("expected 'add KEY FLAGS TIME BYTES', found '\(line.prefix(60))'")
        }
        while buffer.count < count + 2 {
            if try self.fill() == 0 {
                throw self.problem("the file ends in the middle of an item")
            }
        }
        let value = buffer.bytes.extracting(first: count).makeArray()
        guard buffer.bytes[count] == 0x0D, buffer.bytes[count + 1] == 0x0A else {
            throw self.problem("the value of \(words[1]) has another length than it says")
        }
        buffer.consume(count + 2)
        return DumpItem(key: String(words[1]), flags: flags, expires: expires, value: value)
    }

    private func fill() throws -> Int {
        do {
            let count = try RawDescriptor.read(
                self.descriptor, into: self.buffer, atMost: Self.pieceByteCount)
            self.byteCount += count
            return count
        } catch {
            throw CommandFailure(description: "\(self.path): \(error)")
        }
    }

    private func problem(_ text: String) -> CommandFailure {
        CommandFailure(
            description: "\(self.path): item \(self.itemNumber): "
                + RecordWriter.oneLine(text))
    }
}
