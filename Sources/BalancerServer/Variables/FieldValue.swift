import Base
import HTTPProtocol

/// Values of fields that variables took part in.
///
/// `$uri` and the groups of patterns are decoded: a client can put a line break into them. What a
/// variable brought in must not end the field, or the rest of it would be read as another field or
/// another request.
enum FieldValue {
    /// Appends the value for one request, every control character in it made a blank.
    static func append(
        _ value: ComplexValue, of request: any RequestView, to output: ByteBuffer
    ) {
        let start = output.count
        VariableEvaluator.append(value, of: request, to: output)
        for index in start..<output.count {
            let byte = output[index]
            if (byte < 0x20 && byte != 0x09) || byte == 0x7F { output.set(0x20, at: index) }
        }
    }

    /// The value as bytes of its own.
    static func bytes(_ value: ComplexValue, of request: any RequestView) -> [UInt8] {
        let output = ByteBuffer(capacity: 64)
        self.append(value, of: request, to: output)
        return output.bytes.makeArray()
    }

    /// Appends a target that variables took part in: what would end it is encoded, all else stays,
    /// as it may be encoded already.
    static func appendTarget(_ bytes: [UInt8], to output: ByteBuffer) {
        if bytes.first != UInt8(ascii: "/") { output.append(UInt8(ascii: "/")) }
        for byte in bytes {
            if byte <= 0x20 || byte == 0x7F {
                PercentCoding.append([byte].span, for: .path, to: output)
            } else {
                output.append(byte)
            }
        }
    }
}
