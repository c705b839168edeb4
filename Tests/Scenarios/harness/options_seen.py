"""What of a cache shows which options it was given: each takes a `SingleCache`."""

import os
import pwd
import re
import time

from .processes import run as run_command
from .sockets import connect
from .waiting import until

CLOSED = "closed"


def exchange(stream, line):
    """What comes for a line and a `mn` behind it, or what came before the end."""
    stream.sendall(line.encode("latin-1") + b"\r\nmn\r\n")
    answer = b""
    while not answer.endswith(b"MN\r\n"):
        data = stream.recv(65_536)
        if not data:
            return answer.decode("latin-1") + CLOSED
        answer += data
    return answer.decode("latin-1").removesuffix("MN\r\n")


def answered(*lines):
    """The answers to lines of one client."""

    def seen(cache):
        with connect(cache.port) as stream:
            return [exchange(stream, line) for line in lines]

    return seen


def statistic(name):
    """One number of `stats`."""

    def seen(cache):
        with cache.client() as client:
            return client.statistics()[name]

    return seen


def crawled(cache):
    """How many hundred of 2,000 items `lru_crawler crawl all` looks at. A bucket is looked at
    whole, so that cached may come to a few items more."""
    with cache.client() as client:
        for number in range(2_000):
            client.set(f"key:{number}", b"x")
        before = int(client.statistics()["crawler_items_checked"])
        client.stream.sendall(b"lru_crawler crawl all\r\n")
        answer = client.line()

        def looked_at():
            found = client.statistics()
            count = int(found["crawler_items_checked"]) - before
            return count if count and found["lru_crawler_running"] == "0" else None

        return answer, until(looked_at, "the crawler to have looked") // 100


def settings(cache):
    """`stats settings`, without what differs from one start to the next."""
    with cache.client() as client:
        found = client.statistics("settings")
    return {name: value for name, value in found.items() if name not in ("tcpport", "inter")}


def shuts_down(cache):
    """What `shutdown` leaves: the connection, and the process's status."""
    with connect(cache.port) as stream:
        stream.sendall(b"shutdown\r\n")
        rest = stream.recv(100)
    return rest, cache.process.wait()


def classes(cache):
    """The classes that values of many sizes go to, and the size of their chunks."""
    with cache.client() as client:
        size = 1
        while size < 500_000:
            client.set(f"key-{size:06}", b"x" * size)
            size = size * 51 // 50 + 1
        found = client.statistics("slabs")
    return {name: value for name, value in found.items() if "chunk_size" in name}


def refused_by_memory(cache):
    """The answer that a full cache gives, and that nothing was evicted for it."""
    answer = b"STORED"
    with cache.client() as client:
        for number in range(5_000):
            answer = client.command(f"set key-{number} 0 0 2000", b"x" * 2_000)
            if answer != b"STORED":
                break
        evictions = client.statistics()["evictions"]
        first = client.get("key-0") is not None
    return answer, evictions, first


def limit_of_clients(cache):
    """How many may be there, and what the next one is told."""
    streams, told = [], b""
    try:
        while len(streams) < 100 and not told:
            stream = connect(cache.port)
            stream.sendall(b"mn\r\n")
            answer = stream.recv(100)
            if answer != b"MN\r\n":
                told = answer or CLOSED.encode()
            streams.append(stream)
    finally:
        for stream in streams:
            stream.close()
    return told


def backlog(cache):
    """How many connections may wait, as `ss` shows it for a listener."""
    _, text, _ = run_command(["ss", "-Hltn", f"sport = :{cache.port}"])
    return text.split()[2]


def core_limit(cache):
    """How large a core may get."""
    with open(f"/proc/{cache.process.pid}/limits", encoding="ascii") as file:
        return re.search(r"Max core file size +(\S+) +(\S+)", file.read()).groups()


def locked(cache):
    """Whether memory is locked."""
    with open(f"/proc/{cache.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmLck:\s+(\d+)", file.read()).group(1)) > 0


def owner(cache):
    """Who the process is."""
    return pwd.getpwuid(os.stat(f"/proc/{cache.process.pid}").st_uid).pw_name


def group_counts(delimiter):
    """What is counted of groups of keys."""

    def seen(cache):
        keys = [f"one{delimiter}a", f"one{delimiter}b", f"two{delimiter}a", "three"]
        with connect(cache.port) as stream:
            answers = [exchange(stream, "stats detail on")]
            for key in keys:
                answers.append(exchange(stream, f"set {key} 0 0 1\r\nx"))
                answers.append(exchange(stream, f"get {key}"))
            answers.append(exchange(stream, f"get one{delimiter}none"))
            answers.append(exchange(stream, f"delete {keys[0]}"))
            dump = exchange(stream, "stats detail dump")
        return answers, sorted(dump.splitlines())

    return seen


def loses_idle_clients(cache):
    """Whether a client that says nothing is sent away, not before its time."""
    with connect(cache.port, 10) as stream:
        exchange(stream, "version")
        began = time.monotonic()
        rest = stream.recv(10)
        lasted = time.monotonic() - began
    return rest, lasted >= 0.9, int(statistic("idle_kicks")(cache)) > 0
