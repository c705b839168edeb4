"""A memcache client for the classic text commands, and `mg` for flags."""

from .sockets import connect
from .waiting import Failed


class Memcache:
    """One connection to one cache node."""

    def __init__(self, address):
        self.stream = connect(address)
        self.file = self.stream.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes it."""
        self.file.close()
        self.stream.close()

    def line(self):
        """The next line, without its end."""
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise Failed(f"the cache closed the connection, or sent a bare line: {line!r}")
        return line[:-2]

    def command(self, text, data=None):
        """Sends a command line, and a data block; returns the first line of the answer."""
        self.stream.sendall(text.encode() + b"\r\n" + (b"" if data is None else data + b"\r\n"))
        return self.line()

    def get(self, key):
        """(flags, value), or None."""
        first = self.command(f"get {key}")
        if first == b"END":
            return None
        word, found, flags, length = first.split()
        if word != b"VALUE" or found.decode() != key:
            raise Failed(f"get {key} answered {first!r}")
        value = self.file.read(int(length) + 2)[:-2]
        if self.line() != b"END":
            raise Failed(f"get {key}: no END")
        return int(flags), value

    def set(self, key, value, flags=0, seconds=0):
        """Stores a value."""
        answer = self.command(f"set {key} {flags} {seconds} {len(value)}", value)
        if answer != b"STORED":
            raise Failed(f"set {key} answered {answer!r}")

    def add(self, key, value, seconds=0):
        """Whether the key was free and is now taken."""
        return self.command(f"add {key} 0 {seconds} {len(value)}", value) == b"STORED"

    def delete(self, key):
        """Whether there was something to delete."""
        return self.command(f"delete {key}") == b"DELETED"

    def flags(self, key):
        """The item's client flags by `mg KEY f`, or None."""
        words = self.command(f"mg {key} f").split()
        return int(words[1][1:]) if words[0] == b"HD" else None

    def statistics(self, group=""):
        """`stats` as a dictionary of strings."""
        self.stream.sendall(f"stats {group}".strip().encode() + b"\r\n")
        found = {}
        while (line := self.line()) != b"END":
            if not line.startswith(b"STAT "):
                raise Failed(f"stats answered {line!r}")
            _, name, value = line.decode().split(" ", 2)
            found[name] = value
        return found
