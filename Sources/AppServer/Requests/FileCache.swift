import Base
import HTTPProtocol
import SystemInterface

/// A static file as it is answered.
final class StaticFile {
    let path: String
    let size: Int64
    let modifiedUnixNanoseconds: Int64
    let contentType: String?
    /// `W/"size-time"` with the time in milliseconds, as Tomcat makes it.
    let entityTag: String
    let lastModified: String
    /// The contents of a small file; nil for one that is sent from the disk.
    let contents: ByteBuffer?

    init(_ path: String, _ status: FileStatus, contentType: String?, contents: ByteBuffer?) {
        self.path = path
        self.size = status.size
        self.modifiedUnixNanoseconds = status.modifiedUnixNanoseconds
        self.contentType = contentType
        self.entityTag =
            "W/\"\(status.size)-\(status.modifiedUnixNanoseconds / 1_000_000)\""
        self.lastModified = HTTPDate.string(
            unixSeconds: status.modifiedUnixNanoseconds / 1_000_000_000)
        self.contents = contents
    }

    var modifiedUnixSeconds: Int64 { self.modifiedUnixNanoseconds / 1_000_000_000 }
}

/// Small files in memory, each checked against the disk at each use. Loop thread only.
final class FileCache {
    /// The largest file that is kept, and how many bytes are kept in all.
    static let fileByteCountMax: Int64 = 65_536
    static let byteCountMax = 8 << 20

    private var files: [String: StaticFile] = [:]
    private var byteCount = 0

    /// The file at a path, or nil when it is not there (any more).
    func file(_ path: String, contentType: String?) -> StaticFile? {
        guard let status = try? Files.status(path), status.kind == .regular else {
            self.files[path] = nil
            return nil
        }
        if let known = self.files[path], known.size == status.size,
            known.modifiedUnixNanoseconds == status.modifiedUnixNanoseconds
        {
            return known
        }
        var contents: ByteBuffer?
        if status.size <= Self.fileByteCountMax,
            let bytes = try? Files.read(path, limit: Int(Self.fileByteCountMax)),
            bytes.count == status.size
        {
            let buffer = ByteBuffer()
            buffer.append(bytes)
            contents = buffer
        }
        let file = StaticFile(path, status, contentType: contentType, contents: contents)
        guard let contents else { return file }
        if self.byteCount + contents.count > Self.byteCountMax {
            self.files.removeAll(keepingCapacity: true)
            self.byteCount = 0
        }
        self.files[path] = file
        self.byteCount += contents.count
        return file
    }
}
