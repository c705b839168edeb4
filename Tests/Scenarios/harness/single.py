"""One cache by itself, or Debian's memcached beside it, for stories about the cache alone."""

import os
import shutil

from .memcache import Memcache
from .processes import Process
from .sockets import free_port

# Another build of it may be named, as for the comparisons.
MEMCACHED = os.environ.get("HOLDFAST_MEMCACHED", "/usr/bin/memcached")


class SingleCache:
    """A cache on a TCP port of its own, with the options of a story."""

    def __init__(self, run, folder, *options, program="cached", name="cache", environment=None):
        self.port = free_port()
        self.folder = folder
        self.control = os.path.join(folder, name + ".control")
        own = ["--control", self.control] if program == "cached" else []
        path = MEMCACHED if program == "memcached" else os.path.join(run.binaries, program)
        listen = [] if "-l" in options else ["-l", "127.0.0.1"]
        # memcached, too, wants an option's words each by itself.
        command = [path, "-u", "root", *listen, "-p", self.port, *own, *options]
        self.process = Process(name, command, folder, [self.port], environment)

    def start(self, **how):
        """Starts it."""
        self.process.start(**how)
        return self

    def stop(self):
        """Ends it."""
        self.process.stop()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def client(self):
        """A connection in plain text."""
        return Memcache(self.port)


def has_memcached():
    """Whether Debian's memcached is there."""
    return shutil.which(MEMCACHED) is not None
