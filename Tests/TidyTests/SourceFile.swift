import FoundationEssentials
import Testing

/// One Swift file of the tree, as it is and with its comments and string contents blanked.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// Path from the repository's root: `Sources/Base/Time/Instant.swift`.
    let path: String
    /// The lines as they stand.
    let lines: [String]
    /// The same lines with comments and the contents of strings replaced by spaces: only code.
    let code: [String]
    /// Whether the last line ends in a newline.
    let endsInNewline: Bool

    init(path: String, text: String) {
        self.path = path
        self.endsInNewline = text.isEmpty || text.utf8.last == UInt8(ascii: "\n")
        self.lines = SourceFile.lines(of: text)
        self.code = SourceFile.lines(of: CodeOnly.blanking(text))
    }

    /// `Sources` or `Tests`.
    var top: Substring { self.path.prefix { $0 != "/" } }

    /// The folder below it: the module.
    var module: String {
        let parts = self.path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// The file's own name.
    var name: Substring { self.path.split(separator: "/").last ?? "" }

    var testDescription: String { self.path }

    private static func lines(of text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// Something a rule found.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    /// Counted from 1.
    let line: Int
    let message: String

    var description: String { "\(self.path):\(self.line): \(self.message)" }
}

/// The files of the repository, read once.
struct SourceTree: Sendable {
    /// Every Swift file below Sources and Tests.
    let swiftFiles: [SourceFile]
    /// Every other text file that is ours: path and text.
    let otherFiles: [(path: String, text: String)]

    static let shared = SourceTree(root: root)

    /// The repository's folder, from where this file lies.
    static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    private static let textEndings = [
        ".swift", ".md", ".py", ".conf", ".xml", ".jsp", ".jspf", ".html", ".css", ".h", ".c",
        ".modulemap", "/run", "/quickstart", "/install-packages", ".lua", ".json", ".service",
        ".socket",
    ]

    init(root: String) {
        var swift: [SourceFile] = []
        var other: [(String, String)] = []
        for top in ["Sources", "Tests", "Docs", "Packaging", ".ci"] {
            let names =
                (try? FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(top)")) ?? []
            for name in names.sorted() {
                let path = "\(top)/\(name)"
                guard SourceTree.textEndings.contains(where: path.hasSuffix),
                    let text = try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
                else { continue }
                if path.hasSuffix(".swift") {
                    swift.append(SourceFile(path: path, text: text))
                } else {
                    other.append((path, text))
                }
            }
        }
        for path in ["README.md", "Package.swift", ".gitignore", ".swift-format"] {
            if let text = try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) {
                other.append((path, text))
            }
        }
        self.swiftFiles = swift
        self.otherFiles = other
    }

    /// One of the other files, by its path.
    func text(_ path: String) -> String? {
        self.otherFiles.first { $0.path == path }?.text
    }
}
