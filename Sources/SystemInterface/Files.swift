import Base
import CLinux
import Glibc

/// What stat(2) says of a file.
package struct FileStatus: Equatable, Sendable {
    /// What kind of thing the path names.
    package enum Kind: Sendable {
        /// A file with bytes in it.
        case regular
        /// A folder.
        case directory
        /// A UNIX socket.
        case socket
        /// A device, a pipe or the like.
        case other
    }

    /// What kind of thing it is.
    package let kind: Kind
    /// Its size in bytes.
    package let size: Int64
    /// How many bytes it takes where it lies; fewer than its size when it has holes.
    package let allocatedByteCount: Int64
    /// When its contents changed last, in nanoseconds since 1970.
    package let modifiedUnixNanoseconds: Int64
    /// Its number on its device.
    package let inode: UInt64
    /// The device it is on.
    package let device: UInt64
    /// Its permission bits (the lowest 12 of st_mode).
    package let permissions: UInt32
    /// The user who owns it.
    package let owner: UInt32
    /// The group it belongs to.
    package let group: UInt32

    init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: self.kind = .regular
        case S_IFDIR: self.kind = .directory
        case S_IFSOCK: self.kind = .socket
        default: self.kind = .other
        }
        self.size = Int64(status.st_size)
        self.allocatedByteCount = Int64(status.st_blocks) * 512
        self.modifiedUnixNanoseconds =
            Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        self.inode = UInt64(status.st_ino)
        self.device = UInt64(status.st_dev)
        self.permissions = UInt32(status.st_mode & 0o7777)
        self.owner = status.st_uid
        self.group = status.st_gid
    }
}

/// Files and folders. All of it may wait on the disk.
// SAFETY: strings are given to the kernel as C strings that live through the call; what the kernel
// writes goes into locals of the size it expects.
package enum Files {
    /// How a file is opened.
    package enum OpenMode: Sendable {
        /// For reading; it must be there.
        case read
        /// For writing at its end; made when it is not there.
        case append
        /// For writing from its start, emptied first; made when it is not there.
        case replace
    }

    /// Opens a file, close-on-exec. A new one gets `permissions` less the umask.
    package static func open(
        _ path: String, _ mode: OpenMode, permissions: UInt32 = 0o644
    ) throws(Errno) -> Descriptor {
        let flags: Int32
        switch mode {
        case .read: flags = O_RDONLY | O_NONBLOCK
        case .append: flags = O_WRONLY | O_CREAT | O_APPEND
        case .replace: flags = O_WRONLY | O_CREAT | O_TRUNC
        }
        return Descriptor(
            adopting: try systemCall { unsafe holdfast_open(path, flags, permissions) })
    }

    /// The whole contents of a file.
    ///
    /// - Throws: `fileTooLarge` when there are more than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
        let file = try Self.open(path, .read)
        let buffer = ByteBuffer()
        while try file.read(into: buffer, atMost: 65_536) > 0 {
            guard buffer.count <= limit else { throw .fileTooLarge }
        }
        return buffer.bytes.makeArray()
    }

    /// Makes or replaces a file in one step: readers see the old or the new contents, never a part.
    package static func write(
        _ bytes: [UInt8], to path: String, permissions: UInt32 = 0o644
    ) throws(Errno) {
        let temporary = "\(path).new"
        let file = try Self.open(temporary, .replace, permissions: permissions)
        let buffer = ByteBuffer()
        buffer.append(bytes)
        while !buffer.isEmpty { _ = try file.write(from: buffer) }
        _ = try systemCall { unsafe rename(temporary, path) }
    }

    /// What the path names, links followed.
    package static func status(_ path: String) throws(Errno) -> FileStatus {
        var status = stat()
        // SAFETY: the kernel writes one stat into a local.
        _ = try systemCall { unsafe stat(path, &status) }
        return FileStatus(status)
    }

    /// What an open file is.
    package static func status(of descriptor: borrowing Descriptor) throws(Errno) -> FileStatus {
        var status = stat()
        let number = descriptor.number
        // SAFETY: the kernel writes one stat into a local.
        _ = try systemCall { unsafe fstat(number, &status) }
        return FileStatus(status)
    }

    /// The names in a folder, sorted, without `.` and `..`.
    package static func list(_ directory: String) throws(Errno) -> [String] {
        guard let stream = unsafe opendir(directory) else {
            throw Errno(rawValue: holdfast_errno())
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        // SAFETY: readdir's entry is valid until the next call on this stream; the name is copied.
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                let text = unsafe bytes.prefix { $0 != 0 }
                return unsafe String(decoding: text, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder; one that is there already is no error. Its parents must be there.
    package static func makeDirectory(_ path: String, permissions: UInt32 = 0o755) throws(Errno) {
        do {
            _ = try systemCall { unsafe mkdir(path, permissions) }
        } catch .fileExists {}
    }

    /// Removes a file or socket; one that is not there is no error.
    package static func remove(_ path: String) throws(Errno) {
        do {
            _ = try systemCall { unsafe unlink(path) }
        } catch .noSuchFile {}
    }

    /// Gives a file new permission bits.
    package static func setPermissions(_ path: String, _ permissions: UInt32) throws(Errno) {
        _ = try systemCall { unsafe chmod(path, permissions) }
    }

    /// Gives a file to a group, the owner unchanged.
    package static func setGroup(_ path: String, _ group: UInt32) throws(Errno) {
        _ = try systemCall { unsafe chown(path, uid_t.max, group) }
    }

    /// The path with links and `..` taken out (realpath(3)).
    package static func resolve(_ path: String) throws(Errno) -> String {
        // SAFETY: realpath allocates the result, which is copied and freed here.
        guard let resolved = unsafe realpath(path, nil) else {
            throw Errno(rawValue: holdfast_errno())
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The process's working folder.
    package static func workingDirectory() throws(Errno) -> String { try Self.resolve(".") }
}
