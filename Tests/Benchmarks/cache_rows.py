"""The rows of the cache's benchmark: which servers, which load, what is compared."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Optional

from cache_alone import (
    Seen,
    command_of,
    first_answer,
    idle_connections,
    idle_processor,
    idle_with_items,
    million_items,
    take_up,
)
from harness.processes import Process, run
from harness.sockets import free_port
from harness.waiting import Failed
from measuring import LOAD_CORE, SERVER_CORE


@dataclass
class Row:
    """One contest."""

    name: str
    summary: str
    goal: Optional[float]
    less_is_better: bool
    open: Callable


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
    """Our own two loops against our own one, on both cores. Of the two cores the load takes one, so
    latencies are compared with those of memcached's two threads beside the same load."""

    @contextmanager
    def opened(bench):
        two, one = ("-m", "512", "-t", "2"), ("-m", "512", "-t", "1")
        sides = {"ours": ("ours", two), "peer": ("ours", one), "memcached": ("peer", two)}
        with servers(bench, sides, f"{SERVER_CORE},{LOAD_CORE}") as (processes, ports):

            def contest(side):
                seen = measured(bench, processes[side], ports[side], options, "cpu", 1)
                if side == "peer":
                    theirs = processes["memcached"], ports["memcached"]
                    seen.latency = measured(bench, *theirs, options, "cpu", 1).latency
                return seen

            yield contest

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
    Row("two-loops", "CPU an operation, cached -t 2 against cached -t 1, 400 connections", 1.1,
        True, two_loops("--connections", "400")),
    Row("two-loops-50", "the same with 50 connections", None, True, two_loops()),
    Row("in-process", "operations/s of storage and protocol, two threads against one", 1.7, False,
        in_process),
    Row("million", "memory for a million values of 100 bytes", 1.0, True,
        alone(million_items, "-m", "1024", "-t", "1")),
    Row("idle", "memory for 10,000 connections at rest", 1.5, True,
        alone(idle_connections, "-m", "64", "-c", "20000", "-t", "1")),
    Row("start", "time from exec to the first answer", None, True, first_answer),
    Row("take-up", "time from exec to the first answer, with a gigabyte to take up", None, True,
        take_up),
    Row("idle-cpu", "CPU time of a server that nobody asks", None, True,
        alone(idle_processor, "-m", "64", "-t", "1")),
    Row("idle-million", "the same with a million values of 100 bytes in it", None, True,
        alone(idle_with_items, "-m", "1024", "-t", "1")),
]
