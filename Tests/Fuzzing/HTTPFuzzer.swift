// modules: Base HTTPProtocol
// HTTPFuzzer: request heads, bodies, answers and paths from bytes that libFuzzer makes up.
//
// The first byte chooses the parser. Beside 'never crashes' it checks what must hold: a head that
// is accepted whole is accepted byte by byte with the same length, no field value that comes out
// holds a line end or a zero byte, and a body's parts never exceed what came in.
import Base
import HTTPProtocol

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzHTTP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer gives `count` readable bytes for the time of the call.
    guard let start = unsafe start, count > 1 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let input = Array(bytes.dropFirst())
    switch bytes[0] % 4 {
    case 0: checkRequest(input)
    case 1: checkResponse(input)
    case 2: checkChunks(input)
    default: checkPath(input)
    }
    return 0
}

private func checkRequest(_ input: [UInt8]) {
    let head = RequestHead()
    let whole: Int?
    do {
        whole = try head.parse(input.span)
    } catch {
        return
    }
    guard let whole else { return }
    precondition(whole <= input.count, "a head is not longer than its input")
    checkFields(head)
    let again = RequestHead()
    var found: Int?
    for end in 1...whole where found == nil {
        do {
            found = try again.parse(input.span.extracting(first: end))
        } catch {
            preconditionFailure("refused byte by byte, accepted whole: \(error)")
        }
    }
    precondition(found == whole, "byte by byte and whole differ")
}

private func checkResponse(_ input: [UInt8]) {
    let head = ResponseHead()
    guard let count = try? head.parse(input.span) else { return }
    precondition(count <= input.count, "a head is not longer than its input")
    checkFields(head)
    readBody(head.framing(to: .get), Array(input[count...]))
}

private func checkFields(_ head: MessageHead) {
    for field in head.fields {
        let value = head.bytes(field.value)
        for index in value.indices {
            let byte = value[index]
            precondition(byte != 0 && byte != 10 && byte != 13, "a value holds a line end")
        }
        precondition(!field.name.isEmpty, "a name is not empty")
    }
}

private func checkChunks(_ input: [UInt8]) { readBody(.chunked, input) }

private func readBody(_ framing: BodyFraming, _ input: [UInt8]) {
    var whole = BodyReader(framing)
    let all = ByteBuffer()
    all.append(input)
    let first = drain(&whole, all)
    var dripped = BodyReader(framing)
    let buffer = ByteBuffer()
    var second: [UInt8]? = []
    for byte in input where second != nil {
        buffer.append(byte)
        if let part = drain(&dripped, buffer) {
            second?.append(contentsOf: part)
        } else {
            second = nil
        }
        if dripped.isFinished { break }
    }
    precondition((first == nil) == (second == nil), "byte by byte and whole differ in validity")
    if let first, let second { precondition(first == second, "byte by byte and whole differ") }
}

/// The body's bytes until more is needed or it ends; nil when it is not valid.
private func drain(_ reader: inout BodyReader, _ buffer: ByteBuffer) -> [UInt8]? {
    var body: [UInt8] = []
    do {
        while true {
            switch try reader.next(in: buffer) {
            case .needMore, .end: return body
            case .data(let count):
                precondition(count > 0 && count <= buffer.count, "a part lies within the buffer")
                body += buffer.bytes.extracting(first: count).makeArray()
                reader.consume(count, from: buffer)
            }
        }
    } catch {
        return nil
    }
}

private func checkPath(_ input: [UInt8]) {
    guard let path = RequestPath.normalize(input.span) else { return }
    precondition(path.first == UInt8(ascii: "/"), "a path begins with a slash")
    let text = String(decoding: path, as: UTF8.self)
    for segment in text.split(separator: "/", omittingEmptySubsequences: false) {
        precondition(segment != ".." && segment != ".", "no dot segment is left")
    }
}
