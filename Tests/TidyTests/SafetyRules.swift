/// Modules that may hold what the compiler cannot check: the loop, the kernel's door, the storage.
let uncheckedModules: Set<String> = ["EventLoop", "SystemInterface", "CacheStorage"]

/// Where the compiler's checks end, a person has said why it is right.
let safetyRules: [Rule] = [
    Rule(
        name: "unsafe code says why it is safe",
        canary: (
            "Sources/Base/Unsafe.swift",
            """
            // SAFETY: the base outlives the call.
            func a() {
                unsafe b()
            }
            func c() {
                unsafe d()
            }
            final class E: @unchecked Sendable {}
            // SAFETY: one thread writes it.
            nonisolated(unsafe) let f = G()
            // SAFETY: the pointer is ours alone.
            struct H {
                func i() {
                    if j { unsafe k() }
                }
            }
            func l() {
                // SAFETY: checked above.
                while m {
                    unsafe n()
                }
            }
            func o() { unsafe p() }

            """, [6, 8, 23]
        ), check: unexplained),
    .eachLine(
        "unchecked concurrency stays in three modules",
        canary: (
            "Sources/CacheServer/Unchecked.swift",
            "final class A: @unchecked Sendable {}\nnonisolated(unsafe) let b = 1\n", [1, 2]
        ), applies: { $0.top == "Sources" && !uncheckedModules.contains($0.module) }
    ) { code, _, _ in
        ["@unchecked", "nonisolated(unsafe)"].first(where: code.contains)
            .map { "`\($0)` outside \(uncheckedModules.sorted().joined(separator: ", "))" }
    },
]

/// Uses of `unsafe` and `@unchecked` that no SAFETY comment explains.
private func unexplained(_ file: SourceFile) -> [Finding] {
    guard file.top == "Sources" else { return [] }
    return file.code.indices.compactMap { index in
        let code = file.code[index]
        guard code.containsWord("unsafe") || code.contains("@unchecked"),
            !isExplained(file, at: index)
        else { return nil }
        return Finding(path: file.path, line: index + 1, message: "no SAFETY comment above")
    }
}

/// Looks upwards: at the lines of the same function, then at the comments above what is around it.
///
/// A comment above a type explains all of the type; one above a function, all of the function.
private func isExplained(_ file: SourceFile, at index: Int) -> Bool {
    if hasCommentAbove(file, at: index) { return true }
    var indentation = file.lines[index].indentation
    var isInFunction = true
    for line in (0..<index).reversed() where !file.lines[line].trimmed.isEmpty {
        if isInFunction, indentation > 0, isComment(file.lines[line]) {
            if file.lines[line].contains("SAFETY:") { return true }
            continue
        }
        guard file.lines[line].indentation < indentation else { continue }
        indentation = file.lines[line].indentation
        if hasCommentAbove(file, at: line) { return true }
        if ["func", "init", "deinit", "var"].contains(where: file.code[line].containsWord) {
            isInFunction = false
        }
        if indentation == 0 { return false }
    }
    return false
}

private func isComment(_ line: String) -> Bool { line.trimmed.hasPrefix("//") }

/// Whether the comment that ends on the line above (attributes between) speaks of safety.
private func hasCommentAbove(_ file: SourceFile, at index: Int) -> Bool {
    if file.lines[index].contains("SAFETY:") { return true }
    for line in (0..<index).reversed() {
        guard isComment(file.lines[line]) || file.lines[line].trimmed.hasPrefix("@") else {
            return false
        }
        if file.lines[line].contains("SAFETY:") { return true }
    }
    return false
}
