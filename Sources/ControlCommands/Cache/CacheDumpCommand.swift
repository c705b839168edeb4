import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl cache dump FILE`: all items, as commands that store them.
struct CacheDumpCommand: ParsableCommand {
    /// How many items are asked for at once.
    private static let batchCount = 100

    static let fields: [RecordList.Field] = [
        .text("file", "FILE", "the file"),
        .number("items", "ITEMS", "items in it"),
        .number("bytes", "SIZE", "its size in bytes"),
        .number("leftOut", "LEFT OUT", "items whose keys the text protocol cannot name"),
    ]

    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Write all items of a cache into a file.",
        discussion: """
            The file holds an add command for each item, as memcached-tool dump writes them, so \
            that any memcached takes it back. Times to live are kept as dates. Items that come or \
            go meanwhile may or may not be in it; keys that the text protocol cannot name are left \
            out and counted. Nobody but you may read the file.

            Examples:
              ctl cache dump items.dump
              ctl cache dump --match 'bak:*' sessions.dump
              ctl cache dump --server n1 - | ctl cache load --server n2 -

            \(RecordList.help("dumps", Self.fields))
            """)

    @Argument(help: "The file; - for standard output.", completion: .file()) var file: String
    @Option(
        help: ArgumentHelp(
            "Keys like this one only: * is any text, ? any byte, \\* the star itself.",
            valueName: "pattern"))
    var match: String?
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: DoneOptions

    func validate() throws {
        if self.file == "-", self.output.form != .table {
            try Refusal.end("-o", "standard output is the dump")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            let writer = try DumpWriter(command.file)
            let pattern = command.match.map { NamePattern($0) }
            var lines: [CacheKeyLine] = []
            try await CacheKeyLine.each(of: connection) { line in
                if pattern?.matches(line.key) ?? true { lines.append(line) }
            }
            let named = lines.filter(\.isPlain)
            let progress = ProgressBar("dump")
            var place = 0, itemCount = 0
            while place < named.count {
                let batch = named[place..<min(place + Self.batchCount, named.count)]
                place += batch.count
                itemCount += try await Self.copy(batch, connection, to: writer)
                progress.show(
                    itemCount, share: Double(place) / Double(named.count),
                    byteCount: writer.byteCount)
            }
            try writer.close()
            progress.end()
            let left = lines.count - named.count
            var list = RecordList("dumps", Self.fields)
            list.add([
                .text(command.file), .number(itemCount), .bytes(writer.byteCount), .number(left),
            ])
            command.output.tell(
                list,
                "\(itemCount) items, \(Humane.bytes(writer.byteCount))"
                    + (left > 0 ? ", \(left) left out: their keys are no text" : ""))
        }
    }

    private static func copy(
        _ batch: ArraySlice<CacheKeyLine>, _ connection: CacheConnection, to writer: DumpWriter
    ) async throws -> Int {
        var expiries: [String: Int] = [:]
        var line = "get"
        for entry in batch {
            let key = String(decoding: entry.key, as: UTF8.self)
            expiries[key] = max(0, entry.expires)
            line += " " + key
        }
        try await connection.send(line)
        var count = 0
        while let item = try await connection.item() {
            count += 1
            try writer.add(
                "add \(item.key) \(item.flags) \(expiries[item.key] ?? 0) \(item.value.count)\r\n",
                item.value)
        }
        return count
    }
}

/// The file of a dump while it is written.
final class DumpWriter {
    private static let bufferByteCountMax = 256 << 10
    /// Sessions are nobody else's business.
    private static let permissions: UInt32 = 0o600
    private let descriptor: Int32
    private let path: String
    private let buffer = ByteBuffer()
    /// How many bytes were added.
    private(set) var byteCount = 0

    /// Opens a file, which must not be there with something in it that is older; `-` is standard
    /// output.
    init(_ path: String) throws {
        self.path = path
        if path == "-" {
            self.descriptor = 1
            return
        }
        do {
            try Files.write([], to: path, permissions: Self.permissions)
            self.descriptor = try Files.open(path, .append).take()
        } catch {
            throw CommandFailure(description: "\(path): \(error)")
        }
    }

    /// Adds an item.
    func add(_ head: String, _ value: [UInt8]) throws {
        self.buffer.append(head)
        self.buffer.append(value)
        self.buffer.append("\r\n")
        self.byteCount += head.utf8.count + value.count + 2
        if self.buffer.count > Self.bufferByteCountMax { try self.flush() }
    }

    /// Writes the rest and closes the file.
    func close() throws {
        try self.flush()
        if self.descriptor != 1 { RawDescriptor.close(self.descriptor) }
    }

    private func flush() throws {
        while !self.buffer.isEmpty {
            do {
                _ = try RawDescriptor.write(self.descriptor, from: self.buffer)
            } catch {
                throw CommandFailure(description: "\(self.path): \(error)")
            }
        }
    }
}
