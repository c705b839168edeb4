"""Step 21: a cache that is asked by datagrams (-U), answered as memcached answers."""

import socket
import struct
import tempfile

from harness.single import SingleCache, has_memcached
from harness.sockets import CONNECT_SECONDS
from harness.waiting import expect_equal

FRAME = struct.Struct("!HHHH")
COMMANDS = [
    b"set a 5 0 3\r\nabc\r\n",
    b"get a\r\n",
    b"get a b c\r\n",
    b"set b 0 0 1\r\nx\r\nget a b\r\n",
    b"gets nothing\r\n",
    b"mg a v f\r\n",
    b"ms c 2\r\nzz\r\nmn\r\n",
    b"set quiet 0 0 1 noreply\r\nx\r\n",
    b"get quiet\r\n",
    b"incr a 1\r\n",
    b"touch a 100\r\n",
    b"delete a\r\n",
    b"bogus\r\n",
    b"mn\r\n",
]


def tell(run, _):
    """The cache, then memcached with the same datagrams."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        with run.step("21.1", "commands by datagrams: each answer as memcached gives it") as saw:
            if not has_memcached():
                saw("memcached is not here: only that cached answers")
            sides = ["cached"] + ["memcached"] * has_memcached()
            answers = {side: ask_all(run, folder, side) for side in sides}
            for number, command in enumerate(COMMANDS):
                expected = answers[sides[-1]][number]
                expect_equal(answers["cached"][number], expected, f"the answer to {command[:40]!r}")
            saw(f"{len(COMMANDS)} datagrams")
        with run.step("21.2", "a large value in many numbered datagrams; TCP beside it") as saw:
            large(run, folder, saw)
        with run.step("21.3", "datagrams of nonsense harm nobody") as saw:
            nonsense(run, folder, saw)


def client(port):
    """A socket that hears only of that port."""
    stream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stream.settimeout(CONNECT_SECONDS)
    stream.connect(("127.0.0.1", port))
    return stream


def cache_with_datagrams(run, folder, program):
    """TCP and UDP at one port."""
    cache = SingleCache(run, folder, "-t", "1", program=program, name=program)
    cache.process.command += ["-U", str(cache.port)]
    return cache


def ask_all(run, folder, program):
    """What each command brings until a request that marks its end is answered."""
    answers = []
    with cache_with_datagrams(run, folder, program) as cache, client(cache.port) as stream:
        for number, command in enumerate(COMMANDS):
            stream.send(FRAME.pack(number, 0, 1, 0) + command)
            mark = 0x8000 + number
            stream.send(FRAME.pack(mark, 0, 1, 0) + b"mn\r\n")
            found = []
            while True:
                data = stream.recv(65536)
                if FRAME.unpack(data[:8])[0] == mark:
                    break
                found.append(data)
            answers.append(found)
    return answers


def large(run, folder, saw):
    """Put together by their numbers."""
    value = bytes(range(256)) * 400
    with cache_with_datagrams(run, folder, "cached") as cache, client(cache.port) as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        with cache.client() as other:
            other.set("large", value, flags=3)
        stream.send(FRAME.pack(7, 0, 1, 0) + b"get large\r\n")
        parts = {}
        total = 1
        while len(parts) < total:
            data = stream.recv(65536)
            request, number, total, reserved = FRAME.unpack(data[:8])
            expect_equal((request, reserved), (7, 0), "the request's number")
            parts[number] = data[8:]
        answer = b"".join(parts[number] for number in range(total))
        expect_equal(answer, b"VALUE large 3 102400\r\n" + value + b"\r\nEND\r\n", "the answer")
        saw(f"{total} datagrams")


def nonsense(run, folder, saw):
    """Too short, of several parts, half a command, empty, binary."""
    with cache_with_datagrams(run, folder, "cached") as cache, client(cache.port) as stream:
        for data in (b"", b"x", b"1234567", FRAME.pack(1, 0, 2, 0) + b"get a\r\n",
                     FRAME.pack(1, 0, 1, 0) + b"set large 0 0 4000\r\n" + b"L" * 1300,
                     FRAME.pack(1, 0, 1, 0), FRAME.pack(2, 0, 1, 0) + bytes(range(256)) * 5):
            stream.send(data)
        stream.send(FRAME.pack(9, 0, 1, 0) + b"mn\r\n")
        answer = b""
        while answer[:2] != b"\0\x09":
            answer = stream.recv(65536)
        expect_equal(answer[8:], b"MN\r\n", "the answer after it")
        with cache.client() as other:
            saw(f"{other.statistics()['curr_connections']} connection")
