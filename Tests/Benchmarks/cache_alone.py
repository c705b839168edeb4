"""What is measured of a cache by itself: its memory, its start, its rest."""

import os
import re
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Optional

from harness.processes import Process
from harness.sockets import connect, free_port
from harness.waiting import Failed
from measuring import processor_nanoseconds, resident_megabytes

IDLE_CONNECTIONS = 10_000
IDLE_SECONDS = 5
MILLION = 1_000_000
KEPT_VALUE_BYTES = 1_000
# Where files are memory: what a disk does is not to be measured.
SHARED_MEMORY = "/dev/shm"


@dataclass
class Seen:
    """What one run of one side gave: the number that is compared, and the latency if any."""

    value: float
    text: str
    latency: Optional[float] = None

    def __str__(self):
        return self.text


def command_of(bench, side, port, options, folder):
    """The command line of one side."""
    common = ["-p", port, "-l", "127.0.0.1", "-u", "root", *options]
    if side == "peer":
        return [bench.peer, *common]
    return [bench.program("cached"), *common, "--control", os.path.join(folder, f"{port}.control")]


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


def fill(stream, value_bytes):
    """Stores a million values."""
    value = b"x" * value_bytes
    for start in range(0, MILLION, 10_000):
        stream.sendall(b"".join(
            b"set key:%08d 0 0 %d noreply\r\n%s\r\n" % (number, value_bytes, value)
            for number in range(start, start + 10_000)))
    stream.sendall(b"version\r\n")
    stream.recv(100)


def million_items(process, port):
    """Resident memory for a million values of 100 bytes, when all has come to rest."""
    before = resident_megabytes(process.pid)
    with connect(port) as stream:
        fill(stream, 100)
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


def until_answer(process, port, question=b"version\r\n"):
    """Starts a server; milliseconds from exec to its first answer."""
    began = time.monotonic()
    process.start(wait=False)
    while process.running:
        try:
            with connect(port) as stream:
                stream.sendall(question)
                answer = stream.recv(100)
                return (time.monotonic() - began) * 1_000, answer
        except OSError:
            # Asked again at once: what is measured is a few milliseconds.
            continue
    raise Failed(f"the server ended before it answered\n{process.tail()}")


@contextmanager
def first_answer(bench):
    """Milliseconds from exec to the first answer."""

    def run(side):
        port = free_port()
        command = command_of(bench, side, port, ("-m", "64"), bench.folder)
        process = Process(side, list(map(str, command)), bench.folder, [])
        try:
            taken, _ = until_answer(process, port)
        finally:
            process.stop()
        return Seen(taken, f"{taken:.1f} ms")

    yield run


@contextmanager
def take_up(bench):
    """Milliseconds from exec to the first answer, which is an item of before, with a gigabyte in
    the file of `-e`. Both end in order before: memcached by SIGUSR1."""
    folder = tempfile.mkdtemp(prefix="hfb-", dir=SHARED_MEMORY)
    processes = {}
    try:
        for side in ("ours", "peer"):
            port = free_port()
            options = ("-m", "1600", "-e", os.path.join(folder, side))
            command = command_of(bench, side, port, options, bench.folder)
            process = Process(side, list(map(str, command)), bench.folder, [port]).start()
            with connect(port) as stream:
                fill(stream, KEPT_VALUE_BYTES)
            processes[side] = process, port

        def run(side):
            process, port = processes[side]
            process.signal(signal.SIGUSR1 if side == "peer" else signal.SIGTERM)
            process.wait(60)
            if side == "peer":
                # memcached drops what it kept when it starts in the second in which it ended.
                time.sleep(1.1)
            taken, answer = until_answer(process, port, b"get key:00999999\r\n")
            if not answer.startswith(b"VALUE"):
                raise Failed(f"{side} has not kept the contents: {answer!r}\n{process.tail()}")
            return Seen(taken, f"{taken:.0f} ms")

        yield run
    finally:
        for process, _ in processes.values():
            process.stop()
        shutil.rmtree(folder)


def idle_processor(process, _):
    """Microseconds of CPU time by a second of a server that nobody asks."""
    before = processor_nanoseconds(process.pid)
    began = time.monotonic()
    while (waited := time.monotonic() - began) < IDLE_SECONDS:
        time.sleep(0.5)
    used = (processor_nanoseconds(process.pid) - before) / 1_000 / waited
    return Seen(used, f"{used:.0f} µs/s")


def idle_with_items(process, port):
    """The same with a million values in it."""
    with connect(port) as stream:
        fill(stream, 100)
        at_rest(stream)
    return idle_processor(process, port)
