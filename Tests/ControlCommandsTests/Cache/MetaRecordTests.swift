import Testing

@testable import ControlCommands

/// Answers of the meta protocol as records.
struct MetaRecordTests {
    @Test(arguments: [
        ("HD", nil, #"{"answer":"HD","flags":{},"value":null}"#),
        ("HD f9 t-1", nil, #"{"answer":"HD","flags":{"f":"9","t":"-1"},"value":null}"#),
        ("VA 2 kkey W", "hi", #"{"answer":"VA","flags":{"k":"key","W":""},"value":"hi"}"#),
        (
            "ME key exp=-1 la=0 cas=2", nil,
            #"{"answer":"ME","flags":{"exp":"-1","la":"0","cas":"2"},"value":null}"#
        ),
        ("EN", nil, #"{"answer":"EN","flags":{},"value":null}"#),
    ])
    func hasFlagsByTheirLetters(line: String, value: String?, record: String) {
        let list = CacheMetaCommand.record(line, value.map { Array($0.utf8) })
        #expect(RecordWriter.text(list, .jsonl, width: 80) == record + "\n")
    }
}
