import Base
import TestSupport
import Testing

@testable import ControlCommands

/// What keys do to a line.
struct LineEditorTests {
    private static func typed(_ text: String, _ editor: inout LineEditor) {
        for character in text { _ = editor.press(.character(character)) }
    }

    private static let edits: [(keys: [Key], text: String, cursor: Int)] = [
        ([], "one two", 7), ([.backspace], "one tw", 6), ([.home, .delete], "ne two", 0),
        ([.control("a"), .control("d")], "ne two", 0), ([.left, .left, .backspace], "one wo", 4),
        ([.control("w")], "one ", 4), ([.control("w"), .control("w")], "", 0),
        ([.control("u")], "", 0), ([.left, .control("u")], "o", 0),
        ([.home, .right, .right, .right, .control("k")], "one", 3),
        ([.home, .left, .character("x")], "xone two", 1),
        ([.right, .character("x")], "one twox", 8),
        ([.home, .backspace], "one two", 0), ([.delete], "one two", 7),
        ([.escape, .pageUp, .control("z")], "one two", 7),
    ]

    @Test(arguments: edits.indices)
    func keysEditTheLine(index: Int) {
        var editor = LineEditor()
        Self.typed("one two", &editor)
        for key in Self.edits[index].keys { #expect(editor.press(key) == .none) }
        #expect(editor.text == Self.edits[index].text && editor.cursor == Self.edits[index].cursor)
    }

    @Test func linesOfBeforeComeBackAndTheNewOneIsKept() {
        var editor = LineEditor(history: ["old"])
        Self.typed("first", &editor)
        #expect(editor.press(.enter) == .submit("first"))
        Self.typed("second", &editor)
        #expect(editor.press(.enter) == .submit("second"))
        Self.typed("dra", &editor)
        var seen: [String] = []
        for key in [Key.up, .up, .up, .up, .down, .down, .down, .down] {
            _ = editor.press(key)
            seen.append(editor.text)
        }
        #expect(seen == ["second", "first", "old", "old", "first", "second", "dra", "dra"])
        _ = editor.press(.up)
        #expect(editor.press(.enter) == .submit("second"))
        #expect(editor.history == ["old", "first", "second"])
    }

    @Test func someKeysAskForMore() {
        var editor = LineEditor()
        #expect(editor.press(.control("d")) == .end)
        Self.typed("a", &editor)
        #expect(editor.press(.tab) == .complete && editor.press(.control("l")) == .clear)
        #expect(editor.press(.control("c")) == .cancel)
        #expect(editor.text == "" && editor.press(.enter) == .submit("") && editor.history == [])
    }

    @Test func aValueIsNotRemembered() {
        var editor = LineEditor()
        editor.remembersLines = false
        Self.typed("secret", &editor)
        #expect(editor.press(.enter) == .submit("secret") && editor.history == [])
    }

    @Test func theHistoryHasALimit() {
        var editor = LineEditor(historyCountMax: 3)
        for number in 0..<10 {
            Self.typed("\(number)", &editor)
            _ = editor.press(.enter)
        }
        #expect(editor.history == ["7", "8", "9"])
    }

    @Test func anyKeysLeaveTheCursorInTheLine() {
        let seed = TestSeed()
        var generator = seed.generator
        let keys: [Key] = [
            .character("x"), .character(" "), .enter, .tab, .backspace, .delete, .escape, .up,
            .down, .left, .right, .home, .end, .control("k"), .control("u"), .control("w"),
            .control("c"), .control("d"),
        ]
        var editor = LineEditor(historyCountMax: 5)
        for _ in 0..<20_000 {
            _ = editor.press(keys[Int(generator.next() % UInt64(keys.count))])
            #expect((0...editor.text.count).contains(editor.cursor), "\(seed)")
            #expect(editor.text.hasPrefix(editor.textBeforeCursor), "\(seed)")
        }
    }

    @Test(
        arguments: [
            ("ge", ["get", "gets", "gat"], "t", ["get", "gets"]), ("gat", ["get", "gat"], " ", []),
            ("x", ["get"], "", []), ("", ["a", "b"], "", ["a", "b"]),
            ("get", ["get", "gets"], "", ["get", "gets"]),
        ] as [(String, [String], String, [String])])
    func aWordIsCompletedAsFarAsItCanBe(
        word: String, candidates: [String], addition: String, choices: [String]
    ) {
        let completion = Completion(word, candidates)
        #expect(completion.addition == addition && completion.choices == choices)
    }
}
