import Base

/// An insert and its place. An object of its own, as connections are many and few have one.
final class PlacedInsert {
    let insert: any OutputInsert
    /// How many bytes of `output` stand before it.
    var position: Int

    init(_ insert: any OutputInsert, at position: Int) {
        self.insert = insert
        self.position = position
    }
}

/// Bytes that are sent from where they lie, in the middle of a connection's `output`: for what is
/// too large to be copied.
///
/// One user at a time; the bytes must stay as they are until it is let go.
package protocol OutputInsert: AnyObject {
    /// How many bytes are still to be sent.
    var remaining: Int { get }

    /// Calls `send` with further bytes that lie in one piece, at most `byteCount`, and passes over
    /// as many as it answers. At least one byte remains.
    func send<Failure: Error>(
        atMost byteCount: Int, _ send: (Span<UInt8>) throws(Failure) -> Int
    ) throws(Failure)
}
