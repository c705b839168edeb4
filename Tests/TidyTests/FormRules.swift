/// Columns of a line; a file whose text tables are wider says so with `tidy: wide`.
let columnsMax = 100
/// Lines of a file; a file that is one table says so with `tidy: table`.
let fileLinesMax = 500
/// Lines of a function, its braces included.
let functionLinesMax = 70

/// How a file looks.
let formRules: [Rule] = [
    Rule(
        name: "lines have at most 100 columns",
        canary: (
            "Sources/Base/Wide.swift", "let a = 1\n// " + String(repeating: "x", count: 98), [2]
        )
    ) { file in
        if file.lines.contains(where: { $0.contains("tidy: wide") }) { return [] }
        return file.lines.indices.compactMap { index in
            let columns = file.lines[index].count
            guard columns > columnsMax else { return nil }
            return Finding(path: file.path, line: index + 1, message: "\(columns) columns")
        }
    },
    Rule(
        name: "files have at most 500 lines",
        canary: (
            "Sources/Base/Long.swift", String(repeating: "// line\n", count: 501), [501]
        )
    ) { file in
        guard file.lines.count > fileLinesMax,
            !file.lines.prefix(20).contains(where: { $0.contains("tidy: table") })
        else { return [] }
        let count = file.lines.count
        return [Finding(path: file.path, line: count, message: "\(count) lines")]
    },
    Rule(
        name: "functions have at most 70 lines",
        canary: (
            "Sources/Base/Function.swift",
            "func short() -> Int { 1 }\nfunc long(\n    a: Int\n) {\n"
                + String(repeating: "    call()\n", count: 70) + "}\n", [2]
        ), check: longFunctions),
    .eachLine(
        "no tab, no trailing space, no carriage return",
        canary: ("Sources/Base/Space.swift", "let a = 1 \nlet b = 2\n\tlet c = 3\n", [1, 3])
    ) { _, line, _ in
        if line.utf8.contains(UInt8(ascii: "\t")) { return "a tab" }
        if line.utf8.contains(UInt8(ascii: "\r")) { return "a carriage return" }
        return line.utf8.last == UInt8(ascii: " ") ? "trailing space" : nil
    },
    Rule(
        name: "files end in a newline",
        canary: ("Sources/Base/End.swift", "let a = 1\nlet b = 2", [2])
    ) { file in
        guard !file.endsInNewline else { return [] }
        return [Finding(path: file.path, line: file.lines.count, message: "no newline at the end")]
    },
    .eachLine(
        "open work names its issue",
        canary: ("Sources/Base/Later.swift", "// TO" + "DO: later\n// TO" + "DO(#12): known\n", [1])
    ) { _, line, _ in
        for mark in ["TO" + "DO", "FIX" + "ME", "XX" + "X"] where line.containsWord(mark) {
            if !line.contains("\(mark)(#") { return "\(mark) without an issue: write \(mark)(#N)" }
        }
        return nil
    },
]

/// Functions and initialisers whose body ends more than 70 lines after their first line.
private func longFunctions(_ file: SourceFile) -> [Finding] {
    var findings: [Finding] = []
    for index in file.code.indices {
        let code = file.code[index]
        let starts = ["func", "init", "deinit", "subscript"].contains { word in
            code.places(ofWord: word).contains { isDeclaration(word, at: $0, in: code) }
        }
        guard starts, let end = endOfBody(file.code, from: index) else { continue }
        let count = end - index + 1
        if count > functionLinesMax {
            let message = "a function of \(count) lines"
            findings.append(Finding(path: file.path, line: index + 1, message: message))
        }
    }
    return findings
}

/// `.init(…)` and `self.init(…)` are calls; `func` always declares.
private func isDeclaration(_ word: String, at place: Int, in code: String) -> Bool {
    if word == "func" { return true }
    let before = code.utf8.prefix(place)
    return before.last != UInt8(ascii: ".")
        && !code.containsWord("return") && !code.utf8.prefix(place).contains(UInt8(ascii: "("))
        && !code.utf8.prefix(place).contains(UInt8(ascii: "="))
}

/// The line where the body of the declaration on `start` closes; nil when it has no body.
private func endOfBody(_ code: [String], from start: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in start..<code.count {
        for byte in code[index].utf8 {
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
            case UInt8(ascii: "{"): braces += 1
            case UInt8(ascii: "}"):
                braces -= 1
                if braces < 0 { return nil }
                if braces == 0 && parentheses == 0 { return index }
            default: break
            }
        }
        let isOver = braces == 0 && parentheses == 0 && index + 1 < code.count
        if isOver && !continues(code[index + 1]) { return nil }
    }
    return nil
}

/// Whether a line goes on with the signature before it.
private func continues(_ line: String) -> Bool {
    let text = line.trimmed
    return ["{", "->", "where", "throws", "async", ")"].contains { text.hasPrefix($0) }
}
