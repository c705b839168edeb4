// CacheStorage: items in memory that has a limit.
//
//   Arena       one mapping of the whole limit, given out page by page (1 MB, or -I when that is
// more)
//   SlabClasses chunk sizes 96 120 152 … as memcached's; a page is cut into chunks of one class
//   ItemTable   hash table of references, grown step by step
//   CacheStore  the commands: get, store, delete, count, touch, flush; eviction; expiry
//   SharedStore one lock around a store, for several loops
//
// An item is a chunk: a header of 48 bytes, the key, the value. A reference is a 32-bit number of
// the 8-byte unit it begins at, so the header is as small as memcached's and the arena can have 32
// GB.
//
// Eviction is first in first out by class with a second chance: a hit only sets a bit in the item,
// so the hit path takes no list move and no allocation; what was hit since it was last looked at
// goes round once more. Time comes in with each call, in seconds of the caller's clock.
