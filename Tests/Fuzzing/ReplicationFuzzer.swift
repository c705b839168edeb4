// modules: Base CacheReplication
// ReplicationFuzzer: what a peer sends, from bytes that libFuzzer makes up.
//
// Beside 'never crashes' it checks what must hold: a frame that is read is written as the same
// bytes, and a frame cut short is not read as another one.
import Base
import CacheReplication

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzReplication(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer gives `count` readable bytes for the time of the call.
    guard let start = unsafe start, count > 0 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    var place = 0
    while place < bytes.count {
        let rest = bytes.span.extracting(place..<bytes.count)
        guard let read = try? ReplicationFrame.read(rest) else { return 0 }
        checkWriting(read.frame, rest.extracting(0..<read.byteCount))
        checkCutting(rest.extracting(0..<read.byteCount))
        place += read.byteCount
    }
    return 0
}

private func checkWriting(_ frame: ReplicationFrame, _ bytes: Span<UInt8>) {
    // Bits that mean nothing today, and text that is no UTF-8, are not written back as they came.
    switch frame {
    case .refusal, .item, .greeting: return
    default: break
    }
    let output = ByteBuffer()
    frame.append(to: output)
    precondition(output.makeArray() == bytes.makeArray(), "what is read is written the same")
}

private func checkCutting(_ bytes: Span<UInt8>) {
    let cut = try? ReplicationFrame.read(bytes.extracting(0..<bytes.count - 1))
    precondition(cut == nil, "a frame that is cut short is none")
}
