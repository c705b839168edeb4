import Base
import SystemInterface
import Testing

@testable import ControlCommands

/// The help of `ctl doctor` names the rules that there are.
struct RuleNamesTests {
    private static let folder: String = {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        return "/\(root)/Sources/ControlCommands/Doctor"
    }()

    /// The words in quotes of the rules' sources that stand behind `rule:`.
    private static func written() throws -> Set<String> {
        var found: Set<String> = []
        for name in try Files.list(Self.folder) where name.hasSuffix("Rules.swift") {
            let bytes = try Files.read("\(Self.folder)/\(name)", limit: 1 << 20)
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: "rule: \"")
            for part in parts.dropFirst() { found.insert(String(part.prefix { $0 != "\"" })) }
        }
        return found
    }

    @Test func areThoseOfTheHelp() throws {
        let named = Set(
            DoctorCommand.rules.split { $0 == "," || $0.isWhitespace }.map(String.init))
        let written = try Self.written()
        #expect(written.count > 20)
        #expect(written.subtracting(named) == [])
        // These are names that are handed to one rule.
        #expect(
            named.subtracting(written)
                .isSubset(of: ["store_no_memory", "store_too_large"]))
    }
}
