import CLinux
import Glibc

/// Memory of this process that lives in a memfd: the kernel gives only what is touched, and the
/// descriptor can be kept by somebody else across a restart.
// SAFETY: the mapping lives as long as the object; who uses `bytes` keeps the object.
@safe package final class SharedMemory: @unchecked Sendable {
    /// The memory, zero where it was never written.
    package let bytes: UnsafeMutableRawBufferPointer
    private let memory: Descriptor

    /// Maps so many bytes.
    ///
    /// - Throws: when the kernel has no room for them.
    package init(byteCount: Int) throws(Errno) {
        let descriptor = unsafe holdfast_memfd_create("holdfast")
        guard descriptor >= 0 else { throw Errno(rawValue: holdfast_errno()) }
        self.memory = Descriptor(adopting: descriptor)
        guard ftruncate(descriptor, byteCount) == 0,
            let start = unsafe mmap(
                nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            unsafe start != MAP_FAILED
        else { throw Errno(rawValue: holdfast_errno()) }
        unsafe self.bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    }

    deinit { _ = unsafe munmap(self.bytes.baseAddress, self.bytes.count) }
}
