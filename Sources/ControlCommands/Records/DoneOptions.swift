import ArgumentParser

/// The option `-o` of commands that change something: a line for people, a record for programs.
struct DoneOptions: ParsableArguments {
    /// What is told of each thing that was changed.
    static let fields: [RecordList.Field] = [
        .text("name", "NAME", "what was changed"),
        .text("result", "RESULT", "what became of it"),
    ]
    /// The part of a help text about it.
    static let help = RecordList.help("done", Self.fields)

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("How to write what was done.", valueName: "form"))
    var form = OutputForm.table
    @OptionGroup var refused: RefusedWatch

    func validate() throws {
        try self.refused.refuse("it does something, and does it once")
    }

    /// Tells of the one thing that was done.
    func tell(_ name: String, _ result: String, _ line: String? = nil) {
        let done = self.begin()
        done.add(name, result, line)
        done.end()
    }

    /// Tells programs with records of the command's own; people read `line`, beside what standard
    /// output may hold.
    func tell(_ list: RecordList, _ line: String) {
        if self.form == .table { return Terminal.printError(line) }
        Terminal.write(Array(RecordWriter.text(list, self.form, width: 0).utf8))
    }

    /// Begins to tell.
    func begin() -> DoneList { DoneList(self.form) }
}

/// What a command has done so far. To be ended, whatever comes of the command. One user at a time.
final class DoneList {
    private let form: OutputForm
    private var list = RecordList("done", DoneOptions.fields)

    fileprivate init(_ form: OutputForm) { self.form = form }

    /// Tells of one thing; `line` is what people read, at once.
    func add(_ name: String, _ result: String, _ line: String? = nil) {
        if self.form == .table {
            if let line { Terminal.print(line) }
        } else {
            self.list.add([.text(name), .text(result)])
        }
    }

    /// Tells programs all of it.
    func end() {
        if self.form == .table { return }
        Terminal.write(Array(RecordWriter.text(self.list, self.form, width: 0).utf8))
    }
}
