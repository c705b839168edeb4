import ArgumentParser
import Base
import SystemInterface

/// `--host`: the same command on another machine, where ssh leads.
///
/// The daemons' control sockets are files of their machine, and who may do what is decided by the
/// kernel there; ssh brings the user to it.
enum RemoteMachine {
    /// What ssh ends with when it cannot get there.
    private static let unreachableStatus: Int32 = 255

    /// Runs the command there and ends with its status, when `--host` says so.
    static func runInstead(_ arguments: [String]) throws {
        guard let (machine, rest) = Self.taken(from: arguments) else { return }
        guard !machine.isEmpty, !machine.hasPrefix("-") else {
            throw ValidationError("--host takes HOST or USER@HOST, not '\(machine)'")
        }
        let words = ["ctl"] + rest.map(Self.quoted)
        let terminal = Terminal.isTerminal ? ["-t", "-q"] : []
        let status: Int32
        do {
            status = try ChildProcesses.run(
                "ssh", terminal + ["--", machine, words.joined(separator: " ")])
        } catch {
            throw Self.failure("ssh cannot be run: \(error)")
        }
        if status == Self.unreachableStatus {
            throw Self.failure("\(machine): not reachable by ssh")
        }
        throw ExitCode(status)
    }

    private static func failure(_ text: String) -> ExitCode {
        Terminal.printError("ctl: \(text)")
        return ExitCode(CommandFailure.Kind.unreachable.rawValue)
    }

    /// The machine, and the arguments without it; nil without `--host`.
    static func taken(from arguments: [String]) -> (machine: String, rest: [String])? {
        var machine: String?
        var rest: [String] = []
        var isAfter = false, isBehindDashes = false
        for argument in arguments.dropFirst() {
            if isBehindDashes {
                rest.append(argument)
            } else if isAfter {
                machine = argument
                isAfter = false
            } else if argument == "--host" {
                isAfter = true
            } else if argument.hasPrefix("--host=") {
                machine = String(argument.dropFirst(7))
            } else {
                isBehindDashes = argument == "--"
                rest.append(argument)
            }
        }
        return machine.map { ($0, rest) }
    }

    /// A word as the shell at the other end reads it back.
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                byte.isASCIILetter || byte.isASCIIDigit || "-_./:=,@%+".utf8.contains(byte)
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
