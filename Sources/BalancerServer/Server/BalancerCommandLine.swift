import Base
import DaemonKit
import SystemInterface

/// What balancerd's command line asks for: nginx's options, httpd's `-f`, and `--control`.
struct BalancerCommandLine {
    private(set) var options = BalancerOptions()
    private(set) var controlPath: String?
    private(set) var asksForHelp = false
    private(set) var asksForVersion = false
    private(set) var isCheck = false
    private(set) var isDump = false
    private(set) var isQuiet = false
    private(set) var signal: Signal?

    /// nginx's words; its `stop` is the fast way.
    private static let signals: [String: Signal] = [
        "stop": .interrupt, "quit": .quit, "reload": .hangUp, "reopen": .user1,
    ]

    /// Reads a command line, the program's name first.
    ///
    /// - Throws: the first mistake.
    init(_ arguments: [String]) throws {
        let line = try Arguments(
            arguments, short: "?hvVtTqc:f:p:g:e:s:",
            long: [
                LongOption("control", nil, .required), LongOption("help", "h"),
                LongOption("version", "v"),
            ])
        var hasConfiguration = false
        for option in line.options {
            switch option.key {
            case "c", "f":
                if hasConfiguration {
                    throw Diagnostic(file: option.written, message: "one of -c and -f is expected")
                }
                hasConfiguration = true
                self.options.path = option.value
                self.options.dialect = option.key == "c" ? .nginx : .httpd
            case "p": self.options.overrides.prefix = Self.absolute(option.value)
            case "g": self.options.overrides.directives = option.value
            case "e": self.options.overrides.errorLogPath = option.value
            case "control": self.controlPath = option.value
            default: try self.takeFlag(option)
            }
        }
        if let surplus = line.rest.first {
            throw Diagnostic(file: surplus, message: "no argument of this kind is expected")
        }
        // As in nginx, a path is relative to the prefix; without -p to where it was typed.
        if hasConfiguration, self.options.overrides.prefix == nil {
            self.options.path = Self.absolute(self.options.path)
        }
    }

    private mutating func takeFlag(_ option: Arguments.Option) throws(Diagnostic) {
        switch option.key {
        case "t": self.isCheck = true
        case "T":
            self.isCheck = true
            self.isDump = true
        case "q": self.isQuiet = true
        case "v", "V": self.asksForVersion = true
        case "s":
            guard let signal = Self.signals[option.value] else {
                throw Diagnostic(
                    file: "-s",
                    message: "\"\(option.value)\": expected stop, quit, reload or reopen")
            }
            self.signal = signal
        default: self.asksForHelp = true
        }
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = try? Files.workingDirectory() else { return path }
        return folder + "/" + path
    }
}
