import CLinux
import Glibc

/// Memory of this process that lives in a memfd: the kernel gives only what is touched, and the
/// descriptor can be kept by somebody else across a restart.
// SAFETY: the mapping lives as long as the object; who uses `bytes` keeps the object.
@safe package final class SharedMemory: Sendable {
    /// The memory, zero where it was never written.
    package nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer
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

    /// Maps so many bytes of address space, or, where that much may not be mapped, as many as
    /// must be.
    ///
    /// - Throws: when the kernel has no room for the least either.
    package convenience init(byteCount: Int, orAtLeast least: Int) throws(Errno) {
        do {
            try self.init(byteCount: byteCount)
        } catch {
            try self.init(byteCount: least)
        }
    }

    /// Returns the memory of a range, whole pages of the kernel, which reads as zero afterwards.
    /// Where the kernel does not do that, nothing changes.
    package func giveBack(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0)
        // SAFETY: the range lies in the mapping.
        unsafe precondition(range.upperBound <= self.bytes.count)
        guard let start = unsafe self.bytes.baseAddress else { return }
        _ = unsafe madvise(start + range.lowerBound, range.count, MADV_REMOVE)
    }

    deinit { _ = unsafe munmap(self.bytes.baseAddress, self.bytes.count) }
}
