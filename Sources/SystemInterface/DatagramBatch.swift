package import Base
import CLinux
import Glibc

/// Datagrams that were received together, and those that answer them. Used by one thread.
///
/// One system call receives up to `countMax` of them, one sends as many answers (recvmmsg(2),
/// sendmmsg(2)). Answers lie one behind another in one buffer, each with the number of the datagram
/// that it answers.
// SAFETY: `memory` has countMax pieces of byteCountMax bytes, `addresses` countMax addresses, until
// deinit; only what the kernel wrote is read.
@safe package final class DatagramBatch {
    /// How many datagrams one call takes.
    package static let countMax = 16
    /// How many answers one call sends.
    private static let answersAtOnce = 64
    /// The largest datagram in bytes; what is longer is cut by the kernel.
    package static let byteCountMax = 65_536

    /// How many datagrams were received.
    package private(set) var count = 0
    /// Answers that are not sent yet.
    package let answers = ByteBuffer()
    private var answerLengths: [UInt32] = []
    private var answerTargets: [UInt32] = []
    private var sentCount = 0
    private let memory: UnsafeMutablePointer<UInt8>
    private let addresses: UnsafeMutablePointer<sockaddr_storage>
    private var lengths = [UInt32](repeating: 0, count: DatagramBatch.countMax)
    private var addressLengths = [UInt32](repeating: 0, count: DatagramBatch.countMax)

    /// Makes an empty batch; its megabyte is taken by the kernel page by page, as datagrams come.
    package init() {
        unsafe self.memory = .allocate(capacity: Self.countMax * Self.byteCountMax)
        unsafe self.addresses = .allocate(capacity: Self.countMax)
        unsafe self.addresses.initialize(repeating: sockaddr_storage(), count: Self.countMax)
    }

    deinit {
        unsafe self.memory.deallocate()
        unsafe self.addresses.deallocate()
    }

    /// Receives what waits at `socket`, in place of what was received before.
    ///
    /// - Throws: `wouldBlock` when nothing waits; the error of a datagram that could not be
    ///   delivered, such as `connectionRefused`.
    package func receive(from socket: Int32) throws(Errno) {
        precondition(self.answers.isEmpty, "answers have yet to be sent")
        self.count = 0
        let count = try systemCall {
            unsafe holdfast_receive_datagrams(
                socket, self.memory, Self.byteCountMax, Int32(Self.countMax), &self.lengths,
                self.addresses, &self.addressLengths)
        }
        self.count = Int(count)
    }

    /// The bytes of a datagram that was received, valid until the next `receive`. Traps outside
    /// `0..<count`.
    @_lifetime(borrow self)
    package func bytes(at index: Int) -> Span<UInt8> {
        precondition(index >= 0 && index < self.count, "a datagram that did not come")
        let start = unsafe UnsafePointer(self.memory + index * Self.byteCountMax)
        // SAFETY: the kernel wrote so many bytes there.
        let span = unsafe Span(_unsafeStart: start, count: Int(self.lengths[index]))
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// Says that the last `byteCount` bytes of `answers` are a datagram that answers the one at
    /// `index`.
    package func finishAnswer(byteCount: Int, to index: Int) {
        self.answerLengths.append(UInt32(byteCount))
        self.answerTargets.append(UInt32(index))
    }

    /// Sends answers; those that the kernel refuses are dropped, as a network would.
    ///
    /// - Returns: whether all are sent; when not, the kernel has no room now.
    package func send(to socket: Int32) -> Bool {
        while self.sentCount < self.answerLengths.count {
            let rest = min(self.answerLengths.count - self.sentCount, Self.answersAtOnce)
            do {
                let count = try self.sendSome(rest, to: socket)
                self.dropAnswers(Int(count))
            } catch .wouldBlock {
                return false
            } catch {
                self.dropAnswers(1)
            }
        }
        self.answerLengths.removeAll(keepingCapacity: true)
        self.answerTargets.removeAll(keepingCapacity: true)
        self.sentCount = 0
        self.answers.release()
        return true
    }

    private func sendSome(_ count: Int, to socket: Int32) throws(Errno) -> Int32 {
        let answers = self.answers
        let bytes = answers.bytes
        let start = self.sentCount
        return try unsafe bytes.withUnsafeBufferPointer { (source) throws(Errno) -> Int32 in
            // SAFETY: the lengths add up to what is in `answers`; targets are below countMax.
            try systemCall {
                unsafe self.answerLengths.withUnsafeBufferPointer { lengths in
                    unsafe self.answerTargets.withUnsafeBufferPointer { targets in
                        guard let first = lengths.baseAddress,
                            let target = targets.baseAddress
                        else { return 0 }
                        return unsafe holdfast_send_datagrams(
                            socket, source.baseAddress, first + start, target + start,
                            Int32(count), self.addresses, self.addressLengths)
                    }
                }
            }
        }
    }

    private func dropAnswers(_ count: Int) {
        for _ in 0..<count {
            self.answers.consume(Int(self.answerLengths[self.sentCount]))
            self.sentCount += 1
        }
    }
}
