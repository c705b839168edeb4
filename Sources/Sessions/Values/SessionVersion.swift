/// Says which of two copies of a session is the newer one.
///
/// The counter goes up by one with each write; the stamp is random for each write, so that two
/// writes which began from the same copy and never saw each other differ, and the same one of them
/// wins everywhere.
package struct SessionVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// How many times the session was written.
    package let counter: UInt64
    /// Random for each write; breaks ties.
    package let stamp: UInt64

    /// Makes a version.
    package init(counter: UInt64, stamp: UInt64) {
        self.counter = counter
        self.stamp = stamp
    }

    /// The version of the write that follows this one.
    package func next(stamp: UInt64) -> SessionVersion {
        SessionVersion(counter: self.counter &+ 1, stamp: stamp)
    }

    package static func < (left: SessionVersion, right: SessionVersion) -> Bool {
        (left.counter, left.stamp) < (right.counter, right.stamp)
    }

    package var description: String { "\(self.counter)/\(String(self.stamp, radix: 16))" }
}

/// The bits of a version that stand in the item's 32-bit flags.
///
/// ```
/// bit 31      30 … 11            10 … 0
/// ended   counter, low 20   stamp, low 11
/// ```
///
/// Equal flags confirm a local copy: two different writes look alike only when their counters are a
/// multiple of 2^20 apart or equal, and their stamps agree in 11 bits. Unequal flags never decide
/// which copy is newer; the versions inside the values do.
package struct VersionFlags: Hashable, Sendable {
    private static let endedBit: UInt32 = 1 << 31

    /// The item's flags.
    package let rawValue: UInt32

    /// Takes the flags of a stored item.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The flags that a version is stored with.
    package init(_ version: SessionVersion, isEnded: Bool) {
        let counter = UInt32(truncatingIfNeeded: version.counter & 0xF_FFFF) << 11
        let stamp = UInt32(truncatingIfNeeded: version.stamp & 0x7FF)
        self.rawValue = counter | stamp | (isEnded ? Self.endedBit : 0)
    }

    /// Whether the item is the mark of an ended session.
    package var isEnded: Bool { self.rawValue & Self.endedBit != 0 }
}
