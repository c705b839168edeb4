import FoundationEssentials

/// JSON that daemons send.
enum JSONText {
    /// Reads a document.
    ///
    /// - Throws: `CommandFailure` when it is another one.
    static func decode<Report: Decodable>(
        _ type: Report.Type, _ bytes: [UInt8], of socket: ControlSocket
    ) throws(CommandFailure) -> Report {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw CommandFailure(
                .strange, description: "\(socket.name): gave an answer that ctl cannot read")
        }
    }

    /// Reads a line of a stream; nil when it is something else.
    static func decode<Report: Decodable>(_ type: Report.Type, line: String) -> Report? {
        try? JSONDecoder().decode(type, from: Data(line.utf8))
    }
}
