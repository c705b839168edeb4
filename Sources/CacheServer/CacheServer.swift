// CacheServer: `cached`, where memcached's protocol meets the store.
//
//   CacheOptions        memcached's options, on the command line and in a file
//   CacheService        listeners, loops, clock, crawler, status, metrics: the DaemonService
//   CacheSession        one connection: fill, execute all that is there, flush
//   CommandExecutor     one command on the store, the answer into the output
//   StatisticsReports   `stats` and its sub-commands
//
// One read and one write for a batch of commands, and the store's lock once for a batch.
