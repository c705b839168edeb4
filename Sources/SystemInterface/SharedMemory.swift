import CLinux
import Glibc

/// Memory of this process that outlives it: in a memfd, whose descriptor somebody else keeps across
/// a restart, or in a file. The kernel gives only what is touched, unless it is asked for all.
// SAFETY: the mapping lives as long as the object; who uses `bytes` keeps the object.
@safe package final class SharedMemory: Sendable {
    /// The memory, zero where it was never written.
    package nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer
    /// Whether all of it was asked for: nothing is given back then, as it might not come again.
    private let isReserved: Bool
    private let memory: Descriptor

    private init(
        mapping memory: consuming Descriptor, byteCount: Int, isReserved: Bool
    ) throws(Errno) {
        let start = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, memory.number, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw Errno(rawValue: holdfast_errno())
        }
        self.memory = memory
        self.isReserved = isReserved
        unsafe self.bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    }

    /// Maps so many bytes of a new memfd.
    ///
    /// - Throws: when the kernel has no room for them.
    package convenience init(byteCount: Int) throws(Errno) {
        let memory = Descriptor(
            adopting: try systemCall { unsafe holdfast_memfd_create("holdfast") })
        let number = memory.number
        _ = try systemCall { ftruncate(number, byteCount) }
        try self.init(mapping: memory, byteCount: byteCount, isReserved: false)
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

    /// Maps a memfd that another process has used, with what lies in it, and makes it as long as it
    /// must be.
    ///
    /// - Throws: when it is no such thing, or the kernel has no room.
    package convenience init(
        adopting memory: consuming Descriptor, orAtLeast least: Int
    ) throws(Errno) {
        let byteCount = max(least, Int(try Files.status(of: memory).size))
        let number = memory.number
        _ = try systemCall { ftruncate(number, byteCount) }
        try self.init(mapping: memory, byteCount: byteCount, isReserved: false)
    }

    /// Maps a file, made when it is not there and longer when it is too short. All its blocks are
    /// asked for now, since a write to one that cannot be had later would end the process.
    ///
    /// - Throws: `resourceUnavailable` when another process has it, or why it cannot be had.
    package convenience init(file path: String, byteCount: Int) throws(Errno) {
        let flags = O_RDWR | O_CREAT
        let file = Descriptor(
            adopting: try systemCall { unsafe holdfast_open(path, flags, 0o600) })
        let number = file.number
        guard try Files.status(of: file).kind == .regular else { throw .invalidArgument }
        _ = try systemCall { flock(number, LOCK_EX | LOCK_NB) }
        let error = posix_fallocate(number, 0, byteCount)
        guard error == 0 else { throw Errno(rawValue: error) }
        let mapped = max(byteCount, Int(try Files.status(of: file).size))
        try self.init(mapping: file, byteCount: mapped, isReserved: true)
    }

    /// Maps at once what has been written before, so that going through it does not stop at every
    /// page of the kernel's; where the kernel does not do that, nothing changes.
    package func expectUse() {
        guard let start = unsafe self.bytes.baseAddress,
            let status = try? Files.status(of: self.memory)
        else { return }
        // SAFETY: the range lies in the mapping.
        let count = unsafe min(self.bytes.count, Int(status.allocatedByteCount))
        _ = unsafe madvise(start, count, Self.populateWritable)
    }

    /// Asks for large pages of the processor's (`MADV_HUGEPAGE`), which the kernel gives for shared
    /// memory where its setting `transparent_hugepage/shmem_enabled` is `advise` or more.
    ///
    /// - Throws: `notSupported` when that setting is `never` or `deny`; what the kernel answers.
    package func askForLargePages() throws(Errno) {
        let path = "/sys/kernel/mm/transparent_hugepage/shmem_enabled"
        guard let setting = try? Files.read(path, limit: 256) else { throw .notSupported }
        let text = String(decoding: setting, as: UTF8.self)
        // The one in force stands in brackets.
        let chosen = text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("[") }
        if chosen == "[never]" || chosen == "[deny]" { throw .notSupported }
        let (start, count) = unsafe (self.bytes.baseAddress, self.bytes.count)
        // SAFETY: the range is the mapping.
        _ = try systemCall { unsafe madvise(start, count, Int32(MADV_HUGEPAGE)) }
    }

    /// MADV_POPULATE_WRITE of Linux 5.14.
    private static let populateWritable: Int32 = 23

    /// The number of the descriptor, which stays this object's.
    package var descriptorNumber: Int32 { self.memory.number }

    /// Returns the memory of a range, whole pages of the kernel, which reads as zero afterwards.
    /// Where the kernel does not do that, or all was asked for, nothing changes.
    ///
    /// - Returns: whether the range reads as zero now.
    @discardableResult
    package func giveBack(_ range: Range<Int>) -> Bool {
        precondition(range.lowerBound >= 0)
        // SAFETY: the range lies in the mapping.
        unsafe precondition(range.upperBound <= self.bytes.count)
        guard !self.isReserved, let start = unsafe self.bytes.baseAddress else { return false }
        return unsafe madvise(start + range.lowerBound, range.count, MADV_REMOVE) == 0
    }

    deinit { _ = unsafe munmap(self.bytes.baseAddress, self.bytes.count) }
}
