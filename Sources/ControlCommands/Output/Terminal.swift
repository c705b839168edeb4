import Base
import Synchronization
import SystemInterface

/// Where the output goes, and how it may look there.
enum Terminal {
    /// Whether standard output is a terminal.
    static var isTerminal: Bool { RawDescriptor.isTerminal(1) }

    /// How wide tables may be: what COLUMNS says, else the terminal's width, else 80.
    static var width: Int {
        if let text = Processes.environment("COLUMNS"), let columns = Int(text), columns >= 20 {
            return columns
        }
        guard let size = Terminals.size(of: 1), size.columns >= 20 else {
            return TextTable.lineWidthMax
        }
        return size.columns
    }

    /// Whether colours may be used: on a terminal, unless NO_COLOR is set or the terminal is dumb.
    static var usesColour: Bool {
        let forbidden = !(Processes.environment("NO_COLOR") ?? "").isEmpty
        return Self.isTerminal && !forbidden && Processes.environment("TERM") != "dumb"
    }

    /// Writes a line to standard output.
    static func print(_ line: String) { Self.write(line + "\n", to: 1) }

    /// Writes a line to standard error.
    static func printError(_ line: String) { Self.write(line + "\n", to: 2) }

    /// Writes text without a line end to standard error.
    static func writeError(_ text: String) { Self.write(text, to: 2) }

    /// Writes bytes as they are to standard output.
    static func write(_ bytes: [UInt8]) {
        let buffer = ByteBuffer()
        buffer.append(bytes)
        Self.drain(buffer, to: 1)
    }

    /// Clears the screen.
    static func clear() { Self.write("\u{1B}[H\u{1B}[2J", to: 1) }

    /// What is printed is kept back until `endFrame`, for a view that is drawn again.
    static func beginFrame() { Self.frame.withLock { $0 = [] } }

    /// Puts what was printed in the place of what the screen shows, in one write, so that nobody
    /// sees an empty screen.
    static func endFrame() {
        let bytes = Self.frame.withLock { $0.take() } ?? []
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        Self.write("\u{1B}[H" + lines.joined(separator: "\u{1B}[K\n") + "\u{1B}[J", to: 1)
    }

    private static let frame = Mutex<[UInt8]?>(nil)

    /// A colour, by its number for terminals.
    enum Colour: Int {
        case red = 31, green = 32, yellow = 33, cyan = 36
    }

    /// The text in a colour, or plain where the terminal wants none.
    static func coloured(_ text: String, _ colour: Colour) -> String {
        Self.usesColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The text in red, bold or plain, as the terminal allows.
    static func alarming(_ text: String) -> String {
        Self.usesColour ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        Self.drain(ByteBuffer(text), to: descriptor)
    }

    private static func drain(_ buffer: ByteBuffer, to descriptor: Int32) {
        let isKept =
            descriptor == 1
            && Self.frame.withLock { frame in
                frame?.append(contentsOf: buffer.bytes.makeArray())
                return frame != nil
            }
        if isKept { return }
        while !buffer.isEmpty {
            do {
                _ = try RawDescriptor.write(descriptor, from: buffer)
            } catch {
                // Nobody can be told that standard error is gone.
                if descriptor == 1 { Self.endWithoutOutput(error) }
                return
            }
        }
    }

    /// Ends at once, for nobody gets what is still to come: as SIGPIPE would where the reader has
    /// gone, else with the reason.
    private static func endWithoutOutput(_ error: Errno) -> Never {
        if error == .brokenPipe { ProcessIdentity.exitNow(Self.brokenPipeStatus) }
        Self.printError("ctl: standard output cannot be written: \(error)")
        ProcessIdentity.exitNow(CommandFailure.Kind.unwritable.rawValue)
    }

    /// 128 and SIGPIPE.
    private static let brokenPipeStatus: Int32 = 141
}
