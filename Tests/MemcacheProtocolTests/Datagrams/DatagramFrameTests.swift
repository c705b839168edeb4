import Base
import TestSupport
import Testing

@testable import MemcacheProtocol

/// The frame around datagrams, and how a get's answer is parted.
struct DatagramFrameTests {
    private static func isRequest(_ bytes: [UInt8]) -> UInt16? {
        DatagramFrame.requestID(bytes.span)
    }

    @Test func aRequestIsOneDatagramWithData() {
        #expect(Self.isRequest([1, 2, 0, 0, 0, 1, 0, 0, 0x67]) == 0x0102)
        // The number and what is reserved are not looked at.
        #expect(Self.isRequest([1, 2, 9, 9, 0, 1, 7, 7, 0x67]) == 0x0102)
        #expect(Self.isRequest([1, 2, 0, 0, 0, 1, 0, 0]) == nil)
        #expect(Self.isRequest([1, 2, 0, 0, 0, 2, 0, 0, 0x67]) == nil)
        #expect(Self.isRequest([1, 2, 0, 0, 1, 1, 0, 0, 0x67]) == nil)
        #expect(Self.isRequest([1, 2, 0, 0, 0, 0, 0, 0, 0x67]) == nil)
        for count in 0..<9 { #expect(Self.isRequest([UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test(arguments: [1, 1_391, 1_392, 1_393, 2_784, 2_785, 100_000])
    func aMessageIsCutAndCanBePutTogether(byteCount: Int) throws {
        let message = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let total = try #require(DatagramFrame.datagramCount(messageByteCount: byteCount))
        #expect(total == (byteCount + 1_391) / 1_392)
        var whole: [UInt8] = []
        for number in 0..<total {
            let output = ByteBuffer()
            let size = DatagramFrame.append(
                datagram: number, of: message.span, requestID: 0xABCD, to: output)
            let bytes = output.makeArray()
            #expect(size == bytes.count && size <= 1_400)
            let head: [UInt8] = [
                0xAB, 0xCD, UInt8(number >> 8), UInt8(number & 255), UInt8(total >> 8),
                UInt8(total & 255), 0, 0,
            ]
            #expect(Array(bytes.prefix(8)) == head)
            whole += bytes.dropFirst(8)
        }
        #expect(whole == message)
        let nothing = ByteBuffer()
        #expect(
            DatagramFrame.append(datagram: total, of: message.span, requestID: 1, to: nothing) == 0)
        #expect(nothing.isEmpty)
    }

    @Test func whatCannotBeNumberedIsNotSent() {
        #expect(DatagramFrame.datagramCount(messageByteCount: 65_535 * 1_392) == 65_535)
        #expect(DatagramFrame.datagramCount(messageByteCount: 65_535 * 1_392 + 1) == nil)
    }

    private static func parts(_ answer: String, _ line: String) -> [String] {
        let bytes = Array(answer.utf8)
        var start = 0
        return GetAnswerParts.ends(of: bytes.span, line: Array(line.utf8).span).map { end in
            defer { start = end }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }

    @Test func eachItemIsAMessageAndTheEndGoesWithTheLastKey() {
        let a = "VALUE a 0 3\r\nabc\r\n"
        let b = "VALUE b 5 4 77\r\nEND\r\r\n"
        #expect(Self.parts("\(a)END\r\n", "get a") == ["\(a)END\r\n"])
        #expect(Self.parts("\(a)\(b)END\r\n", "gets a b") == [a, "\(b)END\r\n"])
        #expect(Self.parts("\(a)\(b)END\r\n", "gets a b c") == [a, b, "END\r\n"])
        #expect(Self.parts("\(a)END\r\n", "get c a  ") == ["\(a)END\r\n"])
        #expect(Self.parts("END\r\n", "get c") == ["END\r\n"])
        #expect(Self.parts(a, "get a") == [a], "an answer that ends with its last item")
        #expect(Self.parts("STORED\r\n", "set a 0 0 3") == ["STORED\r\n"])
        #expect(Self.parts("", "set a 0 0 3 noreply") == [])
    }

    @Test func partsOfAnyBytesCoverThem() {
        var random = TestSeed().generator
        let pieces = ["VALUE ", "a ", "0 ", "3", "99999999999999999999", "\r\n", "abc", "END\r\n"]
        for _ in 0..<2_000 {
            var answer = ""
            for _ in 0..<Int.random(in: 0..<9, using: &random) {
                answer += pieces.randomElement(using: &random) ?? ""
            }
            #expect(Self.parts(answer, "get a").joined() == answer)
        }
    }
}
