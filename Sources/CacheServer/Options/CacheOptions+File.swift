import Base
import DaemonKit
import SystemInterface

extension CacheOptions {
    private static let fileByteCountMax = 1 << 20
    /// Options that a reload may change; all others need a restart. The users of `-Y` and the
    /// certificates are read again from the same files.
    private static let changeable: Set<String> = [
        "m", "c", "v", "A", "F", "X", "W", "R", "configtest",
    ]

    /// Reads a file with one option a line (Debian's memcached.conf): `-m 64`, `# comment`.
    ///
    /// - Throws: a `Diagnostic` with file, line and column.
    mutating func readFile(_ path: String) throws {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: Self.fileByteCountMax)
        } catch {
            throw Diagnostic(file: path, message: "cannot be read: \(error)")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            try self.readLine(String(line), path, index + 1)
        }
    }

    private mutating func readLine(_ text: String, _ path: String, _ number: Int) throws {
        let indent = text.prefix { $0 == " " || $0 == "\t" }
        var body = text.dropFirst(indent.count)
        while body.last?.isWhitespace ?? false { body.removeLast() }
        if body.isEmpty || body.hasPrefix("#") { return }
        func problem(_ message: String, _ column: Int) -> Diagnostic {
            Diagnostic(
                file: path, line: number, column: column, message: message, sourceLine: text)
        }
        guard body.hasPrefix("-") else {
            throw problem(
                "expected an option such as -m 64, found '\(body)'", indent.count + 1)
        }
        let words = body.split(maxSplits: 1) { $0 == " " || $0 == "\t" }.map(String.init)
        var arguments = ["cached", words[0]]
        var column = indent.count + 1
        if words.count > 1 {
            arguments.append(words[1].drop { $0 == " " || $0 == "\t" }.description)
            column = indent.count + body.count - words[1].count + 1
        }
        do {
            let line = try OptionTable.read(arguments)
            if let surplus = line.rest.first {
                throw problem("this option takes no value, found '\(surplus)'", column)
            }
            for option in line.options {
                if option.key == "config" {
                    throw problem("a file cannot name another", indent.count + 1)
                }
                try self.take(option)
            }
        } catch let error as ArgumentsError {
            throw problem(error.description, indent.count + 1)
        } catch let error as OptionProblem {
            throw problem(error.description, column)
        }
    }

    /// The options that differ from `running` and cannot be changed without a restart.
    package func changedFixedOptions(from running: CacheOptions) -> [String] {
        let keys = Set(self.given.keys).union(running.given.keys).subtracting(Self.changeable)
        return keys.filter { self.given[$0] != running.given[$0] }
            .map { $0.count == 1 ? "-\($0)" : "--\($0)" }.sorted()
    }
}
