/// A name that production code does not use, and why.
struct BannedName: Sendable {
    let name: String
    let reason: String
    /// Modules where it may stand, each with the reason beside it in the table.
    var allowedIn: Set<String> = []
}

/// The table of banned names. White space between two words is one space.
let bannedNames: [BannedName] = [
    BannedName(name: "try!", reason: "an error is handled or passed on"),
    BannedName(name: "as!", reason: "a cast that may fail is asked with as?"),
    BannedName(name: "Any", reason: "say which type"),
    BannedName(name: "Mirror", reason: "no reflection"),
    BannedName(name: "DispatchQueue", reason: "the loop is the only scheduler"),
    BannedName(name: "DispatchSemaphore", reason: "nothing blocks a loop's thread"),
    BannedName(name: "Task.sleep", reason: "wakes through the global pool: use Loop.sleep"),
    BannedName(name: "Task.detached", reason: "leaves the loop: use Loop.spawn"),
    // The loop itself makes the tasks, each with its own executor.
    BannedName(name: "Task {", reason: "does not inherit the executor: use Loop.spawn"),
    BannedName(name: "fatalError()", reason: "a trap says what was wrong"),
    BannedName(name: "preconditionFailure()", reason: "a trap says what was wrong"),
    BannedName(name: "NSLock", reason: "Mutex holds the state that it guards"),
    BannedName(name: "usleep", reason: "nothing blocks a loop's thread"),
]

/// What code may not say.
let nameRules: [Rule] = [
    .eachLine(
        "banned names",
        canary: (
            "Sources/CacheServer/Banned.swift",
            "let a = try! b()\nlet c = d as! E\nTask { f() }\n// try! is fine in a comment\n"
                + "let text = \"as! here too\"\nfatalError()\nTask(executorPreference: g) { }\n",
            [1, 2, 3, 6]
        ), applies: { $0.top == "Sources" }
    ) { code, _, file in
        let found = bannedNames.first { banned in
            !banned.allowedIn.contains(file.module) && code.containsWord(banned.name)
        }
        return found.map { "`\($0.name)`: \($0.reason)" }
    },
    .eachLine(
        "no force unwrap",
        canary: (
            "Sources/Base/Force.swift",
            "let a = b!\nlet c = d()!.e\nif a != b { }\nlet f = !g\nlet h: I!\nlet j = k[0]!\n",
            [1, 2, 5, 6]
        ), applies: { $0.top == "Sources" }
    ) { code, _, _ in
        let bytes = Array(code.utf8)
        for index in bytes.indices.dropFirst() where bytes[index] == UInt8(ascii: "!") {
            let before = bytes[index - 1]
            let closes = [UInt8(ascii: ")"), UInt8(ascii: "]")].contains(before)
            let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: " ")
            if (isNamePart(before) || closes) && next != UInt8(ascii: "=") {
                return "a force unwrap"
            }
        }
        return nil
    },
    .eachLine(
        "no global or static variable",
        canary: (
            "Sources/Base/Global.swift",
            "var a = 1\npackage var b: Int { 1 }\nenum C {\n    static var d = 1\n"
                + "    static var e: Int { 1 }\n    var f = 1\n}\nprivate var g: Int = 2\n",
            [1, 4, 8]
        ), applies: { $0.top == "Sources" && $0.name != "main.swift" }
    ) { code, _, _ in
        let isGlobal = code.indentation == 0 && code.containsWord("var")
        guard isGlobal || code.contains("static var ") else { return nil }
        let computed = code.contains("{") || !code.contains("=")
        return computed ? nil : "a variable that everybody shares"
    },
    .eachLine(
        "tests do not sleep",
        canary: (
            "Tests/BaseTests/Sleepy.swift", "try await Task.sleep(for: .seconds(1))\nusleep(5)\n",
            [1, 2]
        ), applies: { $0.top == "Tests" && $0.module != "TidyTests" }
    ) { code, _, _ in
        ["Task.sleep", "usleep", "nanosleep"].first { code.containsWord($0) }.map { "`\($0)`" }
    },
]
