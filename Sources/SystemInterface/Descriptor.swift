package import Base
import CLinux
import Glibc

/// A file descriptor that is closed when its owner goes.
package struct Descriptor: ~Copyable, Sendable {
    /// The number; valid as long as the value lives.
    package let number: Int32

    /// Takes ownership of `number`, which must be open.
    package init(adopting number: Int32) {
        precondition(number >= 0, "a descriptor is not negative")
        self.number = number
    }

    deinit { _ = close(self.number) }

    /// Gives the number away; whoever takes it closes it.
    package consuming func take() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    /// A second descriptor of the same open file, close-on-exec.
    package borrowing func duplicate() throws(Errno) -> Descriptor {
        let number = self.number
        return Descriptor(
            adopting: try systemCall { holdfast_fcntl_int(number, F_DUPFD_CLOEXEC, 3) })
    }

    /// Reads into the end of `buffer`, up to `byteCount` bytes. 0 at the end of the file.
    package borrowing func read(into buffer: ByteBuffer, atMost byteCount: Int) throws(Errno) -> Int
    {
        try RawDescriptor.read(self.number, into: buffer, atMost: byteCount)
    }

    /// Writes what can be read in `buffer` and consumes what was written.
    package borrowing func write(from buffer: ByteBuffer) throws(Errno) -> Int {
        try RawDescriptor.write(self.number, from: buffer)
    }
}

/// Calls on descriptor numbers whose owner is elsewhere (the loop, systemd).
// SAFETY: pointers into buffers and spans live through the call they are given to.
package enum RawDescriptor {
    /// Whether a number is that of an open file or memfd, and not of a socket, pipe or device.
    package static func isRegularFile(_ number: Int32) -> Bool {
        var status = stat()
        // SAFETY: the kernel writes one stat into a local.
        return unsafe fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Reads up to `byteCount` bytes into the end of `buffer`; 0 at the end of the stream.
    package static func read(
        _ number: Int32, into buffer: ByteBuffer, atMost byteCount: Int
    ) throws(Errno) -> Int {
        try unsafe buffer.appendFilling(atMost: byteCount) { (free) throws(Errno) -> Int in
            // SAFETY: `free` is `byteCount` bytes of memory that lives through the call.
            try systemCall { unsafe Glibc.read(number, free.baseAddress, byteCount) }
        }
    }

    /// Writes what can be read in `buffer`, consumes what was written and answers how much.
    package static func write(_ number: Int32, from buffer: ByteBuffer) throws(Errno) -> Int {
        let bytes = buffer.bytes
        let written = try unsafe bytes.withUnsafeBufferPointer { (source) throws(Errno) -> Int in
            // SAFETY: the span's memory lives through the call.
            try systemCall { unsafe Glibc.write(number, source.baseAddress, source.count) }
        }
        buffer.consume(written)
        return written
    }

    /// Sends on a socket what can be read in `buffer`, without SIGPIPE; consumes what went out.
    package static func send(_ number: Int32, from buffer: ByteBuffer) throws(Errno) -> Int {
        let bytes = buffer.bytes
        let written = try unsafe bytes.withUnsafeBufferPointer { (source) throws(Errno) -> Int in
            // SAFETY: the span's memory lives through the call.
            try systemCall {
                unsafe holdfast_send(number, source.baseAddress, source.count)
            }
        }
        buffer.consume(written)
        return written
    }

    /// Sends one datagram to an address.
    package static func send(
        _ number: Int32, _ bytes: [UInt8], to address: SocketAddress
    ) throws(Errno) {
        _ = try unsafe address.withKernelForm { (pointer, length) throws(Errno) -> Int in
            // SAFETY: `pointer` is an address of `length` bytes; both live through the call.
            try systemCall {
                unsafe sendto(number, bytes, bytes.count, Int32(MSG_DONTWAIT), pointer, length)
            }
        }
    }

    /// Receives from a socket into the end of `buffer`; 0 when the peer has finished.
    package static func receive(
        _ number: Int32, into buffer: ByteBuffer, atMost byteCount: Int
    ) throws(Errno) -> Int {
        try unsafe buffer.appendFilling(atMost: byteCount) { (free) throws(Errno) -> Int in
            // SAFETY: `free` is `byteCount` bytes of memory that lives through the call.
            try systemCall { unsafe holdfast_receive(number, free.baseAddress, byteCount) }
        }
    }

    /// Receives from a socket into memory; 0 when the peer has finished.
    package static func receive(
        _ number: Int32, into free: UnsafeMutableRawBufferPointer
    ) throws(Errno) -> Int {
        // SAFETY: the caller's memory lives through the call.
        try systemCall { unsafe holdfast_receive(number, free.baseAddress, free.count) }
    }

    /// Receives from a socket into memory, and what does not fit there into the end of `buffer`, at
    /// most `byteCount` of it; 0 when the peer has finished.
    package static func receive(
        _ number: Int32, into first: UnsafeMutableRawBufferPointer, then buffer: ByteBuffer,
        atMost byteCount: Int
    ) throws(Errno) -> Int {
        var count = 0
        _ = try unsafe buffer.appendFilling(atMost: byteCount) { (free) throws(Errno) -> Int in
            // SAFETY: the caller's memory and `free` live through the call.
            count = try systemCall {
                unsafe holdfast_receive_pieces(
                    number, first.baseAddress, first.count, free.baseAddress, byteCount)
            }
            return max(0, count - first.count)
        }
        return count
    }

    /// Sends, as far as the kernel takes it at once, the first `position` bytes of `buffer`, then
    /// `inserted`, then the rest of `buffer` where `withRest` says so. Nothing is consumed.
    package static func send(
        _ number: Int32, _ buffer: ByteBuffer, upTo position: Int, then inserted: Span<UInt8>,
        withRest: Bool
    ) throws(Errno) -> Int {
        let bytes = buffer.bytes
        precondition(position <= bytes.count, "what is inserted has its place in the buffer")
        return try unsafe bytes.withUnsafeBufferPointer { (outer) throws(Errno) -> Int in
            try unsafe inserted.withUnsafeBufferPointer { (inner) throws(Errno) -> Int in
                // SAFETY: both spans' memory lives through the call; position lies in the first.
                try systemCall {
                    unsafe holdfast_send_pieces(
                        number, outer.baseAddress, position, inner.baseAddress, inner.count,
                        unsafe outer.baseAddress.map { unsafe $0 + position },
                        withRest ? outer.count - position : 0)
                }
            }
        }
    }

    /// Reads up to `byteCount` bytes of a file from `offset` into the end of `buffer` (pread(2));
    /// 0 at the end of the file.
    package static func read(
        _ number: Int32, at offset: Int64, into buffer: ByteBuffer, atMost byteCount: Int
    ) throws(Errno) -> Int {
        try unsafe buffer.appendFilling(atMost: byteCount) { (free) throws(Errno) -> Int in
            // SAFETY: `free` is `byteCount` bytes of memory that lives through the call.
            try systemCall { unsafe pread(number, free.baseAddress, byteCount, off_t(offset)) }
        }
    }

    /// Copies `byteCount` bytes of a file from `offset` to a socket inside the kernel.
    package static func sendFile(
        from file: Int32, offset: Int64, byteCount: Int, to socket: Int32
    ) throws(Errno) -> Int {
        var position = off_t(offset)
        return try systemCall { unsafe sendfile(socket, file, &position, byteCount) }
    }

    /// Whether a descriptor is a terminal.
    package static func isTerminal(_ number: Int32) -> Bool { isatty(number) == 1 }

    /// Closes a descriptor; errors of close(2) say nothing that could be mended.
    package static func close(_ number: Int32) { _ = Glibc.close(number) }

    /// A second descriptor of the same open file, close-on-exec.
    package static func duplicate(_ number: Int32) throws(Errno) -> Int32 {
        try systemCall { holdfast_fcntl_int(number, F_DUPFD_CLOEXEC, 3) }
    }

    /// Makes a descriptor non-blocking and close-on-exec, as passed ones may not be.
    package static func prepare(_ number: Int32) throws(Errno) {
        let flags = try systemCall { holdfast_fcntl_int(number, F_GETFL, 0) }
        _ = try systemCall { holdfast_fcntl_int(number, F_SETFL, flags | O_NONBLOCK) }
        _ = try systemCall { holdfast_fcntl_int(number, F_SETFD, FD_CLOEXEC) }
    }
}
