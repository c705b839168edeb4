import ArgumentParser
import Base
import EventLoop

/// `ctl cache flush --confirm`: everything, or what has a prefix.
struct CacheFlushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flush",
        abstract: "Make all items of a cache invalid, or those with a prefix. Needs --confirm.",
        discussion: """
            A prefix is flushed over the control socket of a cached of this machine, which needs \
            root or the group holdfast; what is stored meanwhile stays.

            Examples:
              ctl cache flush --confirm
              ctl cache flush --confirm --after 60      in a minute
              ctl cache flush --confirm --prefix user:

            Without --confirm nothing is done, and the exit status is 64.

            \(DoneOptions.help)
            """)

    @Flag(help: "Yes, all of it.") var confirm = false
    @Option(help: ArgumentHelp("Only keys that begin so.", valueName: "text")) var prefix: String?
    @Option(help: ArgumentHelp("In so many seconds.", valueName: "seconds")) var after = 0
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: DoneOptions

    func validate() throws {
        guard self.confirm else {
            throw ValidationError(
                "this makes \(self.prefix == nil ? "all" : "these") items invalid; say --confirm to"
                    + " do it")
        }
        guard let prefix else { return }
        guard (1...CacheKey.byteCountMax).contains(prefix.utf8.count), self.after == 0 else {
            throw ValidationError("--prefix has 1 to \(CacheKey.byteCountMax) bytes and no --after")
        }
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            if let prefix = command.prefix {
                let report = try await command.cache.control(on: loop).send(
                    "POST", "/v1/cache/flush", body: Self.body(prefix),
                    as: CacheFlushedReport.self)
                return command.output.tell(
                    prefix, "\(report.flushed) items flushed", "\(report.flushed) items flushed")
            }
            let connection = try await command.cache.connect(on: loop)
            try await connection.send(
                command.after > 0 ? "flush_all \(command.after)" : "flush_all")
            let answer = try await connection.line()
            guard answer == "OK" else { throw connection.strange(answer) }
            command.output.tell(connection.name, "flushed", "\(connection.name): flushed")
        }
    }

    private static func body(_ prefix: String) -> String {
        let buffer = ByteBuffer()
        var json = JSONWriter(into: buffer)
        json.object { $0.member("prefix", prefix) }
        return buffer.makeString()
    }
}
