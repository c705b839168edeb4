package import SystemInterface

/// What a front end needs of the world: files, folders and names. Tests give their own.
package struct ConfigurationReader: Sendable {
    /// The most bytes one configuration file may have.
    package static let fileByteCountMax = 16 << 20
    /// The most files one configuration may be made of.
    package static let fileCountMax = 4_096
    /// How deep includes may go.
    package static let includeDepthMax = 32

    /// The contents of a file.
    package var read: @Sendable (String) throws(Errno) -> [UInt8]
    /// The names in a folder, sorted.
    package var list: @Sendable (String) throws(Errno) -> [String]
    /// The addresses of a host name.
    package var resolve: @Sendable (String, UInt16) throws(Errno) -> [SocketAddress]
    /// The machine's name, for `server_name $hostname`.
    package var hostName: String
    /// The value of a variable of the process's environment, for httpd's `${NAME}`.
    package var environment: @Sendable (String) -> String? = { _ in nil }
    /// Whether the process may bind ports below 1024.
    package var isPrivileged: Bool

    /// The machine's own files and names.
    package static var system: ConfigurationReader {
        ConfigurationReader(
            read: { path throws(Errno) in
                try Files.read(path, limit: Self.fileByteCountMax)
            },
            list: { path throws(Errno) in try Files.list(path) },
            resolve: { host, port throws(Errno) in
                try SocketAddress.resolve(host: host, port: port)
            },
            hostName: HostName.current, environment: { Processes.environment($0) },
            isPrivileged: Processes.effectiveUser == 0)
    }

    /// Files from a table, names that are numbers only: for tests.
    package static func fixed(_ files: [String: String]) -> ConfigurationReader {
        ConfigurationReader(
            read: { path throws(Errno) in
                guard let text = files[path] else { throw .noSuchFile }
                return Array(text.utf8)
            },
            list: { folder throws(Errno) in
                let start = folder.hasSuffix("/") ? folder : folder + "/"
                var names: Set<String> = []
                for path in files.keys where path.hasPrefix(start) {
                    names.insert(String(path.dropFirst(start.count).prefix { $0 != "/" }))
                }
                guard !names.isEmpty else { throw .noSuchFile }
                return names.sorted()
            },
            resolve: { host, port throws(Errno) in
                if host == "localhost" { return [.ipv4(0x7F00_0001, port: port)] }
                guard let address = SocketAddress(numeric: host, port: port) else {
                    throw .noSuchFile
                }
                return [address]
            },
            hostName: "testhost", isPrivileged: false)
    }

    /// The files that a mask names, in order; a path without `*`, `?`, `[` names itself.
    package func expand(_ mask: String) -> [String] {
        guard FileMask.isMask(mask) else { return [mask] }
        var found = [mask.hasPrefix("/") ? "/" : ""]
        for piece in mask.split(separator: "/") {
            let pattern = String(piece)
            found = found.flatMap { folder -> [String] in
                let start = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
                guard FileMask.isMask(pattern) else { return [start + pattern] }
                let names = (try? self.list(folder.isEmpty ? "." : folder)) ?? []
                return names.filter { FileMask.matches($0, pattern) }.map { start + $0 }
            }
        }
        return found
    }
}

/// Masks of file names as the shell has them (glob(7)): `*`, `?`, `[a-z]`, `[!a-z]`.
package enum FileMask {
    /// Whether a path is a mask at all.
    package static func isMask(_ path: String) -> Bool {
        path.utf8.contains { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B }
    }

    /// Whether one name fits one mask; hidden names need a dot written.
    package static func matches(_ name: String, _ mask: String) -> Bool {
        if name.hasPrefix("."), !mask.hasPrefix(".") { return false }
        return Self.matches(Array(name.utf8)[...], Array(mask.utf8)[...])
    }

    private static func matches(_ name: ArraySlice<UInt8>, _ mask: ArraySlice<UInt8>) -> Bool {
        var (name, mask) = (name, mask)
        while let mark = mask.first {
            switch mark {
            case UInt8(ascii: "*"):
                let rest = mask.dropFirst()
                return name.indices.contains { Self.matches(name[$0...], rest) }
                    || Self.matches([], rest)
            case UInt8(ascii: "["):
                guard let byte = name.popFirst(),
                    let close = mask.dropFirst(2).firstIndex(of: UInt8(ascii: "]")),
                    Self.set(mask[(mask.startIndex + 1)..<close], has: byte)
                else { return false }
                mask = mask[(close + 1)...]
                continue
            default:
                guard let byte = name.popFirst(), mark == UInt8(ascii: "?") || mark == byte else {
                    return false
                }
            }
            mask = mask.dropFirst()
        }
        return name.isEmpty
    }

    private static func set(_ set: ArraySlice<UInt8>, has byte: UInt8) -> Bool {
        let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
        let bytes = Array(isNegated ? set.dropFirst() : set)
        var index = 0
        var found = false
        while index < bytes.count {
            if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "-") {
                if bytes[index] <= byte, byte <= bytes[index + 2] { found = true }
                index += 3
            } else {
                if bytes[index] == byte { found = true }
                index += 1
            }
        }
        return found != isNegated
    }
}
