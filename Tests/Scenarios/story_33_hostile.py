"""Step 33: clients that mean no good: they cost the others nothing, and their memory is bounded."""

import resource
import select
import socket
import statistics
import tempfile
import time

from harness.memcache import Memcache
from harness.single import SingleCache
from harness.sockets import connect
from harness.waiting import expect, expect_equal, until

DRIBBLERS = 10_000
DRIBBLED_SECONDS = 3
# A debug build on a busy machine; what is looked for are seconds.
PATIENCE = 0.5
MEGABYTE = 1 << 20
# What a client that does not read may make the cache hold, beside the socket's own buffers.
HELD_MEGABYTES_MAX = 24


def tell(run, _):
    """One cache for all of them."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        options = ("-m", "256", "-c", "12000", "-t", "2", "-I", "8m")
        with SingleCache(run, folder, *options) as cache:
            with run.step("33.1", "lengths beyond all bounds are refused at once") as saw:
                lengths(cache, saw)
            with run.step("33.2", "who never reads is bounded, and holds up nobody") as saw:
                never_reads(cache, saw)
            with run.step("33.3", f"{DRIBBLERS} connections dribble a byte a second") as saw:
                dribble(cache, saw)
            with run.step("33.4", "half of a large value, and then nothing") as saw:
                half_values(cache, saw)
        with run.step("33.5", "one value as large as there can be") as saw:
            one_gigabyte(run, folder, saw)


def resident(cache):
    """Resident megabytes of the cache."""
    with open(f"/proc/{cache.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / MEGABYTE


def lengths(cache, saw):
    """2 GB, more than 64 bits, less than nothing: answered before any data comes."""
    for size, answer in (
        (2_147_483_648, b"CLIENT_ERROR bad command line format"),
        (2_147_483_645, b"SERVER_ERROR object too large for cache"),
        (99_999_999_999_999_999_999_999, b"CLIENT_ERROR bad command line format"),
        (-1, b"CLIENT_ERROR bad command line format"),
        (9 << 20, b"SERVER_ERROR object too large for cache"),
    ):
        with cache.client() as client:
            expect_equal(client.command(f"set key 0 0 {size}"), answer, f"answer to {size}")
    # The binary protocol's length has 32 bits; one that leaves nothing for the value is no number.
    for body, status in ((b"\x01\x00\x00\x00", 3), (b"\xff\xff\xff\xff", 4)):
        with connect(cache.port) as stream:
            head = b"\x80\x01\x00\x03\x08\x00\x00\x00" + body + bytes(12)
            stream.sendall(head + bytes(8) + b"key")
            answer = stream.recv(100)
            expect_equal(answer[:2] + answer[6:8], b"\x81\x01\x00" + bytes([status]), "answer")
    saw("before any data")


def never_reads(cache, saw):
    """Asks for a megabyte again and again."""
    with cache.client() as client:
        client.set("large", b"x" * (MEGABYTE - 100))
        before = resident(cache)
        greedy = []
        for _ in range(4):
            stream = connect(cache.port)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            stream.setblocking(False)
            asked = 0
            # Until it takes no more questions, or has been asked for 20 GB.
            while asked < 20_000 and select.select([], [stream], [], 0.2)[1]:
                try:
                    asked += stream.send(b"get large\r\n" * 100) // 11
                except BlockingIOError:
                    break
            greedy.append(stream)
        slowest = max(timed(client) for _ in range(100))
        grown = resident(cache) - before
        for stream in greedy:
            stream.close()
    expect(grown < HELD_MEGABYTES_MAX, f"less than {HELD_MEGABYTES_MAX} MB more", f"{grown:.1f}")
    expect(slowest < PATIENCE, f"others answered within {PATIENCE} s", f"{slowest:.3f} s")
    saw(f"{grown:.1f} MB more, others within {slowest * 1000:.1f} ms")


def timed(client):
    """Seconds for one get."""
    began = time.monotonic()
    client.get("small")
    return time.monotonic() - began


def dribble(cache, saw):
    """A byte a second each, for some seconds; one client works on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DRIBBLERS + 500
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    streams = []
    try:
        with cache.client() as client:
            client.set("small", b"x")
            alone = statistics.median(timed(client) for _ in range(200))
            for _ in range(DRIBBLERS):
                stream = connect(cache.port)
                stream.setblocking(False)
                streams.append(stream)
            text = b"get never-to-be-ended"
            times = []
            for second in range(DRIBBLED_SECONDS):
                for number, stream in enumerate(streams):
                    stream.send(text[second:second + 1])
                    if number % 100 == 0:
                        times.append(timed(client))
        times.sort()
        among = statistics.median(times)
        expect(among < 10 * alone + 0.002, f"about {alone * 1e6:.0f} µs", f"{among * 1e6:.0f} µs")
        expect(times[-1] < PATIENCE, f"all within {PATIENCE} s", f"{times[-1]:.3f} s")
        saw(f"others: median {alone * 1e6:.0f} µs alone, {among * 1e6:.0f} µs among them, "
            f"at most {times[-1] * 1e3:.1f} ms")
    finally:
        for stream in streams:
            stream.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def one_gigabyte(run, folder, saw):
    """1 GB less what is around it: stored, read, and one byte more refused."""
    with open("/proc/meminfo", encoding="ascii") as file:
        available = next(int(line.split()[1]) for line in file if line.startswith("MemAvailable"))
    if available < 3 << 20:
        return saw("left out: less than 3 GB of memory are free")
    # As much as memcached takes: its item is the key, the value, and 63 bytes around them.
    size = (1 << 30) - 63 - len("large")
    piece = bytes(range(256)) * 4096
    with SingleCache(run, folder, "-m", "2100", "-I", "1024m", name="gigabyte") as cache:
        with cache.client() as client:
            expect_equal(client.command(f"set large 7 0 {size + 1}"),
                         b"SERVER_ERROR object too large for cache", "a byte more")
        with cache.client() as client:
            client.stream.settimeout(60)
            client.stream.sendall(b"set large 7 0 %d\r\n" % size)
            for start in range(0, size, len(piece)):
                client.stream.sendall(piece[:size - start])
            expect_equal(client.command(""), b"STORED", "answer")
            client.stream.sendall(b"get large\r\n")
            expect_equal(client.line(), b"VALUE large 7 %d" % size, "first line")
            for start in range(0, size, len(piece)):
                part = client.file.read(min(len(piece), size - start))
                expect(part == piece[:len(part)], f"its bytes from {start} on", "others")
            expect_equal((client.line(), client.line()), (b"", b"END"), "end")
            expect_equal(client.command("delete large"), b"DELETED", "answer")
    return saw(f"{size} bytes")


def half_values(cache, saw):
    """Memory for what has come, not for what was announced."""
    before = resident(cache)
    streams = []
    for number in range(200):
        stream = connect(cache.port)
        stream.sendall(b"set half:%d 0 0 8000000\r\n" % number + b"x" * 1000)
        streams.append(stream)
    with Memcache(cache.port) as client:
        client.set("still", b"served")
        until(lambda: client.get("still"), "an answer")
        grown = resident(cache) - before
        for stream in streams:
            stream.close()
    expect(grown < HELD_MEGABYTES_MAX, f"less than {HELD_MEGABYTES_MAX} MB more", f"{grown:.1f}")
    saw(f"{grown:.1f} MB for 200 of them")
