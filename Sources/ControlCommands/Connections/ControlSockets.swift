import SystemInterface

/// One daemon's control socket.
struct ControlSocket: Equatable, Sendable {
    /// What the instance is called: the file's name without its ending.
    let name: String
    /// The socket's path.
    let path: String
}

/// Finds the control sockets of this machine.
enum ControlSockets {
    /// Where packaged daemons have their sockets.
    static let defaultFolder = "/run/holdfast"
    private static let endings = [".sock", ".control"]

    /// The sockets named in `paths`; without any those in HOLDFAST_RUN, else in `/run/holdfast`.
    ///
    /// A path may also be a folder. What is no socket is left out unless it was named.
    static func find(named paths: [String]) -> [ControlSocket] {
        if !paths.isEmpty { return paths.flatMap { Self.sockets(at: $0, isNamed: true) } }
        let folders = Processes.environment("HOLDFAST_RUN").map { $0.split(separator: ":") } ?? []
        let places = folders.isEmpty ? [Self.defaultFolder] : folders.map(String.init)
        return places.flatMap { Self.sockets(at: $0, isNamed: false) }
    }

    private static func sockets(at path: String, isNamed: Bool) -> [ControlSocket] {
        switch (try? Files.status(path))?.kind {
        case .directory:
            let names = (try? Files.list(path)) ?? []
            return names.filter { name in
                Self.endings.contains(where: name.hasSuffix)
                    && (try? Files.status("\(path)/\(name)"))?.kind == .socket
            }.map { ControlSocket(name: Self.instanceName($0), path: "\(path)/\($0)") }
        case .socket: return [ControlSocket(name: Self.instanceName(path), path: path)]
        default: return isNamed ? [ControlSocket(name: Self.instanceName(path), path: path)] : []
        }
    }

    /// `/run/holdfast/cached.sock` is `cached`.
    static func instanceName(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        for ending in Self.endings where file.hasSuffix(ending) {
            return String(file.dropLast(ending.count))
        }
        return file
    }
}
