import Glibc
import SystemInterface

/// A folder with files, which go with the object.
final class TestFolder: Sendable {
    let path: String

    /// Makes a folder; names may have one folder before them.
    init(_ files: [String: String] = [:]) throws {
        let name = SecureRandom.bytes(6).map { String($0, radix: 16) }.joined()
        self.path = "/tmp/holdfast-balancer-\(name)"
        try Files.makeDirectory(self.path)
        for (name, text) in files.sorted(by: { $0.key < $1.key }) { try self.write(name, text) }
    }

    /// Writes a file.
    func write(_ name: String, _ text: String) throws {
        if let slash = name.firstIndex(of: "/") {
            let folder = "\(self.path)/\(name[..<slash])"
            if (try? Files.status(folder)) == nil { try Files.makeDirectory(folder) }
        }
        try Files.write(Array(text.utf8), to: "\(self.path)/\(name)")
    }

    /// The contents of a file; empty without one.
    func read(_ name: String) -> String {
        let bytes = (try? Files.read("\(self.path)/\(name)", limit: 1 << 20)) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }

    deinit { Self.remove(self.path) }

    private static func remove(_ path: String) {
        guard let status = try? Files.status(path) else { return }
        if status.kind == .directory {
            for name in (try? Files.list(path)) ?? [] { Self.remove("\(path)/\(name)") }
            unsafe rmdir(path)
        } else {
            try? Files.remove(path)
        }
    }
}
