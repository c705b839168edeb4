// Base: what every other module may use and nothing else needs to be imported for.
//
//   Bytes/       ByteBuffer (the one growable buffer), ASCII over Span<UInt8>
//   Time/        Instant: a point on the monotonic clock, always passed in, never read here
//   Structures/  small containers with stated complexity
//   Text/        JSON out, diagnostics with file, line, column and a caret
//
// No input or output, no clock, no Foundation, no dependency. All of it is usable from any thread
// as long as one value has one owner; nothing here locks.
