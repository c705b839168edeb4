/// How large the parts of a message may be. The defaults are nginx's (four buffers of 8 KiB).
package struct HTTPLimits: Equatable, Sendable {
    /// Bytes of a request or status line, without its end.
    package var requestLineByteCountMax = 8_192
    /// Bytes of one field line, without its end.
    package var fieldLineByteCountMax = 8_192
    /// Bytes of a whole head.
    package var headByteCountMax = 32_768
    /// Number of fields in a head.
    package var fieldCountMax = 100
    /// Bytes of one chunk's extensions.
    package var chunkExtensionByteCountMax = 1_024
    /// Bytes of the trailer section after a chunked body.
    package var trailerByteCountMax = 8_192

    /// The defaults.
    package init() {}
}
