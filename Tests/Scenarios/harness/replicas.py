"""Caches that replicate: started alone or in network namespaces that a cable joins."""

import json
import os
import subprocess
from urllib.parse import unquote

from . import http
from .memcache import Memcache
from .processes import Process
from .sockets import free_port
from .waiting import Failed, until


class Replica:
    """A cache with peers; clients reach it by its UNIX socket."""

    def __init__(self, run, folder, name, host="127.0.0.1", inside=None):
        self.name = name
        self.folder = folder
        self.socket = os.path.join(folder, name + ".sock")
        self.control = os.path.join(folder, name + ".control")
        self.host = host
        self.port = free_port()
        self.program = os.path.join(run.binaries, "cached")
        self.inside = inside or []
        self.process = None

    @property
    def place(self):
        """What a peer names it by."""
        return f"{self.host}:{self.port}"

    def start(self, *peers, options=()):
        """Starts it with these peers."""
        named = [word for peer in peers for word in ("-x", peer.place)]
        command = [
            *self.inside, self.program, "-u", "root", "-s", self.socket, "-l", f"{self.host}:0",
            "-X", self.port, "--control", self.control, "-t", "2", "-I", "16m", *named, *options,
        ]
        self.process = Process(self.name, command, self.folder, [self.socket, self.control])
        self.process.start()
        return self

    def stop(self):
        """Ends it in order."""
        if self.process:
            self.process.stop()

    def client(self):
        """A connection."""
        return Memcache(self.socket)

    def ask(self, method, path):
        """The answer of its control socket."""
        connection = http.Connection(self.control, 20)
        connection.send(http.compose(method, path))
        response = connection.read_response()
        connection.close()
        return response

    def replication(self):
        """`stats replication`."""
        with self.client() as client:
            return client.statistics("replication")

    def links(self, direction):
        """The links to or from peers, as dictionaries."""
        found = {}
        for name, value in self.replication().items():
            if name.startswith("link:"):
                _, number, key = name.split(":", 2)
                found.setdefault(number, {})[key] = value
        return [link for link in found.values() if link["direction"] == direction]

    def contents(self):
        """All items: key to (value, flags, CAS number)."""
        with self.client() as client:
            client.stream.sendall(b"lru_crawler metadump all\r\n")
            keys = []
            while (line := client.file.readline().strip()) != b"END":
                if line.startswith(b"key="):
                    keys.append(unquote(line.split()[0][4:].decode()))
            found = {}
            client.stream.sendall(b"".join(b"mg %s v f c\r\n" % key.encode() for key in keys))
            for key in keys:
                words = client.line().split()
                if words[0] != b"VA":
                    continue
                value = client.file.read(int(words[1]) + 2)[:-2]
                found[key] = (value, *words[2:])
            return found


def settled(*caches):
    """Waits until every link stands and nothing is missing anywhere."""

    def all_whole():
        return all(
            cache.replication()["whole"] == "yes"
            and len(cache.links("to")) >= len(caches) - 1
            and len(cache.links("from")) >= len(caches) - 1
            for cache in caches
        )

    until(all_whole, "all caches to have everything", 30)


def same(*caches):
    """Waits until all caches hold the same items, and returns them."""

    def equal():
        held = [cache.contents() for cache in caches]
        return held[0] if all(other == held[0] for other in held) else None

    settled(*caches)
    until(lambda: equal() is not None, "the same items in all caches", 15)
    return equal()


class Namespace:
    """A network namespace that a sleeping process holds."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "600"])
        until(self._is_apart, "a namespace", 5)

    def _is_apart(self):
        mine = os.readlink("/proc/self/ns/net")
        return os.readlink(f"/proc/{self.holder.pid}/ns/net") != mine

    @property
    def inside(self):
        """What puts a command into it."""
        return ["nsenter", "-t", str(self.holder.pid), "-n"]

    def ip(self, *words):
        """Runs ip(8) in it."""
        subprocess.run([*self.inside, "ip", *words], check=True)

    def close(self):
        """Ends it."""
        self.holder.kill()
        self.holder.wait()


class Cable:
    """Two namespaces with a cable between them."""

    def __init__(self):
        self.ends = [Namespace(), Namespace()]
        first, second = (str(end.holder.pid) for end in self.ends)
        subprocess.run(
            ["ip", "link", "add", "cable", "netns", first, "type", "veth",
             "peer", "name", "cable", "netns", second],
            check=True,
        )
        self.hosts = ["10.77.0.1", "10.77.0.2"]
        for end, host in zip(self.ends, self.hosts):
            end.ip("addr", "add", host + "/24", "dev", "cable")
            end.ip("link", "set", "lo", "up")
            end.ip("link", "set", "cable", "up")

    def cut(self):
        """Pulls it out."""
        self.ends[0].ip("link", "set", "cable", "down")

    def join(self):
        """Puts it in again."""
        self.ends[0].ip("link", "set", "cable", "up")

    def close(self):
        """Ends both namespaces."""
        for end in self.ends:
            end.close()


def ctl(run, cache, *words, status=0):
    """ctl about one cache: its output."""
    command = [os.path.join(run.binaries, "ctl"), *words, "--socket", cache.control]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != status:
        raise Failed(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def links_by_ctl(run, cache):
    """The links as `ctl repl status` tells them."""
    return json.loads(ctl(run, cache, "repl", "status", "-o", "json"))["links"]
