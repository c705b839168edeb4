import ArgumentParser
import EventLoop
import Synchronization
import SystemInterface

/// `ctl config test FILE`: lets the daemon that the file is for check it.
struct ConfigTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Would a daemon take this configuration?",
        discussion: """
            The daemon checks the file itself, so the answer is the one it would give at its start \
            or reload. Whose file it is shows from the file; --for says it.

            Examples:
              ctl config test /etc/holdfast/balancerd.conf
              ctl config test --for httpd proxy.conf
              ctl config test /etc/holdfast/sessiond      (a Tomcat base folder)

            Exit status: that of the daemon; 0 when it would take the file.

            \(RecordList.help("findings", ConfigurationFinding.fields))
            """)

    @Argument(help: "A file, or a Tomcat base folder.") var path: String
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Whose file it is: \(ConfigurationKind.names).",
            valueName: "kind"))
    var kind: ConfigurationKind?
    @OptionGroup var daemons: DaemonOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try self.daemons.refuseSockets("no daemon that runs is asked, a new one checks the file")
    }

    func run() throws {
        let command = self
        let kind = try self.kind ?? self.guess()
        let last = LastStatus()
        try runCommand { loop in
            _ = try await command.output.repeated(
                { _ in
                    last.status.store(try command.check(kind), ordering: .relaxed)
                    return true
                }, on: loop)
        }
        let status = last.status.load(ordering: .relaxed)
        if status != 0 { throw ExitCode(status) }
    }

    /// What the daemon ended with last.
    private final class LastStatus: Sendable {
        let status = Atomic<Int32>(0)
    }

    /// Lets the daemon say what it says; answers its exit status. Nothing else runs on the loop.
    private func check(_ kind: ConfigurationKind) throws -> Int32 {
        let (program, arguments) = kind.check(self.path)
        do {
            if self.output.form == .table, self.output.watch == nil {
                return try ChildProcesses.run(Self.beside(program), arguments)
            }
            let (status, bytes) = try ChildProcesses.capture(
                Self.beside(program), arguments, limit: Self.outputByteCountMax)
            if self.output.form == .table {
                Terminal.write(bytes)
            } else {
                let text = String(decoding: bytes, as: UTF8.self)
                self.output.write(ConfigurationFinding.records(text, of: program))
            }
            return status
        } catch {
            throw CommandFailure(description: "\(program) cannot be run: \(error)")
        }
    }

    /// As much of what a daemon says is read.
    private static let outputByteCountMax = 1 << 20

    private func guess() throws -> ConfigurationKind {
        let found: FileStatus
        do {
            found = try Files.status(self.path)
        } catch {
            Terminal.printError("ctl: \(self.path): \(error)")
            throw ExitCode(CommandFailure.Kind.refused.rawValue)
        }
        if found.kind == .directory { return .tomcat }
        let bytes = (try? Files.read(self.path, limit: 16 << 20)) ?? []
        return ConfigurationKind.guess(String(decoding: bytes, as: UTF8.self))
    }

    /// The daemon that lies beside `ctl`, else the one in PATH.
    private static func beside(_ program: String) -> String {
        guard let own = try? Files.resolve("/proc/self/exe"),
            let slash = own.lastIndex(of: "/")
        else { return program }
        let path = own[...slash] + program
        return (try? Files.status(String(path))) == nil ? program : String(path)
    }
}

/// The configuration languages there are.
enum ConfigurationKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// memcached's options, one a line.
    case cached
    /// nginx syntax.
    case nginx
    /// httpd syntax.
    case httpd
    /// A Tomcat base folder.
    case tomcat

    /// All kinds, for help.
    static var names: String { Self.allCases.map(\.rawValue).joined(separator: ", ") }

    /// The command that checks a file of this kind.
    func check(_ path: String) -> (program: String, arguments: [String]) {
        switch self {
        case .cached: ("cached", ["--config", path, "--configtest"])
        case .nginx: ("balancerd", ["-t", "-c", path])
        case .httpd: ("balancerd", ["-t", "-f", path])
        case .tomcat: ("sessiond", ["--base", path, "--configtest"])
        }
    }

    /// What the first line that says something looks like.
    static func guess(_ text: String) -> ConfigurationKind {
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if first.hasPrefix("-") { return .cached }
            if first.hasPrefix("<") { return .httpd }
            let last = line.last { $0 != " " && $0 != "\t" && $0 != "\r" }
            return last == ";" || last == "{" || last == "}" ? .nginx : .httpd
        }
        return .nginx
    }
}
