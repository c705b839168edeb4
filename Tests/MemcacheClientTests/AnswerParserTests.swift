import Base
import Testing

@testable import MemcacheClient

/// Answers by tables, byte by byte and cut off at each byte.
struct AnswerParserTests {
    private static let item = CacheItem(flags: 7, cas: 42, value: Array("a\r\nEND\r\nb".utf8))
    private static let valid: [(String, CacheRequest, CacheAnswer)] = [
        ("STORED\r\n", .version, .done), ("DELETED\r\n", .version, .done),
        ("TOUCHED\r\n", .version, .done), ("VERSION 1.6.18\r\n", .version, .done),
        ("NOT_FOUND\r\n", .version, .missing), ("NOT_STORED\r\n", .version, .notStored),
        ("EXISTS\r\n", .version, .changed), ("EN\r\n", .look(key: "k"), .missing),
        ("HD\r\n", .look(key: "k"), .item(CacheItem(flags: 0, cas: 0, value: []))),
        (
            "HD f4294967295 c18446744073709551615 s2\r\n", .look(key: "k"),
            .item(CacheItem(flags: .max, cas: .max, value: []))
        ),
        ("END\r\n", .get(key: "k"), .missing),
        ("VALUE k 7 9 42\r\na\r\nEND\r\nb\r\nEND\r\n", .get(key: "k"), .item(Self.item)),
        (
            "VALUE k 0 0 1\r\n\r\nEND\r\n", .get(key: "k"),
            .item(CacheItem(flags: 0, cas: 1, value: []))
        ),
        (
            "SERVER_ERROR out of memory storing object\r\n", .get(key: "k"),
            .failed(.refused("SERVER_ERROR out of memory storing object"))
        ),
        ("ERROR\r\n", .look(key: "k"), .failed(.refused("ERROR"))),
    ]

    @Test func readsWhatIsValidAndNothingBehindIt() throws {
        for (text, request, expected) in Self.valid {
            let bytes = Array((text + "STORED\r\n").utf8)
            let parsed = try AnswerParser.parse(bytes.span, as: request.answerForm)
            #expect(parsed?.answer == expected, "\(text)")
            #expect(parsed?.byteCount == text.utf8.count, "\(text)")
        }
    }

    @Test func waitsForTheRestOfWhatIsCutOff() throws {
        for (text, request, _) in Self.valid {
            let bytes = Array(text.utf8)
            for end in 0..<bytes.count {
                let parsed = try AnswerParser.parse(
                    bytes.span.extracting(first: end), as: request.answerForm)
                #expect(parsed == nil, "\(text) cut at \(end)")
            }
        }
    }

    @Test(
        arguments: [
            ("HELLO\r\n", CacheRequest.version), ("VALUE k 0\r\n", .get(key: "k")),
            ("VALUE k 0 x 1\r\n", .get(key: "k")), ("STORED\r\n", .get(key: "k")),
            ("VALUE k 0 1 1\r\nab\r\nEND\r\n", .get(key: "k")),
            ("VALUE k 0 99999999999 1\r\n", .get(key: "k")), ("VA 1\r\n", .look(key: "k")),
            (String(repeating: "x", count: 5_000), .version),
        ] as [(String, CacheRequest)])
    func refusesWhatIsNoAnswer(text: String, request: CacheRequest) {
        let bytes = Array(text.utf8)
        #expect(throws: AnswerError.self) {
            _ = try AnswerParser.parse(bytes.span, as: request.answerForm)
        }
    }
}
