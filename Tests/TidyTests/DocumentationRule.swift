/// Requirements of the standard library's protocols: their meaning is the protocol's.
private let witnesses = [
    "func ==", "func <", "func hash(", "var description", "var debugDescription", "var hashValue",
    "func encode(", "func next(", "func makeIterator(", "func index(after", "var startIndex",
    "var endIndex", "var rawValue", "let rawValue", "init(rawValue", "let configuration",
]

/// Every declaration that other modules see has a `///` above it.
let documentation = Rule(
    name: "package and public declarations are documented",
    canary: (
        "Sources/Base/Undocumented.swift",
        """
        package import Base
        /// Said.
        package struct A {
            package let b: Int
            /// Said.
            @inlinable
            package func c() {}
            package init() {}
            package static func < (left: A, right: A) -> Bool { true }
        }
        package extension A {}

        """, [4, 8]
    )
) { file in
    guard file.top == "Sources" else { return [] }
    return file.code.indices.compactMap { index in
        let code = file.code[index]
        guard declaresForOthers(code), !witnesses.contains(where: code.contains),
            !isDocumented(file, at: index)
        else { return nil }
        let shown = code.trimmed.prefix(60)
        return Finding(path: file.path, line: index + 1, message: "no /// above `\(shown)`")
    }
}

private func declaresForOthers(_ code: String) -> Bool {
    let words = code.split(separator: " ")
    guard words.contains("package") || words.contains("public") else { return false }
    let visible = words.first == "package" || words.first == "public" || words[0].hasPrefix("@")
    return visible && !words.contains("import") && !words.contains("extension")
}

private func isDocumented(_ file: SourceFile, at index: Int) -> Bool {
    var line = index - 1
    while line >= 0 {
        let text = file.lines[line].trimmed
        if text.hasPrefix("///") { return true }
        guard text.hasPrefix("@") || text.hasPrefix("//") else { return false }
        line -= 1
    }
    return false
}
