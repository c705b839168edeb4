// MemcacheClient
