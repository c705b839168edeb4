/// A form of log lines: `log_format`, httpd's `LogFormat`.
package struct LogFormat: Equatable, Sendable {
    /// What happens to bytes in values that could be taken for something else.
    package enum Escaping: Equatable, Sendable {
        /// nginx: `"`, `\` and bytes below 32 or above 126 as `\xHH`.
        case hexadecimal
        /// As in JSON strings.
        case json
        /// As they are.
        case none
        /// httpd: `\"`, `\\`, `\n`…, else `\xhh`.
        case httpd
    }

    /// Its name.
    package let name: String
    /// The line without its end; a variable without a value is written as `-` (JSON: as nothing).
    package let value: ComplexValue
    /// How values are made harmless.
    package let escaping: Escaping

    /// Takes the parts as the front end made them.
    package init(name: String, value: ComplexValue, escaping: Escaping = .hexadecimal) {
        self.name = name
        self.value = value
        self.escaping = escaping
    }
}

/// One `access_log` line.
package struct AccessLog: Equatable, Sendable {
    /// Which file: an index into `BalancerConfiguration.logFiles`.
    package let file: Int
    /// The form of its lines.
    package let format: LogFormat
    /// Logged only when this is neither empty nor `0` (`if=`).
    package let condition: ComplexValue?

    /// Takes the parts as the front end made them.
    package init(file: Int, format: LogFormat, condition: ComplexValue? = nil) {
        self.file = file
        self.format = format
        self.condition = condition
    }
}

/// A file that log lines are added to.
package struct LogDestination: Hashable, Sendable {
    /// Its full path; `/dev/stdout` and `/dev/stderr` work as anywhere.
    package let path: String
    /// Lines wait for this many bytes before they are written; 0 writes at the end of each turn.
    package var bufferByteCount = 0
    /// The longest time that a line waits, nil for no limit (`flush=`).
    package var flushInterval: Duration?

    /// A file without a buffer of its own.
    package init(path: String) { self.path = path }
}
