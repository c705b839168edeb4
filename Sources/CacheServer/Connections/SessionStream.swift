import EventLoop

/// An answer that is made while it is sent: a dump of keys, or lines for who watches.
protocol SessionStream: AnyObject {
    /// Sends it. Loop thread only.
    ///
    /// - Throws: when the connection is to end.
    func run(on connection: Connection, _ record: ConnectionRecord) async throws
}
