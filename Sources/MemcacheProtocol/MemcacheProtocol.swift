// MemcacheProtocol: memcached's text protocol, server side (doc/protocol.txt of memcached 1.6).
//
//   bytes of a line ─► CommandParser ─► Command      numbers read, key and rest as ranges of the
// line
//   Command         ─► (storage)     ─► answers, which CacheServer composes with the words in
// Answers
//
// Pure: no socket, no storage. Nothing is copied: a command points into the line it was read from.
// The client's side is in MemcacheClient/Wire.
