// modules: Base MemcacheProtocol
// BinaryFuzzer: packets of the binary protocol from bytes that libFuzzer makes up.
//
// Beside 'never crashes' it checks what must hold: key and value lie within the packet and one
// behind the other, a packet that is not whole stays so until all its head is there and then means
// the same, and a quiet command has a loud one.
import Base
import MemcacheProtocol

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzBinary(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer gives `count` readable bytes for the time of the call.
    guard let start = unsafe start, count > 0 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    var place = 0
    while place < bytes.count {
        let rest = Array(bytes[place...])
        guard let byteCount = checkPacket(rest) else { break }
        precondition(byteCount >= BinaryHeader.byteCount, "a packet has a header at least")
        place += byteCount
    }
    return 0
}

/// Checks the first packet; its length, or nil where the connection would end or wait.
private func checkPacket(_ bytes: [UInt8]) -> Int? {
    switch BinaryRequest.parse(bytes.span) {
    case .incomplete(let missing):
        precondition(missing > 0, "something is missing")
        return nil
    case .notARequest:
        precondition(bytes[0] != BinaryHeader.requestMagic || bytes.count >= 24, "no request")
        return nil
    case .refused(let header, _, let ends):
        return ends ? nil : BinaryHeader.byteCount + header.bodyByteCount
    case .request(let request):
        check(request, bytes)
        return request.byteCount
    }
}

private func check(_ request: BinaryRequest, _ bytes: [UInt8]) {
    precondition(request.key.lowerBound >= BinaryHeader.byteCount, "the key is in the body")
    precondition(request.key.upperBound == request.value.lowerBound, "the value follows the key")
    precondition(request.value.upperBound == request.byteCount, "the value ends the packet")
    precondition(request.key.upperBound <= bytes.count, "the key is there")
    precondition(!request.opcode.loud.isQuiet, "the loud command is loud")
    if request.opcode.loud == .increment { _ = BinaryArithmetic(bytes.span) }
    // Byte by byte: no other meaning before the head is whole, the same one from there on.
    let headEnd = request.key.upperBound
    for count in 1..<headEnd {
        let part = Array(bytes[..<count])
        guard case .incomplete(let missing) = BinaryRequest.parse(part.span) else {
            preconditionFailure("a part of a request is no whole one")
        }
        precondition(missing <= headEnd - count, "no more is asked for than there is")
    }
    let head = Array(bytes[..<headEnd])
    guard case .request(let again) = BinaryRequest.parse(head.span) else {
        preconditionFailure("a request's head is enough")
    }
    precondition(again.key == request.key && again.value == request.value, "the same request")
}
