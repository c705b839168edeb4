import Base
import TestSupport
import Testing

@testable import ControlCommands

/// Differences as diff -u shows them.
struct LineDifferenceTests {
    @Test func theSameHasNone() {
        #expect(LineDifference.lines("a\nb\n", "a\nb\n") == [])
        #expect(LineDifference.lines("", "") == [])
    }

    @Test func aChangeIsShownWithWhatIsAroundIt() {
        let old = (1...9).map { "\($0)\n" }.joined()
        #expect(
            LineDifference.lines(old, old.replacing("5", with: "five")) == [
                "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8",
            ])
        #expect(LineDifference.lines("", "a\n") == ["@@ -0,0 +1,1 @@", "+a"])
        #expect(LineDifference.lines("a\nb\n", "b\n") == ["@@ -1,2 +1,1 @@", "-a", " b"])
    }

    @Test func programsGetTheLinesByTheirNumbers() {
        typealias Change = LineDifference.Change
        #expect(
            LineDifference.changes("a\nb\nc\n", "a\nx\nc\nd\n") == [
                Change(isAdded: false, number: 2, text: "b"),
                Change(isAdded: true, number: 2, text: "x"),
                Change(isAdded: true, number: 4, text: "d"),
            ])
        #expect(LineDifference.changes("a\n", "a\n") == [])
    }

    @Test func changesFarApartAreTwoPieces() {
        let old = (1...30).map { "\($0)\n" }.joined()
        let new = old.replacing("\n5\n", with: "\nx\n").replacing("\n25\n", with: "\n")
        let heads = LineDifference.lines(old, new).filter { $0.hasPrefix("@@") }
        #expect(heads == ["@@ -2,7 +2,7 @@", "@@ -22,7 +22,6 @@"])
    }

    @Test func theNewTextCanBeMadeOfThePieces() {
        let seed = TestSeed()
        var generator = seed.generator
        for _ in 0..<300 {
            func text() -> [String] {
                (0..<Int(generator.next() % 20)).map { _ in "\(generator.next() % 4)" }
            }
            let old = text(), new = text()
            let lines = LineDifference.lines(
                old.map { $0 + "\n" }.joined(), new.map { $0 + "\n" }.joined())
            #expect(Self.apply(lines, to: old) == new, "\(old) \(new) \(seed)")
        }
    }

    private static func apply(_ lines: [String], to old: [String]) -> [String] {
        var result: [String] = []
        var place = 0
        for line in lines {
            switch line.first {
            case "@":
                let words = line.split(separator: " ")[1].dropFirst().split(separator: ",")
                let (start, count) = (Int(words[0]) ?? 0, Int(words[1]) ?? 0)
                let first = count == 0 ? start : start - 1
                result += old[place..<first]
                place = first
            case "+": result.append(String(line.dropFirst()))
            case "-": place += 1
            default:
                result.append(old[place])
                place += 1
            }
        }
        return result + old[place...]
    }
}
