/// Why a daemon does not start, in a sentence.
package struct StartError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The sentence.
    package let description: String
    /// The status to end with; nil for the settings' one.
    package let exitStatus: Int32?

    /// Says why.
    package init(description: String, exitStatus: Int32? = nil) {
        self.description = description
        self.exitStatus = exitStatus
    }
}
