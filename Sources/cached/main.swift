import CacheServer

CacheProgram.run(CommandLine.arguments)
