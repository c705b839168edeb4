import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// `ctl cache shell`: memcached's text protocol by hand, as in a telnet session.
struct CacheShellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Talk to a cache by hand, as with telnet, with history and completion.",
        discussion: """
            What is typed is sent as it is; what the cache answers is shown. Behind a command that \
            stores the value is asked for: the next lines, until they have the length that the \
            command names. The tab key completes commands, the arrows bring the lines of before \
            (kept in ~/.local/state/holdfast/shell-history, or where HOLDFAST_HISTORY says), help \
            explains the commands, quit or control-d ends.

            Examples:
              ctl cache shell
              ctl cache shell --server n2
              echo 'get greeting' | ctl cache shell
            """)

    @OptionGroup var cache: CacheOptions
    @OptionGroup var refusedOutput: RefusedOutput
    @OptionGroup var refusedWatch: RefusedWatch

    func validate() throws {
        try self.refusedOutput.refuse("it shows what the cache answers; see ctl cache gets")
        try self.refusedWatch.refuse("it takes what is typed; see ctl cache stats --watch")
    }

    func run() throws {
        let command = self
        try runCommand { loop in
            let connection = try await command.cache.connect(on: loop)
            let session = ShellSession(connection)
            if RawDescriptor.isTerminal(0), Terminal.isTerminal {
                try await ShellScreen(session, on: loop).run()
            } else {
                try await session.run(lines: try StandardInput.readAll())
            }
        }
    }
}
