// modules: Base MemcacheProtocol
// DatagramFuzzer: datagrams and the parts of answers from bytes that libFuzzer makes up.
//
// Beside 'never crashes' it checks what must hold: the parts of an answer cover it, in order and
// without an empty one, and a message cut into datagrams comes together again.
import Base
import MemcacheProtocol

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzDatagram(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer gives `count` readable bytes for the time of the call.
    guard let start = unsafe start, count > 0 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    _ = DatagramFrame.requestID(bytes.span)
    checkParts(bytes)
    checkCutting(bytes)
    return 0
}

private func checkParts(_ bytes: [UInt8]) {
    // The first line is the command, the rest its answer.
    let lineEnd = bytes.firstIndex(of: 0x0A) ?? 0
    let (line, answer) = (Array(bytes[..<lineEnd]), Array(bytes[lineEnd...]))
    var place = 0
    for end in GetAnswerParts.ends(of: answer.span, line: line.span) {
        precondition(end > place && end <= answer.count, "parts follow each other")
        place = end
    }
    precondition(place == answer.count, "the parts cover the answer")
}

private func checkCutting(_ bytes: [UInt8]) {
    guard let count = DatagramFrame.datagramCount(messageByteCount: bytes.count) else {
        preconditionFailure("a short message can be numbered")
    }
    var whole: [UInt8] = []
    for number in 0..<count {
        let output = ByteBuffer()
        let byteCount = DatagramFrame.append(
            datagram: number, of: bytes.span, requestID: 7, to: output)
        precondition(byteCount == output.count, "the datagram's length")
        let datagram = output.bytes
        for index in DatagramFrame.byteCount..<datagram.count { whole.append(datagram[index]) }
    }
    precondition(whole == bytes, "the message comes together again")
}
