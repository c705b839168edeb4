// CacheReplication: what caches tell each other, as bytes and values.
//
//   ReplicationFrame   one message of a link, and how it is written and read
//   ItemHead           what comes before an item's value
//   Greeting           who talks to whom, before anything else is said
//   ChangeLog          the changes that peers may not have heard of yet; bounded
//
// A link goes one way: who dials tells what changed in it, who listens applies that and answers how
// far it came. Two caches have two links. A change is told by its result, an item or a deletion,
// with a version; the greater version wins on every side, so that order, repetition and
// detours do not matter. Versions are microseconds since 1970 with the maker's tag in the lowest
// bits (`Version`).
