import ArgumentParser

/// `ctl bench`: how fast a cache or an HTTP server answers.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "How fast a cache or an HTTP server answers, with a histogram of latencies.",
        discussion: """
            Each connection sends, waits for the answer, and begins again. One thread makes the \
            load; where the server is on the same machine, both share it.

            Examples:
              ctl bench cache
              ctl bench http http://127.0.0.1:8000/
            """,
        subcommands: [BenchCacheCommand.self, BenchHTTPCommand.self])
}
