import Testing

@testable import ControlCommands

/// Records in each form; what programs get is as it is documented, what people get fits.
struct RecordWriterTests {
    private static func list() -> RecordList {
        var list = RecordList(
            "things",
            [
                .text("name", "NAME", "its name"), .number("size", "SIZE", "how large it is"),
                .text("nodes", "NODES", "where it is"), .text("isOld", nil, "whether it is old"),
                .number("idle", "IDLE", "how long it rests"),
            ])
        list.add([.text("a\"b,c"), .bytes(2_048), .list(["n1", "n2"]), .flag(true), .seconds(7)])
        list.add([.text("two\nlines\u{1B}[2J"), .none, .list([]), .flag(false), .decimal(0.25)])
        return list
    }

    @Test func peopleSeeATableWithoutControlCharacters() {
        var list = Self.list()
        list.notes = ["a note"]
        #expect(
            RecordWriter.text(list, .table, width: 80) == """
                NAME              SIZE  NODES  IDLE
                a"b,c          2.0 KiB  n1 n2   7 s
                two?lines?[2J        -          0.3

                a note

                """)
    }

    @Test func anEmptyTableSaysSo() {
        var list = RecordList("things", [.text("name", "NAME", "")])
        list.emptyText = "no things"
        #expect(RecordWriter.text(list, .table, width: 80) == "no things\n")
        #expect(RecordWriter.text(list, .json, width: 80) == "{\"things\":[]}\n")
        #expect(RecordWriter.text(list, .jsonl, width: 80) == "")
        #expect(RecordWriter.text(list, .csv, width: 80) == "name\n")
    }

    @Test func programsGetValuesAsTheyAre() {
        let first = #"{"name":"a\"b,c","size":2048,"nodes":["n1","n2"],"isOld":true,"idle":7}"#
        let second =
            #"{"name":"two\nlines\u001b[2J","size":null,"nodes":[],"isOld":false,"idle":0.25}"#
        #expect(
            RecordWriter.text(Self.list(), .json, width: 80)
                == "{\"things\":[\n  \(first),\n  \(second)\n]}\n")
        #expect(RecordWriter.text(Self.list(), .jsonl, width: 80) == "\(first)\n\(second)\n")
        #expect(
            RecordWriter.text(Self.list(), .csv, width: 80) == "name,size,nodes,isOld,idle\n"
                + "\"a\"\"b,c\",2048,n1 n2,true,7\n\"two\nlines\u{1B}[2J\",,,false,0.25\n")
    }

    @Test func pairsAreAnObjectForPrograms() {
        var list = RecordList("n", [.text("flags", "FLAGS", "")])
        list.add([.pairs([.init(name: "t", value: "-1"), .init(name: "f", value: "a b")])])
        let object = #"{"flags":{"t":"-1","f":"a b"}}"#
        #expect(RecordWriter.text(list, .jsonl, width: 80) == object + "\n")
        #expect(RecordWriter.text(list, .csv, width: 80) == "flags\nt=-1 f=a b\n")
        #expect(RecordWriter.text(list, .table, width: 80) == "FLAGS\nt=-1 f=a b\n")
    }

    @Test func theRestIsNamed() {
        var list = RecordList("n", [.number("n", "N", "")])
        list.add([.number(1)])
        list.members = [("cursor", .text("7")), ("other", .none)]
        list.continuation = "more: --cursor 7"
        #expect(
            RecordWriter.text(list, .json, width: 80)
                == "{\"n\":[\n  {\"n\":1}\n],\"cursor\":\"7\",\"other\":null}\n")
        #expect(RecordWriter.text(list, .table, width: 80) == "N\n1\n\nmore: --cursor 7\n")
    }

    @Test func recordsAreSortedByWhatTheyMean() {
        var list = RecordList("n", [.number("n", "N", "")])
        for value in [RecordValue.number(10), .none, .number(9), .number(-1)] { list.add([value]) }
        list.sort(by: "n")
        #expect(list.records.map { $0[0] } == [.none, .number(-1), .number(9), .number(10)])
        list.sort(by: "n", descending: true)
        #expect(list.records.map { $0[0] } == [.number(10), .number(9), .number(-1), .none])
    }

    @Test(arguments: [80, 60, 40])
    func aTableFitsWhateverItsCellsHold(width: Int) {
        var table = TextTable(["NAME", "WHAT", "COUNT"], rightAligned: [2], width: width)
        table.add([String(repeating: "x", count: 100), String(repeating: "y", count: 50), "123"])
        table.add(["short", "z", "4"])
        let lines = table.lines()
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        #expect(lines[1].hasSuffix("123") && lines[1].contains("…"))
        #expect(lines[2].hasPrefix("short"))
    }

    @Test(arguments: [
        (0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (67_108_864, "64.0 MiB"),
        (3_221_225_472, "3.0 GiB"),
    ])
    func sizesAreReadable(count: Int, text: String) { #expect(Humane.bytes(count) == text) }

    @Test(arguments: [
        (0.0, "0.0"), (0.05, "0.1"), (-1.25, "-1.3"), (99.94, "99.9"), (-0.01, "0.0"),
    ])
    func fractionsHaveOneDigit(value: Double, text: String) {
        #expect(Humane.oneDecimal(value) == text)
    }
}
