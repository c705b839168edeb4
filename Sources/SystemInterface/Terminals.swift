import CLinux
import Glibc

/// Terminals as programs of the whole screen use them.
// SAFETY: the kernel reads and writes locals that live through each call.
package enum Terminals {
    /// How large a terminal is, in characters.
    package struct Size: Equatable, Sendable {
        /// Both directions.
        package let columns: Int, rows: Int
    }

    /// What a terminal was set to before a program changed it.
    package struct Settings: @unchecked Sendable {
        // SAFETY: a value without references, made by the kernel.
        fileprivate let value: termios
    }

    /// The size of the terminal behind a descriptor; nil when there is none or it has no size.
    package static func size(of number: Int32) -> Size? {
        var columns: Int32 = 0
        var rows: Int32 = 0
        guard unsafe holdfast_terminal_size(number, &columns, &rows) == 0, columns > 0, rows > 0
        else { return nil }
        return Size(columns: Int(columns), rows: Int(rows))
    }

    /// Gives the program each key at once and unseen, control keys too.
    ///
    /// - Returns: what was set before, for `restore`.
    package static func makeRaw(_ number: Int32) throws(Errno) -> Settings {
        var settings = termios()
        _ = try systemCall { unsafe tcgetattr(number, &settings) }
        let before = Settings(value: settings)
        unsafe cfmakeraw(&settings)
        // Output stays as it is: a line feed begins a line.
        settings.c_oflag = before.value.c_oflag
        _ = try systemCall { unsafe tcsetattr(number, TCSADRAIN, &settings) }
        return before
    }

    /// Sets a terminal back.
    package static func restore(_ number: Int32, _ settings: Settings) {
        var value = settings.value
        _ = unsafe tcsetattr(number, TCSADRAIN, &value)
    }
}
