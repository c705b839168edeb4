import CSystemd
import Glibc
import Synchronization
package import SystemInterface

/// Descriptors that the service manager keeps while the daemon is away: its descriptor store
/// (`FileDescriptorStoreMax=` in systemd.service(5), FDSTORE in sd_notify(3)). Any thread.
package final class KeptDescriptors: Sendable {
    private let passed: Mutex<[(name: String, number: Int32)]>

    /// Takes over descriptors that were passed; they are closed with this, but for those that were
    /// taken.
    package init(_ passed: [(name: String, descriptor: Int32)] = []) {
        self.passed = Mutex(passed.map { ($0.name, $0.descriptor) })
    }

    deinit { for entry in self.passed.withLock({ $0 }) { RawDescriptor.close(entry.number) } }

    /// What was kept under a name; nil when there is nothing, or it was taken before. The manager
    /// goes on keeping it.
    package func take(_ name: String) -> Descriptor? {
        self.passed.withLock { passed in
            guard let index = passed.firstIndex(where: { $0.name == name }) else { return nil }
            return Descriptor(adopting: passed.remove(at: index).number)
        }
    }

    /// Asks the manager to keep a descriptor, of which it gets a copy. Without a manager, or where
    /// the unit has no store, nothing happens.
    ///
    /// - Parameter name: printable ASCII without a colon.
    package func keep(_ number: Int32, as name: String) {
        var number = number
        // SAFETY: libsystemd reads a C string and one number that live through the call.
        _ = unsafe sd_pid_notify_with_fds(0, 0, "FDSTORE=1\nFDNAME=\(name)", &number, 1)
    }

    /// Has the manager drop what nobody has taken, such as what an older version kept.
    package func forgetOthers() {
        let others = self.passed.withLock { passed in
            defer { passed = [] }
            return passed
        }
        for name in Set(others.map(\.name)) { Systemd.notify("FDSTOREREMOVE=1", "FDNAME=\(name)") }
        for entry in others { RawDescriptor.close(entry.number) }
    }
}
