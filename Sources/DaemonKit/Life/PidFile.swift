import SystemInterface

/// The file that holds the process's number (`-P`), for scripts that send signals.
struct PidFile: Sendable {
    let path: String

    /// Writes it, in one step.
    func write() throws(Errno) {
        try Files.write(Array("\(Processes.identifier)\n".utf8), to: self.path)
    }

    /// Removes it; it may be gone or in a folder where the daemon may not write any more.
    func remove() { try? Files.remove(self.path) }
}

extension PidFile {
    /// Writes the file or says which one it was.
    func writeOrExplain() throws(StartError) {
        do {
            try self.write()
        } catch {
            throw StartError(description: "cannot write the pid file \(self.path): \(error)")
        }
    }
}
