import Base
import SystemInterface

/// `$request_id`: 32 hexadecimal digits that stay the same for a request.
///
/// Made of a secret of the process, the connection's number and the request's number in it, mixed
/// so that neither can be read off. Not for keeping secrets.
enum RequestIdentifier {
    private static let secret: [UInt64] = {
        let bytes = SecureRandom.bytes(16)
        return [bytes[..<8], bytes[8...]].map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }()

    static func append(of request: any RequestView, to output: ByteBuffer) {
        let number =
            request.connectionNumber &* 0x1_0000_01B3 &+ UInt64(request.connectionRequestCount)
        for key in self.secret {
            var generator = SeededGenerator(seed: key ^ number)
            output.append(hexadecimal: generator.next(), minimumDigits: 16)
        }
    }
}
