import Base
import SystemInterface

/// The machine's name.
package enum HostName {
    /// As the kernel has it; `localhost` when it does not say.
    package static var current: String {
        guard let bytes = try? Files.read("/proc/sys/kernel/hostname", limit: 256) else {
            return "localhost"
        }
        let name = bytes.prefix { $0 > 0x20 }
        return name.isEmpty ? "localhost" : String(decoding: name, as: UTF8.self)
    }
}
