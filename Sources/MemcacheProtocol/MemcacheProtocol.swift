// MemcacheProtocol
