// CacheStorage: items in memory that has a limit, for several threads at once.
//
//   Memory/   Arena       one run of bytes; references are 32-bit numbers of its 8-byte units
//             Superblock, RedoRecord   what the next process needs to know
//             Item        header, key, value in one chunk; ValueChain: large values in several
//   Classes/  Slabs       chunk sizes 96 120 152 … as memcached's; pages of 1 MB cut into chunks;
//                         queues of items by class. One lock for all of it
//   Table/    Stripe      a 64th of the items by hash, with a lock and a hash table
//             StoreLane   a thread's own locks to read stripes with, and its counters
//   Store/    CacheStore  the commands: read, store, delete, change, flush; room; expiry; walks
//             Recovery    takes up what another process left in the memory
//
// Locks: a stripe's is held for a command, and with it those that lanes have of it; a get through a
// lane holds the lane's alone. The classes' lock is taken inside it, and for a moment only. Who
// holds that may try for a stripe's, but never waits for it.
//
// Eviction is S3-FIFO by class: a hit counts a use in the item's header and moves nothing. Time
// comes in with each call, in seconds of the caller's clock.
//
// A process may die at any instruction. An item is one from the moment its `isLinked` bit is
// written, which is after all else of it, until that bit is taken; a value that is changed in its
// place is written down in a RedoRecord first.
