import SystemInterface

/// Finds the process that listens at a TCP port, in /proc (proc(5)).
enum PortSearch {
    private static let fileByteCountMax = 4 << 20

    /// The inodes of the sockets that listen at a port, from the text of /proc/net/tcp or tcp6.
    static func inodes(listeningAt port: Int, in text: String) -> [UInt64] {
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            // sl local_address rem_address st … inode; 0A is listening.
            guard words.count > 9, words[1].hasSuffix(suffix), words[3] == "0A" else { return nil }
            return UInt64(words[9])
        }
    }

    /// Who listens there; nil when nobody does. Without the right to look into a process its name
    /// stays unknown.
    static func holder(of port: Int) -> DoctorFacts.PortHolder? {
        let texts = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { path in
            try? Files.read(path, limit: Self.fileByteCountMax)
        }
        let inodes = Set(
            texts.flatMap {
                Self.inodes(listeningAt: port, in: String(decoding: $0, as: UTF8.self))
            }
        )
        guard !inodes.isEmpty else { return nil }
        for name in (try? Files.list("/proc")) ?? [] {
            guard let process = Int(name) else { continue }
            let folder = "/proc/\(name)/fd"
            for entry in (try? Files.list(folder)) ?? [] {
                guard let status = try? Files.status("\(folder)/\(entry)"),
                    status.kind == .socket, inodes.contains(status.inode)
                else { continue }
                let bytes = (try? Files.read("/proc/\(name)/comm", limit: 64)) ?? []
                let program = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
                return DoctorFacts.PortHolder(port: port, program: program, process: process)
            }
        }
        return DoctorFacts.PortHolder(port: port, program: "somebody else's program", process: 0)
    }
}
