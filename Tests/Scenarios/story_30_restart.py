"""Step 30: a cache that is ended, or killed while it is written to, and started again with -e."""

import os
import signal
import tempfile
import threading
import zlib

from harness.memcache import Memcache
from harness.processes import Process, run as run_command
from harness.sockets import connect
from harness.systemd import NotifySocket, with_sockets
from harness.waiting import Failed, expect, expect_equal

KILLS = 5
WRITERS = 4
ACKNOWLEDGED_BEFORE_THE_KILL = 3_000


def tell(run, _):
    """One file after another."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        cache = KeptCache(run, folder)
        try:
            with run.step("30.1", "ended by SIGUSR1, started again: the items are there") as saw:
                orderly_end(cache, saw)
            with run.step("30.2", "a second process on the same file is refused") as saw:
                second_process(run, cache, saw)
            with run.step("30.3", f"kill -9 under write load, {KILLS} times: no item torn, "
                          "what was acknowledged is there") as saw:
                killed(cache, saw)
            with run.step("30.4", "a flush holds after kill -9") as saw:
                flushed(cache, saw)
            with run.step("30.5", "other chunk sizes: the items are dropped, and that is said"):
                dropped(cache)
            with run.step("30.6", "a file of something else is used anew, and that is said"):
                foreign(cache)
        finally:
            cache.process.stop()
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        with run.step("30.7", "systemd keeps the memory: killed, started with it, "
                      "the items are there") as saw:
            kept_by_the_manager(run, folder, saw)


class KeptCache:
    """A cache whose items lie in a file."""

    def __init__(self, run, folder):
        self.socket = os.path.join(folder, "cache.sock")
        self.file = os.path.join(folder, "items")
        self.program = os.path.join(run.binaries, "cached")
        self.folder = folder
        self.process = None
        self.start()

    def command(self, *more):
        """Its command line."""
        control = os.path.join(self.folder, "control")
        return [self.program, "-u", "root", "-s", self.socket, "-e", self.file, "-m", "256",
                "-I", "4m", "-t", "2", "--control", control, *more]

    def start(self, *more):
        """Starts it, with more options."""
        self.process = Process("cached", self.command(*more), self.folder, [self.socket])
        self.process.start()

    def client(self):
        """A connection."""
        return Memcache(self.socket)


def orderly_end(cache, saw):
    """Values of all sizes, flags, expiry, CAS numbers."""
    sizes = (0, 1, 100, 5_000, 300_000, 600_000, 3_000_000)
    with cache.client() as client:
        for size in sizes:
            client.set(f"size-{size}", pattern(size), flags=size + 1)
        for number in range(20_000):
            client.stream.sendall(b"set many-%d 7 0 5 noreply\r\nvalue\r\n" % number)
        client.set("soon", b"over", seconds=1)
        client.set("later", b"there", seconds=1_000)
        before = client.command("mg size-100 c t f s")
        left = int(client.command("mg later t").split(b" t")[1])
    cache.process.signal(signal.SIGUSR1)
    expect_equal(cache.process.wait(), 0, "exit status")
    cache.start()
    with cache.client() as client:
        for size in sizes:
            expect_equal(client.get(f"size-{size}"), (size + 1, pattern(size)), f"size-{size}")
        for number in range(0, 20_000, 97):
            expect_equal(client.get(f"many-{number}"), (7, b"value"), f"many-{number}")
        expect_equal(client.command("mg size-100 c t f s"), before, "CAS number and flags")
        expect(0 <= left - int(client.command("mg later t").split(b" t")[1]) < 30,
               "the expiry kept", left)
        client.set("new", b"x")
        newest = int(client.command("mg new c").split(b" c")[1])
        expect(newest > int(before.split(b" c")[1].split()[0]), "CAS numbers rise", newest)
    saw(next(line for line in cache.process.log().splitlines() if "took up" in line))


def second_process(run, cache, saw):
    """Two on one file would ruin it."""
    command = cache.command()
    command[command.index("-s") + 1] += "2"
    command[command.index("--control") + 1] += "2"
    status, _, error = run_command(command)
    expect_equal(status, 71, "exit status")
    expect("another process keeps its items there" in error, "the reason", error)
    saw(error.strip())


# Killed while it is written to


def pattern(size, number=0):
    """Bytes of which any part shows where it belongs."""
    block = b"%d:%d:" % (number, size) * (size // 4 + 1)
    return block[:size]


def value(key, number):
    """A value that says which one it is, with a checksum over all of it. Those of every other key
    have much the same size: each is written over the one before."""
    sizes = (10, 200, 40, 3_000, 60_000, 700_000 if key.endswith("0") else 90)
    size = 200 + number % 9 if key[-1] in "13579" else sizes[number % len(sizes)]
    body = b"%s/%d/" % (key.encode(), number) + pattern(size, number)
    return b"%08x/" % zlib.crc32(body) + body


class Writer(threading.Thread):
    """Stores, counts, appends, deletes; remembers what was sent and what was acknowledged."""

    def __init__(self, cache, name, first):
        super().__init__()
        self.cache, self.writer_name = cache, name
        self.number = first
        self.sent, self.acknowledged = {}, {}
        self.acknowledged_count = 0
        # What each key has once all that was sent is executed.
        self.current = {}

    def run(self):
        try:
            with connect(self.cache.socket) as stream:
                file = stream.makefile("rb")
                while True:
                    self.batch(stream, file)
        except OSError:
            pass

    def batch(self, stream, file):
        """Some commands at once, then their answers one by one."""
        told = []
        text = b""
        for _ in range(8):
            self.number += 1
            number = self.number
            key = f"{self.writer_name}-{number % 30}"
            counter = f"{self.writer_name}-count"
            if number % 5 == 0:
                text += b"incr %s 1\r\n" % counter.encode()
                self.sent[counter] = self.sent.get(counter, 0) + 1
                told.append((counter, None))
            else:
                command, data = self.change(key, number)
                text += command
                self.current[key] = data
                self.sent.setdefault(key, []).append((number, data))
                told.append((key, number))
        stream.sendall(text)
        for key, number in told:
            if not file.readline().endswith(b"\r\n"):
                raise OSError("ended")
            if number is None:
                self.acknowledged[key] = self.acknowledged.get(key, 0) + 1
            else:
                self.acknowledged[key] = number
            self.acknowledged_count += 1

    def change(self, key, number):
        """A command that changes a key, and what the key has then."""
        name = key.encode()
        before = self.current.get(key)
        if number % 7 == 0:
            return b"delete %s\r\n" % name, None
        if number % 11 == 0:
            return b"touch %s 0\r\n" % name, before
        if number % 6 == 0 and before and len(before) < 5_000:
            verb = (b"append", b"prepend")[number % 4 // 2]
            more = b"+%d" % number
            joined = before + more if verb == b"append" else more + before
            return b"%s %s 0 0 %d\r\n%s\r\n" % (verb, name, len(more), more), joined
        data = value(key, number)
        if number % 3 == 0:
            return b"ms %s %d\r\n%s\r\n" % (name, len(data), data), data
        return b"set %s 0 0 %d\r\n%s\r\n" % (name, len(data), data), data

    def check(self, client):
        """What is there now is what was acknowledged last, or what was sent after it."""
        for key, sent in self.sent.items():
            found = client.get(key)
            if isinstance(sent, int):
                least = self.acknowledged.get(key, 0)
                count = int(found[1]) if found else -1
                expect(least <= count <= sent, f"{key} within {least}...{sent}", count)
                continue
            last = self.acknowledged.get(key, 0)
            allowed = [data for number, data in sent if number >= last]
            if last == 0:
                allowed.append(None)
            data = found[1] if found else None
            if data not in allowed:
                shown = data if data is None else (data[:60], len(data))
                raise Failed(f"{key}: acknowledged {last}, found {shown}")


def killed(cache, saw):
    """Rounds of writing and killing."""
    checked = 0
    for kill in range(KILLS):
        writers = []
        with cache.client() as client:
            for number in range(WRITERS):
                name = f"k{kill}-w{number}"
                client.set(f"{name}-count", b"0")
                writers.append(Writer(cache, name, kill * 10_000))
        for writer in writers:
            writer.start()
        while sum(writer.acknowledged_count for writer in writers) < ACKNOWLEDGED_BEFORE_THE_KILL:
            expect(any(writer.is_alive() for writer in writers), "writers at work", "none")
        cache.process.kill()
        for writer in writers:
            writer.join()
        cache.start()
        with cache.client() as client:
            for writer in writers:
                writer.check(client)
                checked += len(writer.sent)
            expect_equal(client.statistics()["evictions"], "0", "evictions")
    saw(f"{checked} keys checked")


def flushed(cache, saw):
    """What was flushed does not come back."""
    with cache.client() as client:
        count = client.statistics()["curr_items"]
        expect_equal(client.command("flush_all"), b"OK", "flush_all")
        client.set("after", b"flush")
    cache.process.kill()
    cache.start()
    with cache.client() as client:
        expect_equal(client.get("after"), (0, b"flush"), "after")
        expect_equal(client.get("many-97"), None, "many-97")
        expect_equal(client.statistics()["curr_items"], "1", "curr_items")
    saw(f"{count} items before the flush, 1 after the kill")


def dropped(cache):
    """-f makes other chunks."""
    cache.process.stop()
    cache.start("-f", "1.5")
    with cache.client() as client:
        expect_equal(client.get("after"), None, "after")
        client.set("other", b"sizes")
    log = cache.process.log()
    expect("are dropped: its chunks have other sizes" in log, "the reason in the log", log[-300:])


def foreign(cache):
    """Whatever lies in the file, nothing of it is served."""
    cache.process.stop()
    with open(cache.file, "r+b") as file:
        file.write(os.urandom(3_000_000))
    cache.start()
    with cache.client() as client:
        expect_equal(client.statistics()["curr_items"], "0", "curr_items")
        client.set("again", b"x")
        expect_equal(client.get("again"), (0, b"x"), "again")
    expect("or not wholly, a cache's memory" in cache.process.log(), "the reason", "none")


def kept_by_the_manager(run, folder, saw):
    """What systemd's descriptor store does: a copy of the memfd comes back at the next start."""
    path = os.path.join(folder, "cache.sock")
    command = [os.path.join(run.binaries, "cached"), "-u", "root", "-s", path, "-m", "64",
               "--control", os.path.join(folder, "control")]
    notify = NotifySocket(folder)
    first = Process("first", command, folder, [path], notify.environment).start()
    second = None
    try:
        notify.wait_for("READY=1")
        expect("FDNAME=items" in notify.messages, "FDSTORE with FDNAME=items", notify.messages)
        expect_equal(len(notify.kept), 1, "descriptors kept")
        with Memcache(path) as client:
            for number in range(1_000):
                client.set(f"key-{number}", pattern(number * 7))
        first.kill()
        os.unlink(path)
        with open(os.dup(notify.kept[0]), "rb", buffering=0) as memory:
            wrapped, environment, numbers = with_sockets(command, [memory], ["items"])
            second = Process("second", wrapped, folder, [path],
                             {**environment, **notify.environment})
            second.start(pass_fds=numbers)
        with Memcache(path) as client:
            for number in range(1_000):
                expect_equal(client.get(f"key-{number}"), (0, pattern(number * 7)), f"{number}")
        expect("FDSTOREREMOVE=1" not in notify.receive(), "the memory kept on", notify.messages)
        saw(next(line for line in second.log().splitlines() if "took up" in line))
    finally:
        for process in (first, second):
            if process:
                process.stop()
        notify.close()
