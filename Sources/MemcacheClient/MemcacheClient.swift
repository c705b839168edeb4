// MemcacheClient: memcached's text protocol driven over a loop.
//
//   tasks of one loop        CacheNode                          cache
//   get ─┐                   +--------------------------+
//   set ─┼─► one output ───► | one connection, pipelined | ───► one write a loop turn
//   mg  ─┘                   | waiting: first in first out| ◄─── answers in the same order
//                            +--------------------------+
//
// A CacheNode belongs to one loop and talks to one cache. Requests of one turn of the loop leave in
// one write. It connects by itself, redials with growing pauses while the cache is away, and says
// so: while a cache is known to be dead its requests fail at once; who cannot do with that asks it
// to try again now (`reach`). Slow is not dead: a request that
// runs out of time fails alone, and the connection is given up only after several times that.
//
// Wire/ has the requests and answers as pure code. Classic commands, and `mg` for looking at an
// item without its value: memcached 1.6 and cached both know them.
