import Glibc
import SystemInterface

/// Ends the process at once.
func exitProcess(_ status: Int32) -> Never { exit(status) }

/// What kind of load is asked for.
struct LoadOptions: Sendable {
    /// What is wrong with the arguments.
    struct Problem: Error { let message: String }

    /// Where the server listens.
    var address = SocketAddress.ipv4(0x7F00_0001, port: 11_211)
    /// The server's process, whose CPU time is counted; 0 counts none.
    var serverProcess: Int32 = 0
    /// How many connections at once.
    var connections = 50
    /// How many requests a batch has.
    var pipeline = 1
    /// How many gets there are for each set; 0 for sets only.
    var getsPerSet = 10
    /// How many keys a get names.
    var keysPerGet = 1
    /// The size of a value in bytes.
    var valueBytes = 100
    /// How many different keys.
    var keys = 10_000
    /// How long to measure.
    var seconds = 3.0
    /// How many threads make the load.
    var threads = 1
    /// How requests are written.
    var wire = Wire.text

    /// Classic text, meta gets (`mg key v`), or the binary protocol.
    enum Wire: Sendable { case text, meta, binary }

    init(_ arguments: [String]) throws(Problem) {
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            if name == "--meta" || name == "--binary" {
                self.wire = name == "--meta" ? .meta : .binary
                continue
            }
            guard let value = rest.popFirst() else {
                throw Problem(message: "\(name) needs a value")
            }
            try self.set(name, value)
        }
    }

    private mutating func set(_ name: String, _ value: String) throws(Problem) {
        func number() throws(Problem) -> Int {
            guard let number = Int(value), number >= 0 else {
                throw Problem(message: "\(name) needs a number, not '\(value)'")
            }
            return number
        }
        switch name {
        case "--address": self.address = try Self.address(value)
        case "--server-pid": self.serverProcess = Int32(try number())
        case "--connections": self.connections = max(1, try number())
        case "--pipeline": self.pipeline = max(1, try number())
        case "--gets-per-set": self.getsPerSet = try number()
        case "--keys-per-get": self.keysPerGet = max(1, try number())
        case "--value-bytes": self.valueBytes = try number()
        case "--keys": self.keys = max(1, try number())
        case "--threads": self.threads = max(1, try number())
        case "--seconds":
            guard let seconds = Double(value), seconds > 0, seconds <= 600 else {
                throw Problem(message: "--seconds needs a number up to 600")
            }
            self.seconds = seconds
        default: throw Problem(message: "unknown option \(name)")
        }
    }

    private static func address(_ text: String) throws(Problem) -> SocketAddress {
        if text.hasPrefix("unix:") { return .unix(String(text.dropFirst(5))) }
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]),
            let address = SocketAddress(numeric: String(parts[0]), port: port)
        else { throw Problem(message: "--address needs HOST:PORT or unix:PATH, not '\(text)'") }
        return address
    }
}
