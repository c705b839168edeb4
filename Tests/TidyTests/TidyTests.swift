import Testing

/// The tree keeps the rules of the house. Each rule shows that it can fail on a sample of its own.
@Suite("Tidy")
struct TidyTests {
    @Test("the whole tree keeps the rule", arguments: Rule.all)
    func treeKeeps(_ rule: Rule) {
        let findings = SourceTree.shared.swiftFiles.flatMap(rule.check)
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test("the rule finds its canary, and only what is wrong in it", arguments: Rule.all)
    func findsItsCanary(_ rule: Rule) {
        let file = SourceFile(path: rule.canary.path, text: rule.canary.text)
        #expect(rule.check(file).map(\.line) == rule.canary.lines)
    }

    @Test func treeIsReadWhole() {
        let modules = Set(SourceTree.shared.swiftFiles.filter { $0.top == "Sources" }.map(\.module))
        #expect(modules == Set(importTable.keys))
    }

    @Test func commentsAndStringsAreNotCode() {
        let text =
            "a /* b /* c */ d */ e // f\ng \"h \\\" i\" j #\"k \" l\"# m \"\"\"\nn\n\"\"\" o\n"
        let code = CodeOnly.blanking(text)
        let words = code.split { $0 == " " || $0 == "\n" }
        #expect(words.joined() == "aeg\"\"j#\"\"#m\"\"\"\"\"\"o")
        #expect(code.utf8.count == text.utf8.count)
    }

    /// The manifest's table and this one are the same.
    @Test func manifestAgreesWithTheTable() throws {
        let manifest = try #require(SourceTree.shared.text("Package.swift"))
        for (module, allowed) in importTable where module.first?.isUppercase ?? false {
            let start = try #require(
                manifest.firstRange(of: "\"\(module)\",\n        [")
                    ?? manifest.firstRange(of: "(\"\(module)\", ["), "\(module) in Package.swift")
            let list = manifest[start.upperBound...].prefix { $0 != "]" }
            let names = list.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            let declared = Set(names).subtracting(["swift-log", "swift-argument-parser"])
            #expect(declared == allowed.subtracting(["FoundationEssentials"]), "\(module)")
        }
    }

    /// Files in git stand for themselves: no folder of the machine where they were written.
    @Test func noMachinePaths() {
        let machine = "/wo" + "rk/"
        for file in SourceTree.shared.swiftFiles {
            for (index, line) in file.lines.enumerated() where line.contains(machine) {
                Issue.record("\(file.path):\(index + 1): a path of one machine")
            }
        }
        for (path, text) in SourceTree.shared.otherFiles where text.contains(machine) {
            Issue.record("\(path): a path of one machine")
        }
    }

    /// Python and shell keep the same columns as Swift.
    @Test func scriptsKeepTheirForm() {
        let endings = [".py", ".lua", "/run", "/quickstart", "/install-packages"]
        for (path, text) in SourceTree.shared.otherFiles
        where endings.contains(where: path.hasSuffix) {
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                let isWrong = line.count > columnsMax || line.contains("\t") || line.hasSuffix(" ")
                #expect(!isWrong, "\(path):\(index + 1): columns, a tab or trailing space")
            }
        }
    }

    /// Every page under Docs has one title and is reached from the index.
    @Test func docsAreTitledAndLinked() throws {
        let index = try #require(SourceTree.shared.text("Docs/README.md"))
        for (path, text) in SourceTree.shared.otherFiles
        where path.hasPrefix("Docs/") && path.hasSuffix(".md") {
            let titles = titleCount(text)
            #expect(titles == 1, "\(path) has \(titles) titles")
            let link = path.dropFirst("Docs/".count)
            #expect(path == "Docs/README.md" || index.contains("(\(link))"), "no link to \(path)")
        }
    }
}

/// Lines that start with `# `, code blocks left out.
private func titleCount(_ text: String) -> Int {
    var inCode = false
    var count = 0
    for line in text.split(separator: "\n") {
        if line.hasPrefix("```") { inCode.toggle() }
        if !inCode && line.hasPrefix("# ") { count += 1 }
    }
    return count
}
