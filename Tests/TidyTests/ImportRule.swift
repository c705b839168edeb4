/// Who may import whom: arrows run downward only.
///
/// The middle row (protocols, storage, balancing, sessions, pages) knows bytes and values and
/// nothing else; a server library is the only place where a protocol meets a store.
let importTable: [String: Set<String>] = [
    "Base": [],
    "MemcacheProtocol": ["Base"],
    "HTTPProtocol": ["Base"],
    "CacheStorage": ["Base"],
    "CacheReplication": ["Base"],
    "LoadBalancing": ["Base"],
    "PatternMatching": ["Base", "CPCRE2"],
    "Sessions": ["Base"],
    "ExpressionLanguage": ["Base"],
    "PageTemplates": ["Base", "ExpressionLanguage"],
    "SystemInterface": ["Base", "CLinux"],
    "EventLoop": ["Base", "SystemInterface", "COpenSSL"],
    "HTTPTransport": ["Base", "HTTPProtocol", "EventLoop", "SystemInterface"],
    "MemcacheClient": ["Base", "MemcacheProtocol", "EventLoop", "SystemInterface"],
    "DaemonKit": [
        "Base", "SystemInterface", "EventLoop", "HTTPProtocol", "HTTPTransport", "CSystemd",
        "Logging",
    ],
    "CacheServer": [
        "Base", "MemcacheProtocol", "CacheStorage", "CacheReplication", "SystemInterface",
        "EventLoop", "DaemonKit", "HTTPProtocol", "HTTPTransport", "Logging",
    ],
    "BalancerServer": [
        "Base", "HTTPProtocol", "LoadBalancing", "SystemInterface", "EventLoop", "HTTPTransport",
        "DaemonKit", "PatternMatching", "Logging",
    ],
    "AppServer": [
        "Base", "HTTPProtocol", "Sessions", "ExpressionLanguage", "PageTemplates",
        "SystemInterface", "EventLoop", "HTTPTransport", "MemcacheProtocol", "MemcacheClient",
        "DaemonKit", "PatternMatching", "CExpat", "Logging",
    ],
    "ControlCommands": [
        "Base", "HTTPProtocol", "MemcacheProtocol", "SystemInterface", "EventLoop",
        "HTTPTransport", "MemcacheClient", "ArgumentParser", "FoundationEssentials",
    ],
    "cached": ["CacheServer"],
    "balancerd": ["BalancerServer"],
    "sessiond": ["AppServer"],
    "ctl": ["ControlCommands"],
]

/// Parts of the toolchain that every module may use: Mutex and Atomic.
let toolchainModules: Set<String> = ["Synchronization"]

/// Modules that may name C's types; what the kernel does goes through SystemInterface.
let glibcModules: Set<String> = ["SystemInterface", "EventLoop", "DaemonKit"]

/// Imports follow the table.
let imports = Rule(
    name: "imports follow the table",
    canary: (
        "Sources/CacheStorage/Imports.swift",
        "import Base\npackage import EventLoop\nimport Foundation\nimport Synchronization\n"
            + "@testable import MemcacheProtocol\nimport struct Base.Instant\nimport Glibc\n",
        [2, 3, 5, 7]
    )
) { file in
    guard file.top == "Sources" else { return [] }
    guard let allowed = importTable[file.module] else {
        return [Finding(path: file.path, line: 1, message: "\(file.module) is not in the table")]
    }
    return file.code.indices.compactMap { index in
        guard let imported = importedModule(file.code[index]), !allowed.contains(imported) else {
            return nil
        }
        if toolchainModules.contains(imported) { return nil }
        if imported == "Glibc", glibcModules.contains(file.module) { return nil }
        let message = "\(file.module) may not import \(imported)"
        return Finding(path: file.path, line: index + 1, message: message)
    }
}

/// `import X`, `package import X`, `@testable import X`, `import struct X.Y`: X.
func importedModule(_ code: String) -> String? {
    let words = code.split(separator: " ")
    guard let place = words.firstIndex(of: "import"),
        words[..<place].allSatisfy({ $0.hasPrefix("@") || accessWords.contains(String($0)) })
    else { return nil }
    let kinds: Set<Substring> = ["struct", "class", "enum", "func", "typealias", "protocol", "var"]
    let rest = words[(place + 1)...].drop { kinds.contains($0) }
    return rest.first.flatMap { $0.split(separator: ".").first }.map(String.init)
}

private let accessWords: Set<String> = ["package", "public", "internal", "private", "fileprivate"]
