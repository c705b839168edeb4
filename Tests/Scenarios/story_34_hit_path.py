"""Step 34: what a hit takes: nothing from the heap, and no lock that is waited for."""

import os
import re
import shutil
import struct
import subprocess
import tempfile

from harness.processes import run as run_program
from harness.single import SingleCache
from harness.waiting import Failed, expect, until

HERE = os.path.dirname(os.path.abspath(__file__))
# Each is asked for so often. What else goes on, such as the upkeep each 100 ms, takes less.
HITS = 20_000
OTHERS_MAX = HITS // 20
# A request, and what ends its answer.
REQUESTS = {
    "get": (b"get key:%d\r\n", b"END\r\n"),
    "gets": (b"gets key:%d\r\n", b"END\r\n"),
    "mg": (b"mg key:%d v f t\r\n", b"\r\n"),
    "set": (b"set key:%d 0 0 100\r\n" + b"v" * 100 + b"\r\n", b"STORED\r\n"),
}


def tell(run, _):
    """One cache, with one loop and with two."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        library = counting_library(folder)
        for number, loops in (("34.1", 1), ("34.2", 2)):
            what = f"{HITS} hits, and sets over what is there, on {loops} loops allocate nothing"
            with run.step(number, what) as saw:
                if is_debug(run):
                    saw("left out: what is not optimized allocates; .ci/run tells it again")
                else:
                    allocations(run, folder, library, loops, saw)
        with run.step("34.3", "two clients on two loops wait for no lock") as saw:
            locks(run, folder, saw)


def is_debug(run):
    """Whether the programs were built for debugging."""
    return os.path.basename(os.path.realpath(run.binaries)) == "debug"


def counting_library(folder):
    """The library that counts, made by the compiler that Swift brings."""
    compiler = shutil.which("cc") or shutil.which("clang") or os.path.join(
        os.path.dirname(os.path.realpath(shutil.which("swift"))), "clang")
    library = os.path.join(folder, "allocations.so")
    source = os.path.join(HERE, "harness", "allocations.c")
    status, _, errors = run_program(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, source], seconds=60)
    if status:
        raise Failed(f"{source} does not compile: {errors}")
    return library


def allocations(run, folder, library, loops, saw):
    """Counts before and after as many hits of each kind."""
    counts = os.path.join(folder, f"allocations-{loops}")
    environment = {"LD_PRELOAD": library, "ALLOCATIONS": counts}

    def count():
        with open(counts, "rb") as file:
            return struct.unpack("<Q", file.read(8))[0]

    seen = []
    options = ("-m", "64", "-t", str(loops))
    with SingleCache(run, folder, *options, environment=environment) as cache:
        with cache.client() as client:
            for number in range(100):
                client.set(f"key:{number}", b"v" * 100)
            for kind, (request, end) in REQUESTS.items():
                ask(client, request, end, 500)
                before = count()
                expect(before > 0, "allocations at the start", before)
                ask(client, request, end, HITS)
                taken = count() - before
                expect(taken < OTHERS_MAX, f"{kind}: less than {OTHERS_MAX} allocations", taken)
                seen.append(f"{kind} {taken}")
    saw(", ".join(seen))


def ask(client, request, end, times):
    """Asks for one after another, twenty at once, and reads all answers."""
    for first in range(0, times, 20):
        batch = b"".join(request % (number % 100) for number in range(first, first + 20))
        client.stream.sendall(batch + b"mn\r\n")
        answer = b""
        while not answer.endswith(b"MN\r\n"):
            answer += client.stream.recv(65_536)
        expect(answer.count(end) >= 20, "hits", answer[:100])


def locks(run, folder, saw):
    """Counts the system calls that a lock is waited for with."""
    if not shutil.which("strace"):
        raise Failed("strace is not there: apt-get install strace")
    options = ("-m", "64", "-t", "2")
    trace = os.path.join(folder, "trace")
    with SingleCache(run, folder, *options, name="locked") as cache:
        with cache.client() as one, cache.client() as two:
            for number in range(100):
                one.set(f"key:{number}", b"v" * 100)
            with subprocess.Popen(
                ["strace", "-f", "-c", "-e", "trace=futex", "-o", trace, "-p",
                 str(cache.process.pid)],
                stderr=subprocess.PIPE, text=True,
            ) as tracer:
                try:
                    expect("attached" in tracer.stderr.readline(), "strace attached", "not")
                    for _ in range(HITS // 200):
                        for client in (one, two):
                            ask(client, *REQUESTS["get"], 100)
                finally:
                    tracer.send_signal(2)
                    tracer.wait(20)
    until(lambda: os.path.exists(trace), "the count of system calls")
    with open(trace, encoding="utf-8") as file:
        found = re.search(r"(\d+)\s+(?:\d+ +)?futex", file.read())
    waits = int(found.group(1)) if found else 0
    expect(waits < OTHERS_MAX, f"less than {OTHERS_MAX} calls of futex", waits)
    saw(f"{waits} calls of futex for {HITS} hits")
