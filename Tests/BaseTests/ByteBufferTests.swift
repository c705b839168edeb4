import Base
import TestSupport
import Testing

/// The buffer against an array of bytes that does the same slowly.
struct ByteBufferTests {
    @Test func doesWhatAnArrayDoes() {
        var random = TestSeed().generator
        for _ in 0..<300 {
            let buffer = ByteBuffer(capacity: Int.random(in: 0..<100, using: &random))
            var model: [UInt8] = []
            for _ in 0..<60 { Self.step(buffer, &model, &random) }
        }
    }

    private static func step(
        _ buffer: ByteBuffer, _ model: inout [UInt8], _ random: inout SeededGenerator
    ) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            let byte = UInt8.random(in: 0...255, using: &random)
            buffer.append(byte)
            model.append(byte)
        case 1:
            let bytes = (0..<Int.random(in: 0..<200, using: &random)).map { UInt8($0 & 255) }
            buffer.append(bytes)
            model += bytes
        case 2:
            let count = Int.random(in: 0...model.count, using: &random)
            buffer.consume(count)
            model.removeFirst(count)
        case 3:
            let count = Int.random(in: 0...model.count, using: &random)
            buffer.truncate(to: count)
            model.removeLast(model.count - count)
        case 4:
            let number =
                UInt64.random(in: 0...UInt64.max, using: &random)
                >> UInt64.random(in: 0..<64, using: &random)
            buffer.append(decimal: number)
            model += Array("\(number)".utf8)
        case 5:
            buffer.reserve(Int.random(in: 0..<300, using: &random))
        case 6 where !model.isEmpty:
            let index = Int.random(in: 0..<model.count, using: &random)
            buffer.set(33, at: index)
            model[index] = 33
        default:
            let other = ByteBuffer("swapped")
            buffer.swap(with: other)
            #expect(other.bytes.makeArray() == model)
            other.swap(with: buffer)
        }
        #expect(buffer.bytes.makeArray() == model)
        #expect(buffer.count == model.count)
        #expect(buffer.capacity >= buffer.count)
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, UInt64.max])
    func writesNumbers(value: UInt64) {
        let buffer = ByteBuffer()
        buffer.append(decimal: value)
        buffer.append(UInt8(ascii: " "))
        buffer.append(hexadecimal: value)
        #expect(buffer.bytes.makeString() == "\(value) " + String(value, radix: 16))
    }

    @Test func writesNegativeNumbersAndPadsHexadecimal() {
        let buffer = ByteBuffer()
        buffer.append(decimal: Int.min)
        buffer.append(" " as StaticString)
        buffer.append(hexadecimal: 0xAB, minimumDigits: 8)
        #expect(buffer.bytes.makeString() == "-9223372036854775808 000000ab")
    }

    @Test func poolLendsTakesBackAndLeavesBusyBuffersAlone() {
        let pool = ByteBufferPool(blockSize: 4_096, spareCountMax: 1)
        let first = ByteBuffer()
        let second = ByteBuffer()
        pool.lend(to: first)
        pool.lend(to: second)
        #expect(first.capacity == 4_096)
        first.append("busy")
        pool.takeBack(from: first)
        #expect(first.bytes.makeString() == "busy")
        first.consume(4)
        pool.takeBack(from: first)
        pool.takeBack(from: second)
        #expect(first.capacity == 0 && second.capacity == 0)
        pool.lend(to: second)
        #expect(second.capacity == 4_096 && second.isEmpty)
    }

    @Test func consumingMoreThanIsThereTraps() async {
        await #expect(processExitsWith: .failure) {
            ByteBuffer("abc").consume(4)
        }
    }
}
