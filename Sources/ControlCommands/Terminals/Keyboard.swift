import Base
import EventLoop
import SystemInterface

/// The keys of a terminal in raw mode, on a loop. Loop thread only.
final class Keyboard {
    /// How long the rest of a sequence may take; what comes later is a key of its own.
    private static let sequenceTime = Duration.milliseconds(50)
    private static let readByteCount = 1_024
    private static let input: Int32 = 0

    private let loop: Loop
    private let settings: Terminals.Settings
    private let signals: SignalDescriptor?
    private var decoder = KeyDecoder()
    private var keys: [Key] = []
    private var isAtEnd = false
    private var reader: Suspension?
    private var watches: [WatchToken] = []

    /// Takes the terminal of standard input; `close` must follow.
    ///
    /// - Throws: `CommandFailure` when it is none.
    init(on loop: Loop) throws {
        guard RawDescriptor.isTerminal(Self.input), Terminal.isTerminal else {
            throw CommandFailure(description: "this needs a terminal")
        }
        self.loop = loop
        self.settings = try Terminals.makeRaw(Self.input)
        // Ends by SIGTERM or a hang-up leave the terminal as it was too.
        self.signals = try? SignalDescriptor()
        self.watches.append(try loop.watch(Self.input) { [unowned self] in self.fill() })
        if let signals {
            let watch = try loop.watch(signals.number) { [unowned self] in
                while signals.next() != nil { self.end() }
            }
            self.watches.append(watch)
        }
    }

    /// Gives the terminal back.
    func close() {
        for watch in self.watches { self.loop.unwatch(watch) }
        self.watches = []
        Terminals.restore(Self.input, self.settings)
    }

    /// The next key; nil when none has come within `interval`, or the terminal is gone.
    func next(within interval: Duration? = nil) async -> Key? {
        if self.keys.isEmpty, !self.isAtEnd {
            let timer = interval.map { interval in
                self.loop.schedule(at: self.loop.now + interval) { self.wake() }
            }
            await Suspension.wait { self.reader = $0 }
            timer?.cancel()
        }
        return self.keys.isEmpty ? nil : self.keys.removeFirst()
    }

    /// Whether no key comes any more.
    var hasEnded: Bool { self.isAtEnd && self.keys.isEmpty }

    private func fill() {
        let buffer = ByteBuffer()
        guard
            let count = try? RawDescriptor.read(
                Self.input, into: buffer, atMost: Self.readByteCount), count > 0
        else { return self.end() }
        self.keys += self.decoder.take(buffer.bytes.makeArray())
        if self.decoder.isWaiting {
            self.loop.schedule(at: self.loop.now + Self.sequenceTime) {
                self.keys += self.decoder.takeRest()
                if !self.keys.isEmpty { self.wake() }
            }
        }
        if !self.keys.isEmpty { self.wake() }
    }

    private func end() {
        self.isAtEnd = true
        self.wake()
    }

    private func wake() {
        let reader = self.reader.take()
        reader?.resume()
    }
}
