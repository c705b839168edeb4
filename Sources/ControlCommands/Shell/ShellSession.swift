import EventLoop

/// What lines typed by hand do to a cache: sends them and takes what comes back.
final class ShellSession {
    /// What the session does next.
    enum Next: Equatable {
        /// Takes another command.
        case command
        /// Wants so many more bytes of a value.
        case value(byteCount: Int)
        /// Has ended.
        case ended
    }

    private let connection: CacheConnection
    /// The command that waits for its value, and what has come of that.
    private var storing: (line: String, byteCount: Int, value: [UInt8])?

    init(_ connection: CacheConnection) { self.connection = connection }

    /// The cache's address.
    var name: String { self.connection.name }

    /// Takes a line: a command, or a part of a value. `show` gets each line of the answer.
    func take(_ line: String, _ show: (String) -> Void) async throws -> Next {
        if let storing { return try await self.takeValue(line, storing, show) }
        let words = line.split(separator: " ").map(String.init)
        guard let word = words.first?.lowercased() else { return .command }
        switch word {
        case "help", "?":
            for text in ShellHelp.lines(about: words.dropFirst().first) { show(text) }
            return .command
        case "quit", "exit": return .ended
        case "watch":
            show("this connection would show nothing else: use ctl cache watch")
            return .command
        default: break
        }
        if let count = ShellCommands.valueByteCount(words) {
            self.storing = (line, count, [])
            return .value(byteCount: count)
        }
        try await self.ask(line, nil, show)
        return .command
    }

    private func takeValue(
        _ line: String, _ storing: (line: String, byteCount: Int, value: [UInt8]),
        _ show: (String) -> Void
    ) async throws -> Next {
        let value = storing.value + Array(line.utf8)
        // A line that is too short goes on in the next one, its end being part of the value.
        if value.count + 2 <= storing.byteCount {
            self.storing = (storing.line, storing.byteCount, value + [0x0D, 0x0A])
            return .value(byteCount: storing.byteCount - value.count - 2)
        }
        self.storing = nil
        guard value.count == storing.byteCount else {
            show("the value has \(value.count) bytes, not \(storing.byteCount): nothing was sent")
            return .command
        }
        try await self.ask(storing.line, value, show)
        return .command
    }

    /// Throws the value away that was begun.
    func cancel() { self.storing = nil }

    /// Sends a command and shows the answer. A command that does nothing (`mn`) follows it, whose
    /// answer shows where this one's ends.
    private func ask(_ line: String, _ value: [UInt8]?, _ show: (String) -> Void) async throws {
        self.connection.add(line, data: value)
        self.connection.add("mn")
        try await self.connection.flush()
        while true {
            let answer = try await self.connection.rawLine(timeout: .seconds(60))
            if answer == "MN" { return }
            show(answer)
        }
    }

    /// Runs lines that another program sends.
    func run(lines bytes: [UInt8]) async throws {
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            var text = String(decoding: line, as: UTF8.self)
            if text.utf8.last == 0x0D { text = String(text.unicodeScalars.dropLast()) }
            if try await self.take(text, { Terminal.print($0) }) == .ended { return }
        }
    }
}

/// The commands of memcached's text protocol.
enum ShellCommands {
    /// All of them, with what follows each and what it does.
    static let all: [(word: String, form: String, meaning: String)] = [
        ("get", "KEY…", "values"), ("gets", "KEY…", "values with their CAS numbers"),
        ("gat", "SECONDS KEY…", "values, each with a new time to live"),
        ("set", "KEY FLAGS SECONDS BYTES", "stores; the value follows"),
        ("add", "KEY FLAGS SECONDS BYTES", "stores unless the key is there"),
        ("replace", "KEY FLAGS SECONDS BYTES", "stores if the key is there"),
        ("append", "KEY FLAGS SECONDS BYTES", "adds to the end of a value"),
        ("prepend", "KEY FLAGS SECONDS BYTES", "adds to the beginning of a value"),
        ("cas", "KEY FLAGS SECONDS BYTES NUMBER", "stores if the item has that CAS number"),
        ("touch", "KEY SECONDS", "another time to live"), ("delete", "KEY", "deletes"),
        ("incr", "KEY NUMBER", "adds to a number"), ("decr", "KEY NUMBER", "subtracts"),
        ("mg", "KEY FLAGS…", "meta get; flags: v t f c s k"),
        ("ms", "KEY BYTES FLAGS…", "meta set; the value follows"),
        ("md", "KEY FLAGS…", "meta delete"), ("ma", "KEY FLAGS…", "meta arithmetic"),
        ("me", "KEY", "all that is known of an item"),
        ("stats", "[items|slabs|sizes|conns]", "statistics"),
        ("flush_all", "[SECONDS]", "makes all items invalid"),
        ("lru_crawler", "metadump all", "lists all keys"),
        ("slabs", "automove 0|1", "moves pages between classes"),
        ("verbosity", "LEVEL", "how much is logged"), ("version", "", "the cache's version"),
        ("cache_memlimit", "MEBIBYTES", "another limit of memory"),
        ("help", "[COMMAND]", "this"), ("quit", "", "ends"),
    ]

    /// How many bytes of value a command wants behind it; nil for one without a value.
    static func valueByteCount(_ words: [String]) -> Int? {
        let place: Int
        switch words.first {
        case "set", "add", "replace", "append", "prepend", "cas": place = 4
        case "ms": place = 2
        default: return nil
        }
        guard words.count > place, let count = Int(words[place]), count >= 0,
            count <= Self.valueByteCountMax
        else { return nil }
        return count
    }

    /// What a person types is not longer than this.
    private static let valueByteCountMax = 1 << 20

    /// What the word before the cursor may become.
    static func completion(of text: String) -> Completion {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count > 1 else {
            return Completion(words.first ?? "", Self.all.map(\.word))
        }
        guard words.count == 2 else { return Completion("", []) }
        switch words[0] {
        case "help": return Completion(words[1], Self.all.map(\.word))
        case "stats":
            return Completion(words[1], ["settings", "items", "slabs", "sizes", "conns", "reset"])
        case "lru_crawler":
            return Completion(words[1], ["metadump", "mgdump", "crawl", "enable", "disable"])
        default: return Completion("", [])
        }
    }
}

/// What `help` says in the shell.
enum ShellHelp {
    /// All commands, or one.
    static func lines(about word: String?) -> [String] {
        let chosen = ShellCommands.all.filter { word == nil || $0.word == word }
        if chosen.isEmpty { return ["there is no command \(word ?? "")"] }
        let width = chosen.map { $0.word.count + $0.form.count + 1 }.max() ?? 0
        return chosen.map { command in
            let form = command.form.isEmpty ? command.word : "\(command.word) \(command.form)"
            return form + String(repeating: " ", count: width - form.count + 2) + command.meaning
        }
    }
}
