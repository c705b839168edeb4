"""Step 0: what is typed into a cache by hand, answered byte for byte as memcached answers it."""

import os
import re
import shutil
import socket
from dataclasses import replace

from harness.processes import run as run_command
from harness.settings import SEED
from harness.sockets import connect
from harness.waiting import Failed, expect_equal

HERE = os.path.dirname(os.path.abspath(__file__))
# The memcached that cached answers as. In a script `< ` is said by all, `o ` by older ones, `n ` by
# this one and later ones.
REFERENCE = (1, 6, 45)
SCRIPTS = (
    os.path.join(HERE, "scripts", "classic.txt"),
    os.path.join(SEED, "memcached-session.txt"),
)


def tell(run, variant):
    """Each script against cached, and against memcached to know that the script is right."""
    sides = ["cached"] + (["memcached"] if shutil.which("memcached") else [])
    for number, path in enumerate(SCRIPTS, 1):
        name = os.path.basename(path)
        if not os.path.exists(path):
            run.skip(f"00.{number}", f"{name}, byte for byte", "the seed is not there")
            continue
        for side in sides:
            with run.step(f"00.{number}", f"{name} is answered byte for byte by {side}") as saw:
                played(run, replace(variant, cache=side), path, saw)


def played(run, variant, path, saw):
    """Plays one script."""
    cluster = run.make_cluster(variant)
    try:
        cluster.caches["n1"].start()
        with connect(cluster.address("n1")) as stream:
            mark = "o " if is_older(variant.cache) else "n "
            saw(f"{play(stream, exchanges(path, mark))} exchanges")
    finally:
        cluster.stop()


def is_older(program):
    """Whether it is a memcached before the one that cached answers as."""
    if program != "memcached":
        return False
    _, text, _ = run_command(["memcached", "-V"])
    return tuple(map(int, re.findall(r"\d+", text)[:3])) < REFERENCE


def exchanges(path, own):
    """[(bytes typed, bytes expected)]; lines with the mark `own` are expected of this program."""
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            mark, text = line[:2], line[2:].encode() + b"\r\n"
            if mark == "> ":
                if not found or found[-1][1]:
                    found.append([b"", b""])
                found[-1][0] += text
            elif mark in ("< ", own):
                found[-1][1] += text
    return found


def play(stream, script):
    """Types, compares; `{cas}` typed is the number that was answered before."""
    cas = b""
    for typed, expected in script:
        stream.sendall(typed.replace(b"{cas}", cas))
        answer = receive(stream, expected)
        pattern = re.escape(expected).replace(rb"\{cas\}", rb"(\d+)")
        pattern = pattern.replace(rb"\{version\}", rb"[\w.+-]+")
        found = re.fullmatch(pattern, answer)
        if not found:
            raise Failed(f"{typed!r}: expected {expected!r}; got {answer!r}")
        if found.groups():
            cas = found.group(1)
    stream.shutdown(socket.SHUT_WR)
    expect_equal(stream.recv(100), b"", "bytes after the script")
    return len(script)


def receive(stream, expected):
    """As many lines as are expected, and what else comes at once."""
    answer = b""
    while answer.count(b"\r\n") < expected.count(b"\r\n"):
        data = stream.recv(65536)
        if not data:
            raise Failed(f"the connection ended after {answer!r}")
        answer += data
    return answer
