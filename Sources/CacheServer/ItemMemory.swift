import CacheStorage
import DaemonKit
import Logging
import SystemInterface

/// The memory that a cache's items lie in, with what an earlier process has left there.
///
/// It is the file of `-e`; without one a memfd, which systemd keeps over a restart where it may
/// (`FileDescriptorStoreMax=`), else a new one.
enum ItemMemory {
    /// The memfd's name in systemd's descriptor store.
    private static let keptName = "items"

    /// Maps the memory.
    ///
    /// - Throws: why it cannot be had; for a file, what is wrong with it.
    static func open(_ options: CacheOptions, _ kept: KeptDescriptors) throws -> SharedMemory {
        // What is kept and not taken, such as a memfd when there is a file now, is dropped.
        defer { kept.forgetOthers() }
        if let path = options.memory.file {
            let memory = try Self.open(file: path, options.storage)
            // SAFETY: there is a page at least.
            if unsafe memory.bytes.load(as: UInt64.self) != 0 { memory.expectUse() }
            return memory
        }
        if let memory = kept.take(Self.keptName),
            let shared = try? SharedMemory(adopting: memory, orAtLeast: options.storage.byteCount)
        {
            shared.expectUse()
            return shared
        }
        let memory = try SharedMemory(
            byteCount: options.storage.addressSpaceByteCount,
            orAtLeast: options.storage.byteCount)
        kept.keep(memory.descriptorNumber, as: Self.keptName)
        return memory
    }

    private static func open(
        file path: String, _ settings: StorageSettings
    ) throws(StartError) -> SharedMemory {
        do throws(Errno) {
            do throws(Errno) {
                return try SharedMemory(file: path, byteCount: settings.byteCount)
            } catch .noSpace {
                // Such as a file system that was made for the limit.
                return try SharedMemory(file: path, byteCount: settings.leastByteCount)
            }
        } catch .wouldBlock {
            throw StartError(description: "-e \(path): another process keeps its items there")
        } catch .invalidArgument {
            throw StartError(description: "-e \(path): it is not a file")
        } catch {
            throw StartError(
                description:
                    "-e \(path): there is no memory of \(settings.leastByteCount) bytes: \(error)")
        }
    }

    /// Says what was found in the memory.
    static func log(_ report: RecoveryReport, took time: Duration, to logger: Logger) {
        if report.wasEmpty { return }
        if let refusal = report.refusal {
            logger.warning("the items of the process before this one are dropped: \(refusal)")
            return
        }
        let milliseconds = time / .milliseconds(1)
        logger.notice(
            """
            took up \(report.itemCount) items in \(Int(milliseconds)) ms; \(report.goneCount) \
            had expired or were flushed, \(report.brokenCount) were not whole
            """)
    }
}
