// CacheStorage
