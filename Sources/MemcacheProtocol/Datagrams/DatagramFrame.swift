package import Base

/// memcached's frame around what is said by datagrams (protocol.txt, "UDP protocol").
///
/// ```
///    0      2        4       6          8
///    | id   | number | total | reserved | data …
/// ```
/// All numbers have 16 bits, the high byte first. A request is one datagram; each answer is one
/// message of one or more, which all bear the request's id.
package enum DatagramFrame {
    /// The frame's size in bytes.
    package static let byteCount = 8
    /// The most of a message that one datagram bears, so that Ethernet need not cut it.
    package static let dataByteCountMax = 1_392
    /// The most datagrams that a message can have.
    package static let datagramCountMax = 65_535

    /// The id of a request, whose data follow the frame; nil when it is not to be served.
    ///
    /// As memcached has it: a request of several datagrams is dropped, the number is not looked at,
    /// and a datagram without data is none.
    package static func requestID(_ datagram: Span<UInt8>) -> UInt16? {
        guard datagram.count > Self.byteCount, datagram[4] == 0, datagram[5] == 1 else {
            return nil
        }
        return UInt16(datagram[0]) << 8 | UInt16(datagram[1])
    }

    /// How many datagrams a message takes; nil when it is too long to be sent.
    package static func datagramCount(messageByteCount: Int) -> Int? {
        let count = (messageByteCount + Self.dataByteCountMax - 1) / Self.dataByteCountMax
        return count <= Self.datagramCountMax ? count : nil
    }

    /// Appends one datagram of a message.
    ///
    /// - Returns: how many bytes it has, or 0 when the message has no such datagram.
    package static func append(
        datagram number: Int, of message: Span<UInt8>, requestID: UInt16, to output: ByteBuffer
    ) -> Int {
        guard let total = Self.datagramCount(messageByteCount: message.count),
            number >= 0, number < total
        else { return 0 }
        let start = number * Self.dataByteCountMax
        let end = min(start + Self.dataByteCountMax, message.count)
        for value in [requestID, UInt16(number), UInt16(total), 0] {
            output.append(UInt8(value >> 8))
            output.append(UInt8(truncatingIfNeeded: value))
        }
        output.append(message.extracting(start..<end))
        return Self.byteCount + end - start
    }
}
