// Sessions: what a shared web session is, where its copies are, and who wins.
//
//   Identifiers/    session ids (`<base>-<node>[.<route>]`) and the keys they are stored under
//   Configuration/  the attributes of memcached-session-manager, read into typed settings
//   Nodes/          the cache nodes as one process sees them now; which of them a session goes to
//   Values/         attribute values, versions, the content of a session, changes not yet stored
//   Format/         the stored form (Docs/session-format.md)
//   Rules/          lookup, save, end, repair: machines that ask for store commands in batches
//   Locking/        the distributed lock, and what `auto` has learnt
//
// Pure: bytes and values in, values out. No socket, no clock, no randomness, no log: time, random
// numbers and the state of the nodes arrive as parameters. A machine answers with a `Step`: store
// commands to carry out together, a time to wait, or the outcome; its driver (AppServer/Sessions,
// or the simulated cluster of the tests) does that and comes back with the answers.
//
// The rule that all of it serves (Docs/sessions.md): the copy on the node that the id names decides
// who wrote last (compare and swap); the second copy follows it before the answer leaves; a
// difference between the two is settled by the version in the value, and the end of a session wins
// over every version.
