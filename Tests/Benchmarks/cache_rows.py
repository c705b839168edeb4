"""The rows of the cache's benchmark: which servers, which load, what is compared."""

import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Optional

from harness.processes import Process, run
from harness.sockets import connect, free_port
from harness.waiting import Failed
from measuring import LOAD_CORE, SERVER_CORE, cpu_seconds, resident_megabytes

IDLE_CONNECTIONS = 10_000
MILLION = 1_000_000


@dataclass
class Seen:
    """What one run of one side gave: the number that is compared, and the latency if any."""

    value: float
    text: str
    latency: Optional[float] = None

    def __str__(self):
        return self.text


@dataclass
class Row:
    """One contest."""

    name: str
    summary: str
    goal: Optional[float]
    less_is_better: bool
    open: Callable


def command_of(bench, side, port, options, folder):
    """The command line of one side."""
    common = ["-p", port, "-l", "127.0.0.1", "-u", "root", *options]
    if side == "peer":
        return [bench.peer, *common]
    return [bench.program("cached"), *common, "--control", os.path.join(folder, f"{port}.control")]


@contextmanager
def servers(bench, sides, cores=SERVER_CORE):
    """Servers by their sides, each (options, whose program), all running."""
    ports = {side: free_port() for side in sides}
    started = {}
    try:
        for side, (program, options) in sides.items():
            command = command_of(bench, program, ports[side], options, bench.folder)
            pinned = ["taskset", "-c", cores, *map(str, command)]
            started[side] = Process(side, pinned, bench.folder, [ports[side]])
            started[side].start()
        yield started, ports
    finally:
        for process in started.values():
            process.stop()


def load(*options, compare="cpu", server=("-m", "512", "-c", "1024", "-t", "1"), times=1):
    """A row whose load is the load generator's."""

    @contextmanager
    def opened(bench):
        sides = {"ours": ("ours", server), "peer": ("peer", server)}
        with servers(bench, sides) as (processes, ports):
            yield lambda side: measured(
                bench, processes[side], ports[side], options, compare, times)

    return opened


def measured(bench, process, port, options, compare, times):
    """One run of the load generator."""
    cost = bench.memcache_load(process, port, *options)
    value = cost.microseconds if compare == "cpu" else cost.throughput * times
    return Seen(value, str(cost), cost.latency)


def two_loops(*options):
    """Our own two loops against our own one, on both cores."""

    @contextmanager
    def opened(bench):
        sides = {
            "ours": ("ours", ("-m", "512", "-t", "2")), "peer": ("ours", ("-m", "512", "-t", "1"))
        }
        with servers(bench, sides, f"{SERVER_CORE},{LOAD_CORE}") as (processes, ports):
            yield lambda side: measured(bench, processes[side], ports[side], options, "cpu", 1)

    return opened


@contextmanager
def fresh(bench, side, *options):
    """A server of one side, for one run."""
    with servers(bench, {side: (side, options)}) as (processes, ports):
        yield processes[side], ports[side]


def alone(measure, *options):
    """A row for which each run has a server of its own."""

    @contextmanager
    def opened(bench):
        def run(side):
            with fresh(bench, side, *options) as (process, port):
                return measure(process, port)

        yield run

    return opened


def at_rest(stream):
    """Waits until the table of hashes has grown as far as it will: memcached lets it grow once a
    second, in the background."""
    powers = []
    while len(powers) < 4 or len(set(powers[-4:])) > 1:
        stream.sendall(b"stats\r\n")
        text = b""
        while not text.endswith(b"END\r\n"):
            text += stream.recv(1 << 16)
        powers.append(re.search(rb"hash_power_level (\d+)", text).group(1))
        time.sleep(1)


def million_items(process, port):
    """Resident memory for a million values of 100 bytes, when all has come to rest."""
    before = resident_megabytes(process.pid)
    value = b"x" * 100
    with connect(port) as stream:
        for start in range(0, MILLION, 10_000):
            stream.sendall(b"".join(
                b"set key:%08d 0 0 100 noreply\r\n%s\r\n" % (number, value)
                for number in range(start, start + 10_000)))
        stream.sendall(b"version\r\n")
        stream.recv(100)
        at_rest(stream)
    size = resident_megabytes(process.pid) - before
    return Seen(size, f"{size:.0f} MB")


def idle_connections(process, port):
    """Resident memory of connections at rest, each of which has asked once."""
    before = resident_megabytes(process.pid)
    streams = []
    try:
        for _ in range(IDLE_CONNECTIONS):
            stream = connect(port)
            stream.sendall(b"get a\r\n")
            stream.recv(100)
            streams.append(stream)
        size = resident_megabytes(process.pid) - before
    finally:
        for stream in streams:
            stream.close()
    return Seen(size, f"{size:.1f} MB")


@contextmanager
def first_answer(bench):
    """Milliseconds from exec to the first answer."""

    def run(side):
        port = free_port()
        command = command_of(bench, side, port, ("-m", "64"), bench.folder)
        process = Process(side, list(map(str, command)), bench.folder, [])
        began = time.monotonic()
        process.start(wait=False)
        try:
            while True:
                try:
                    with connect(port) as stream:
                        stream.sendall(b"version\r\n")
                        stream.recv(100)
                        break
                except OSError:
                    # Asked again at once: what is measured is a few milliseconds.
                    continue
            taken = (time.monotonic() - began) * 1_000
        finally:
            process.stop()
        return Seen(taken, f"{taken:.1f} ms")

    yield run


def idle_processor(process, _):
    """CPU time of a server that nobody asks, by a second."""
    before = sum(cpu_seconds(process.pid))
    began = time.monotonic()
    while time.monotonic() - began < 5:
        time.sleep(0.5)
    used = (sum(cpu_seconds(process.pid)) - before) / 5 * 1_000
    # A clock tick is the least that can be seen.
    return Seen(max(used, 1.0), f"{used:.1f} ms/s")


@contextmanager
def in_process(bench):
    """Storage and protocol alone: two threads (ours) against one (peer)."""

    def run_threads(side):
        threads = {"ours": 2, "peer": 1}[side]
        status, output, errors = run([bench.program("InProcess"), threads, bench.seconds], 60)
        if status:
            raise Failed(f"InProcess ended with {status}: {errors}")
        rate = int(output)
        return Seen(rate, f"{rate / 1e6:.2f} M/s")

    yield run_threads


TWO = ("-m", "512", "-c", "1024", "-t", "2")
ROWS = [
    Row("one", "CPU an operation, one connection", 0.92, True, load("--connections", "1")),
    Row("many", "CPU an operation, 400 connections", 0.92, True, load("--connections", "400")),
    Row("pipelined", "operations/s, 32 at a time", 6, False,
        load("--pipeline", "32", compare="rate")),
    Row("multiget", "keys/s, 100 keys a get", 1.5, False,
        load("--keys-per-get", "100", "--connections", "20", compare="rate", times=100)),
    Row("value-1k", "CPU an operation, values of 1 KB", None, True, load("--value-bytes", "1024")),
    Row("value-100k", "CPU an operation, values of 100 KB", None, True,
        load("--value-bytes", "102400", "--keys", "1000", "--connections", "20")),
    Row("sets", "CPU an operation, as many sets as gets", None, True, load("--gets-per-set", "1")),
    Row("binary", "CPU an operation, binary protocol", None, True, load("--binary")),
    Row("meta", "CPU an operation, meta gets", None, True, load("--meta")),
    Row("t2", "CPU an operation, -t 2", None, True, load(server=TWO)),
    Row("meta-t2", "CPU an operation, meta gets, -t 2", None, True,
        load("--meta", server=TWO)),
    Row("two-loops", "CPU an operation, cached -t 2 against cached -t 1", 1.1, True, two_loops()),
    Row("in-process", "operations/s of storage and protocol, two threads against one", 1.7, False,
        in_process),
    Row("million", "memory for a million values of 100 bytes", 1.0, True,
        alone(million_items, "-m", "1024", "-t", "1")),
    Row("idle", "memory for 10,000 connections at rest", 1.5, True,
        alone(idle_connections, "-m", "64", "-c", "20000", "-t", "1")),
    Row("start", "time from exec to the first answer", None, True, first_answer),
    Row("idle-cpu", "CPU time of a server that nobody asks", None, True,
        alone(idle_processor, "-m", "64", "-t", "1")),
]
