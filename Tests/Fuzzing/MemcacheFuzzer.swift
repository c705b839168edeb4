// modules: Base MemcacheProtocol
// MemcacheFuzzer: command lines, their flags, Base64 keys and numbers from bytes that libFuzzer
// makes up.
//
// Beside 'never crashes' it checks what must hold: what a command points at lies within its line,
// no key is longer than a key may be, a size is one that a data block can have, the same line means
// the same when its words are parted by more blanks, and a Base64 key comes back from its bytes.
import Base
import MemcacheProtocol

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzMemcache(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer gives `count` readable bytes for the time of the call.
    guard let start = unsafe start, count > 0 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
        checkLine(Array(line))
    }
    checkKey(bytes)
    checkNumbers(bytes)
    return 0
}

private func checkLine(_ line: [UInt8]) {
    let command = CommandParser.parse(line.span)
    check(command, line)
    // A blank before the command is a mistake of its own, as in memcached.
    if line.first == 0x20 { return }
    var wide: [UInt8] = []
    for byte in line {
        wide.append(byte)
        if byte == 0x20 { wide.append(0x20) }
    }
    let again = CommandParser.parse(wide.span)
    precondition(kind(command) == kind(again), "blanks change the meaning")
}

private func check(_ command: Command, _ line: [UInt8]) {
    switch command {
    case .get(let keys, _), .getAndTouch(let keys, _, _): checkRange(keys, line)
    case .store(let store):
        checkKeyRange(store.key, line)
        precondition((0...Int(Int32.max) - 2).contains(store.byteCount), "a size is one")
    case .delete(let key, _), .arithmetic(let key, _, _, _), .touch(let key, _, _),
        .metaDebug(let key, _):
        checkKeyRange(key, line)
    case .metaGet(let key, let flags), .metaDelete(let key, let flags),
        .metaArithmetic(let key, let flags):
        checkKeyRange(key, line)
        checkFlags(flags, line, key: key)
    case .metaSet(let key, let byteCount, let flags):
        checkKeyRange(key, line)
        checkFlags(flags, line, key: key)
        precondition((0...Int(Int32.max) - 2).contains(byteCount), "a size is one")
    case .refusedStore(_, let byteCount):
        precondition((0...Int(Int32.max) - 2).contains(byteCount), "a size is one")
    case .stats(let words): checkRange(words, line)
    case .manage(let verb, let words):
        checkRange(words, line)
        _ = ManagementCommand(verb, line.span, words)
    case .flushAll, .version, .quit, .metaNoOp, .refused: break
    }
}

private func checkRange(_ range: Range<Int>, _ line: [UInt8]) {
    precondition(range.lowerBound >= 0 && range.upperBound <= line.count, "outside the line")
}

private func checkKeyRange(_ range: Range<Int>, _ line: [UInt8]) {
    checkRange(range, line)
    precondition((1...ProtocolLimits.keyByteCountMax).contains(range.count), "no key")
    precondition(!line[range].contains(0x20), "a blank in a key")
}

private func checkFlags(_ range: Range<Int>, _ line: [UInt8], key: Range<Int>) {
    checkRange(range, line)
    guard let flags = try? MetaFlags(line.span, range, key: key) else { return }
    var tokens = TokenReader(range)
    var seen: Set<UInt8> = []
    while let word = tokens.next(line.span) {
        precondition(seen.insert(line[word.lowerBound]).inserted, "a flag twice")
    }
    precondition(flags.wantsValue == seen.contains(UInt8(ascii: "v")), "v is read")
}

/// Which command it is; refusals differ in nothing that a client may rely on.
private func kind(_ command: Command) -> String {
    if case .refused(let answer) = command { return "\(answer)" }
    return String("\(command)".prefix { $0 != "(" })
}

private func checkKey(_ bytes: [UInt8]) {
    let (text, back) = (ByteBuffer(), ByteBuffer())
    Base64Key.encode(bytes.span, into: text)
    precondition(Base64Key.decode(text.bytes, into: back), "Base64 is read")
    precondition(back.bytes.makeArray() == bytes, "Base64 comes back")
    let other = ByteBuffer()
    if Base64Key.decode(bytes.span, into: other) {
        precondition(other.count <= bytes.count / 4 * 3, "a key gets no longer")
    }
}

private func checkNumbers(_ bytes: [UInt8]) {
    let (unsigned, signed) = (bytes.span.unsignedNumber(), bytes.span.signedNumber())
    if let plain = bytes.span.decimalValue() { precondition(unsigned == plain, "plain digits") }
    if let signed, signed >= 0 { precondition(unsigned == UInt64(signed), "both signs agree") }
}
