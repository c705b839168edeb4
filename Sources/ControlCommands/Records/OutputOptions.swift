import ArgumentParser
import Base
import EventLoop
import SystemInterface

/// How answers are written.
enum OutputForm: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// For people.
    case table
    /// One JSON document.
    case json
    /// One JSON document a line.
    case jsonl
    /// Comma-separated, with a head line.
    case csv
}

/// The options `-o` and `--watch`.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("How to write the answer.", valueName: "form"))
    var form = OutputForm.table
    @Option(
        help: ArgumentHelp(
            "Do it again every so many seconds, until interrupted.", valueName: "seconds"))
    var watch: Double?

    func validate() throws {
        if let watch, !(0.1...86_400).contains(watch) {
            throw ValidationError("--watch takes seconds from 0.1 to 86400")
        }
    }

    /// Runs `show` once, or again and again.
    ///
    /// - Returns: whether the last one said that all is well.
    func repeated(_ show: (Loop) async throws -> Bool, on loop: Loop) async throws -> Bool {
        guard let watch else { return try await show(loop) }
        let isDrawn = self.form == .table && Terminal.isTerminal
        if isDrawn { Terminal.clear() }
        while true {
            if isDrawn { Terminal.beginFrame() }
            do {
                _ = try await show(loop)
            } catch {
                if isDrawn { Terminal.endFrame() }
                throw error
            }
            if isDrawn { Terminal.endFrame() }
            await loop.sleep(until: loop.now + .milliseconds(Int64(watch * 1_000)))
        }
    }

    /// Prints what `make` finds, once or again and again.
    func show(_ make: @escaping @Sendable (Loop) async throws -> RecordList) throws {
        let options = self
        try runCommand { loop in
            _ = try await options.repeated(
                { loop in
                    options.write(try await make(loop))
                    return true
                }, on: loop)
        }
    }

    /// Prints records.
    func write(_ list: RecordList) {
        let text = RecordWriter.text(list, self.form, width: Terminal.width)
        Terminal.write(Array(text.utf8))
        if let continuation = list.continuation, self.form == .jsonl || self.form == .csv {
            Terminal.printError("ctl: \(continuation)")
        }
    }
}
