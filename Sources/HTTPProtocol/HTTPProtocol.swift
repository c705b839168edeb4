// HTTPProtocol: HTTP/1.1 as bytes and values, nothing else.
//
//   Heads/    RequestHead and ResponseHead: strict, incremental, reusable; HeadWriter puts heads
// out
//   Bodies/   framing decision (RFC 9112 section 6), chunked coding both ways, BodyReader over both
//   Text/     dates, cookies, paths, queries, percent coding, reason phrases, media types
//
// Pure: no socket, no clock, no log, no Foundation. A parser answers nil when it needs more bytes,
// throws `HTTPParseError` when what came can never become valid, and traps only on our own bugs.
//
// Strict on purpose, because a message that two programs read differently is a way to smuggle a
// second request past one of them. Refused: both lengths, several lengths, transfer codings other
// than chunked, bad chunk sizes, a bare CR, a bare LF in chunk framing, white space before a colon,
// folded lines. A bare LF that ends a request or header line is accepted (RFC 9112 section 2.2);
// since heads are always written anew, it goes on as CR LF.
