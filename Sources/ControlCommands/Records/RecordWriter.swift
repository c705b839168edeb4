import Base

/// Writes records in the form that was asked for.
enum RecordWriter {
    /// The whole text, its last line ended.
    static func text(_ list: RecordList, _ form: OutputForm, width: Int) -> String {
        switch form {
        case .table: Self.table(list, width: width)
        case .json: Self.json(list)
        case .jsonl: list.records.map { Self.object($0, list.fields) + "\n" }.joined()
        case .csv: Self.csv(list)
        }
    }

    private static func table(_ list: RecordList, width: Int) -> String {
        let shown = list.fields.indices.filter { list.fields[$0].head != nil }
        let numbers = shown.enumerated().filter { list.fields[$0.element].isNumber }
        var table = TextTable(
            shown.compactMap { list.fields[$0].head }, rightAligned: Set(numbers.map(\.offset)),
            width: width)
        for record in list.records {
            table.add(shown.map { Self.oneLine(record[$0].shown) })
        }
        var lines = list.records.isEmpty ? [list.emptyText] : table.lines()
        let notes = list.notes + (list.continuation.map { [$0] } ?? [])
        if !notes.isEmpty { lines += [""] + notes }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Text from outside may not move the cursor or break a row.
    static func oneLine(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            if isControl { result += "?" } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    private static func json(_ list: RecordList) -> String {
        let objects = list.records.map { Self.object($0, list.fields) }
        let lead = objects.isEmpty ? "" : "\n  "
        let end = objects.isEmpty ? "" : "\n"
        var text = "{\"\(list.name)\":[\(lead)\(objects.joined(separator: ",\n  "))\(end)]"
        for (name, value) in list.members {
            let buffer = ByteBuffer()
            var json = JSONWriter(into: buffer)
            value.write(to: &json)
            text += ",\"\(name)\":\(buffer.bytes.makeString())"
        }
        return text + "}\n"
    }

    private static func object(_ record: [RecordValue], _ fields: [RecordList.Field]) -> String {
        let buffer = ByteBuffer()
        var json = JSONWriter(into: buffer)
        json.object { json in
            for (field, value) in zip(fields, record) {
                json.key(field.key)
                value.write(to: &json)
            }
        }
        return buffer.bytes.makeString()
    }

    /// RFC 4180, with a head line; lines end with a line feed, as everything here does.
    private static func csv(_ list: RecordList) -> String {
        let lines = [list.fields.map(\.key)] + list.records.map { $0.map(\.plain) }
        return lines.map { $0.map(Self.quoted).joined(separator: ",") + "\n" }.joined()
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
