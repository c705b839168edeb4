import ArgumentParser

/// `ctl cache …`.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Look into a cache and change what it holds.",
        discussion: """
            Speaks memcached's text protocol, so that any memcached server can be asked. Without \
            --server the one cache of this machine is meant, or 127.0.0.1:11211.

            Examples:
              ctl cache get greeting
              ctl cache keys --match 'bak:*'
              ctl cache dump --server n1 - | ctl cache load --server n2 -
              ctl cache shell
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Items",
                subcommands: [
                    CacheGetCommand.self, CacheGetsCommand.self, StoreCommand<SetVerb>.self,
                    StoreCommand<AddVerb>.self, StoreCommand<ReplaceVerb>.self,
                    StoreCommand<AppendVerb>.self, StoreCommand<PrependVerb>.self,
                    StoreCommand<CASVerb>.self, CacheTouchCommand.self,
                    CountCommand<IncrementVerb>.self, CountCommand<DecrementVerb>.self,
                    CacheDeleteCommand.self, CacheMetaCommand.self,
                ]),
            CommandGroup(
                name: "The whole cache",
                subcommands: [
                    CacheKeysCommand.self, CacheDumpCommand.self, CacheLoadCommand.self,
                    CacheFlushCommand.self, CacheShellCommand.self, CacheWatchCommand.self,
                ]),
            CommandGroup(
                name: "What it says of itself",
                subcommands: [
                    CacheHotKeysCommand.self, CacheBigKeysCommand.self,
                    CacheStatsCommand.self, CacheSlabsCommand.self, CacheItemsCommand.self,
                    CacheSizesCommand.self, CacheSettingsCommand.self, CacheConnectionsCommand.self,
                ]),
        ])
}
