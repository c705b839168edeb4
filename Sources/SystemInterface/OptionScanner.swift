import CLinux
import Glibc
import Synchronization

/// What getopt_long(3) found.
package enum ScannedOption: Equatable, Sendable {
    /// An option with its letter.
    case letter(Character, argument: String?)
    /// A long option, by its place in the table.
    case name(Int, argument: String?)
    /// A letter that is none.
    case unknownLetter(Character)
    /// A long option that is none, or the beginning of several; as it was written.
    case unknownName(String)
    /// A letter whose argument is missing.
    case missingArgument(Character)
    /// A long option whose argument is missing, by its place in the table.
    case missingNameArgument(Int)
    /// A long option that takes no argument and was given one, by its place in the table.
    case surplusArgument(Int)
}

/// Reads a command line by glibc's getopt_long, as the programs do whose options these are.
// SAFETY: the C strings, their arrays and the table live until the scan is over; getopt's variables
// are used under the mutex only.
package enum OptionScanner {
    /// Whether a long option takes an argument.
    package enum ArgumentRule: Int32, Sendable {
        /// It takes none.
        case none = 0
        /// It must have one: `--port 1` or `--port=1`.
        case required = 1
        /// It may have one: `--port=1`.
        case optional = 2
    }

    /// getopt keeps its state in global variables.
    private static let scanning = Mutex<Void>(())
    /// What getopt answers for the long option at place 0; above every letter.
    private static let firstNameValue: Int32 = 1_000

    /// Reads a whole command line.
    ///
    /// - Parameters:
    ///   - arguments: the program's name, then what follows it.
    ///   - letters: the short options as getopt takes them, such as `p:dh`.
    ///   - names: the long options.
    /// - Returns: the options in their order, up to and including the first mistake, and the
    ///   arguments that are no options.
    package static func scan(
        _ arguments: [String], letters: String, names: [(name: String, rule: ArgumentRule)]
    ) -> (options: [ScannedOption], rest: [String]) {
        Self.scanning.withLock { _ in
            var texts = unsafe arguments.map { unsafe strdup($0) }
            unsafe texts.append(nil)
            var table = unsafe names.enumerated().map { index, entry in
                unsafe CLinux.option(
                    name: UnsafePointer(strdup(entry.name)), has_arg: entry.rule.rawValue,
                    flag: nil,
                    val: Self.firstNameValue + Int32(index))
            }
            unsafe table.append(CLinux.option())
            defer {
                for index in unsafe texts.indices { unsafe free(texts[index]) }
                for index in unsafe table.indices {
                    unsafe free(UnsafeMutablePointer(mutating: table[index].name))
                }
            }
            var options: [ScannedOption] = []
            var index: Int32 = 0
            while true {
                var wrong: Int32 = 0
                var argument: UnsafeMutablePointer<CChar>?
                let found = unsafe holdfast_getopt(
                    Int32(arguments.count), texts, ":" + letters, table, &index, &wrong, &argument)
                if found == -1 { break }
                let option = Self.option(
                    found, wrong: wrong, argument: unsafe Self.text(argument),
                    written: unsafe Self.text(texts[max(0, Int(index) - 1)]) ?? "")
                options.append(option)
                if Self.isMistake(option) { break }
            }
            let rest = unsafe texts[min(Int(index), arguments.count)..<arguments.count]
            return (options, unsafe rest.compactMap { unsafe Self.text($0) })
        }
    }

    private static func option(
        _ found: Int32, wrong: Int32, argument: String?, written: String
    ) -> ScannedOption {
        switch found {
        case 0x3A:  // ':'
            return wrong >= Self.firstNameValue
                ? .missingNameArgument(Int(wrong - Self.firstNameValue))
                : .missingArgument(Self.character(wrong))
        case 0x3F where wrong >= Self.firstNameValue:
            return .surplusArgument(Int(wrong - Self.firstNameValue))
        case 0x3F where wrong == 0: return .unknownName(written)
        case 0x3F: return .unknownLetter(Self.character(wrong))
        case Self.firstNameValue...:
            return .name(Int(found - Self.firstNameValue), argument: argument)
        default: return .letter(Self.character(found), argument: argument)
        }
    }

    private static func isMistake(_ option: ScannedOption) -> Bool {
        switch option {
        case .letter, .name: return false
        case .unknownLetter, .unknownName, .missingArgument, .missingNameArgument,
            .surplusArgument:
            return true
        }
    }

    private static func character(_ value: Int32) -> Character {
        Character(UnicodeScalar(UInt8(truncatingIfNeeded: value)))
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }
}
