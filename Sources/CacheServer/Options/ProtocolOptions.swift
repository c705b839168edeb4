/// Which commands clients may use, and how they are served.
package struct ProtocolOptions: Sendable {
    /// `-B`.
    package var choice = ProtocolChoice.automatic
    /// Whether `-B` was given; else `-S` and `-Y` choose.
    private var isChosen = false
    /// Whether `shutdown` works (`-A`).
    package var allowsShutdown = false
    /// Whether `flush_all` works (not `-F`).
    package var allowsFlush = true
    /// Whether `lru_crawler metadump`, `stats cachedump` and `stats detail` work (not `-X`).
    package var allowsDump = true
    /// Whether `watch` works (not `-W`).
    package var allowsWatch = true
    /// Whether items have CAS numbers (not `-C`).
    package var hasCAS = true
    /// How many commands of one connection are executed before others have their turn (`-R`).
    package var commandsInARowMax = 20
    /// Whether `-R` was given; else as many as keep a loop for less than a millisecond.
    package private(set) var limitsCommandsInARow = false
    /// What ends the prefix of a key for `stats detail` (`-D`).
    package var prefixDelimiter = UInt8(ascii: ":")
    /// Whether `stats detail` counts from the start (`-D` was given).
    package var countsPrefixes = false
    /// Kilobytes that wait for a watcher, and that a loop collects for them (`-o
    /// watcher_logbuf_size`, `worker_logbuf_size`).
    package var watcherBufferKilobytes = 256, workerBufferKilobytes = 64
    /// Whether SASL is wanted of binary clients (`-S`).
    package var wantsSASL = false
    /// The file of users and passwords for text clients (`-Y`).
    package var authenticationFile: String?

    /// The defaults.
    package init() {}

    /// Takes an option of this kind; false when it is none.
    mutating func take(_ key: String, _ value: OptionValue) throws(OptionProblem) -> Bool {
        switch key {
        case "A": self.allowsShutdown = true
        case "F": self.allowsFlush = false
        case "X": self.allowsDump = false
        case "W": self.allowsWatch = false
        case "C": self.hasCAS = false
        case "R":
            self.commandsInARowMax = try value.number(1...1_000_000, "commands")
            self.limitsCommandsInARow = true
        case "D":
            self.prefixDelimiter = try value.text().utf8.first ?? UInt8(ascii: ":")
            self.countsPrefixes = true
        case "B": try self.choose(try value.text())
        case "S": self.wantsSASL = true
        case "Y": self.authenticationFile = try value.text()
        default: return false
        }
        return true
    }

    private mutating func choose(_ name: String) throws(OptionProblem) {
        self.isChosen = true
        switch name {
        case "auto": self.choice = .automatic
        case "ascii": self.choice = .ascii
        case "binary": self.choice = .binary
        default:
            throw OptionProblem(
                description: "-B: expected auto, ascii or binary, not '\(name)'",
                exitStatus: .usage)
        }
    }

    /// What the ways to authenticate mean for the protocol.
    mutating func settle(udpPort: Int) throws(OptionProblem) {
        func refuse(_ message: String) -> OptionProblem {
            OptionProblem(description: message, exitStatus: .usage)
        }
        if self.wantsSASL {
            guard !self.isChosen || self.choice == .binary else {
                throw refuse("-S: SASL is for the binary protocol only, not for -B ascii or auto")
            }
            guard udpPort == 0 else { throw refuse("-S: UDP clients cannot authenticate") }
            self.choice = .binary
        }
        if self.authenticationFile != nil {
            guard !self.isChosen || self.choice == .ascii, !self.wantsSASL else {
                throw refuse("-Y: users are for text commands only, not for -B binary or auto")
            }
            guard udpPort == 0 else { throw refuse("-Y: UDP clients cannot authenticate") }
            self.choice = .ascii
        }
    }
}
