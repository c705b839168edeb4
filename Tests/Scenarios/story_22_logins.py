"""Step 22: clients that must log in: -Y for text, SASL PLAIN (-S) for binary."""

import os
import signal
import struct
import tempfile

from harness.processes import run as run_command
from harness.single import SingleCache, has_memcached
from harness.sockets import connect, free_port
from harness.waiting import Failed, expect, expect_equal, until

TEXT = [
    b"get a\r\n",
    b"version\r\n",
    b"set x 0 0 10\r\nanna wrong\r\n",
    b"set x 0 0 9\r\nannasecre\r\n",
    b"set x 0 0 11\r\nanna secretXX",
    b"set x 0 0 11\r\nanna secret\r\n",
    b"get a\r\n",
    b"set a 0 0 1\r\nx\r\n",
    b"get a\r\n",
]
HEAD = struct.Struct("!BBHBBHIIQ")
LIST, START, STEP = 0x20, 0x21, 0x22
GET, NO_OPERATION, VERSION = 0x00, 0x0A, 0x0B


def tell(run, _):
    """Text, then binary."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        users = os.path.join(folder, "users")
        write(users, "anna:secret\nbert:word with blanks\n")
        with run.step("22.1", "-Y: before and after the login, as memcached answers") as saw:
            text_login(run, folder, users, saw)
        with run.step("22.2", "-Y: SIGHUP takes new users; a broken file keeps the old ones"):
            text_reload(run, folder, users)
        with run.step("22.3", "-S: PLAIN in one message or two; nothing else before it") as saw:
            binary_login(run, folder, saw)
        with run.step("22.4", "-S without a file of users is an error that names the variable"):
            without_file(run)


def write(path, text):
    """Replaces a file."""
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)


def text_login(run, folder, users, saw):
    """The same lines to both."""
    seen = {}
    for side in ["cached"] + ["memcached"] * has_memcached():
        with SingleCache(run, folder, "-Y", users, "-t", "1", program=side, name=side) as cache:
            with connect(cache.port) as stream:
                seen[side] = [reply(stream, line) for line in TEXT]
            with connect(cache.port) as stream:
                reply(stream, TEXT[5])
                stream.sendall(b"stats\r\n")
                answer = b""
                while not answer.endswith(b"END\r\n"):
                    answer += stream.recv(65536)
                counts = [line for line in answer.split(b"\r\n") if b"STAT auth_" in line]
                seen[side].append(counts)
    expect_equal(seen["cached"], list(seen.values())[-1], "the answers")
    expect(seen["cached"][0].startswith(b"CLIENT_ERROR"), "an error first", seen["cached"][0])
    expect(seen["cached"][8].startswith(b"VALUE a"), "a value at last", seen["cached"][8])
    saw(" ".join(seen["cached"][-1][0].decode().split()[1:]))


def reply(stream, line):
    """One answer: a line, or a value to its END."""
    stream.sendall(line)
    answer = b""
    while not answer.endswith(b"\r\n") or (answer.startswith(b"VALUE") and
                                           not answer.endswith(b"END\r\n")):
        data = stream.recv(4096)
        if not data:
            raise Failed(f"{line!r}: the connection ended after {answer!r}")
        answer += data
    return answer


def logs_in(port, user):
    """Whether a text client may."""
    with connect(port) as stream:
        return reply(stream, b"set x 0 0 %d\r\n%s\r\n" % (len(user), user)) == b"STORED\r\n"


def text_reload(run, folder, users):
    """The file is read again when the cache is told to."""
    with SingleCache(run, folder, "-Y", users) as cache:
        expect(logs_in(cache.port, b"bert word with blanks"), "bert to come in", "not")
        write(users, "nobody\n")
        cache.process.signal(signal.SIGHUP)
        until(lambda: f"{users}:1" in cache.process.log(), "the reason in the log")
        expect(logs_in(cache.port, b"anna secret"), "anna to come in still", "not")
        write(users, "carl:new\n")
        cache.process.signal(signal.SIGHUP)
        until(lambda: logs_in(cache.port, b"carl new"), "carl to come in")
        expect(not logs_in(cache.port, b"anna secret"), "anna to stay out", "in")


def ask(stream, opcode, key=b"", value=b""):
    """(status, body) of a binary request."""
    body = key + value
    stream.sendall(HEAD.pack(0x80, opcode, len(key), 0, 0, 0, len(body), 7, 0) + body)
    head = receive(stream, 24)
    _, found, _, _, _, status, length, opaque, _ = HEAD.unpack(head)
    expect_equal((found, opaque), (opcode, 7), "opcode and opaque")
    return status, receive(stream, length)


def receive(stream, count):
    """So many bytes."""
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise Failed(f"the connection ended after {data!r}")
        data += more
    return data


def binary_login(run, folder, saw):
    """Good and bad ones; a new password counts at once."""
    users = os.path.join(folder, "database")
    write(users, "anna:secret\n")
    environment = {"MEMCACHED_SASL_PWDB": users}
    plain = b"\0anna\0secret"
    with SingleCache(run, folder, "-S", environment=environment) as cache:
        with connect(cache.port) as stream:
            expect_equal(ask(stream, LIST), (0, b"PLAIN"), "mechanisms")
            expect_equal(ask(stream, VERSION)[0], 0, "version before the login")
            wrong = b"\0anna\0wrong"
            expect_equal(ask(stream, START, b"PLAIN", wrong)[0], 0x20, "a wrong password")
            expect_equal(ask(stream, START, b"CRAM-MD5", b"")[0], 0x20, "another mechanism")
            expect_equal(ask(stream, STEP, b"PLAIN", plain)[0], 0x20, "a step without a start")
            expect_equal(ask(stream, START, b"PLAIN", plain), (0, b"Authenticated"), "the login")
            expect_equal(ask(stream, NO_OPERATION), (0, b""), "no-op")
            expect_equal(ask(stream, GET, b"a")[0], 1, "get of a key that is not there")
        with connect(cache.port) as stream:
            expect_equal(ask(stream, START, b"PLAIN")[0], 0x21, "a start without a message")
            expect_equal(ask(stream, STEP, b"PLAIN", plain)[0], 0, "the step")
            write(users, "anna:changed\n")
            expect_equal(ask(stream, GET, b"a")[0], 1, "get")
        with connect(cache.port) as stream:
            expect_equal(ask(stream, START, b"PLAIN", plain)[0], 0x20, "the old password")
            changed = b"\0anna\0changed"
            expect_equal(ask(stream, START, b"PLAIN", changed)[0], 0, "the new password")
        with connect(cache.port) as stream:
            expect_equal(ask(stream, GET, b"a"), (0x20, b"Auth failure."), "get without a login")
            expect_equal(stream.recv(10), b"", "what follows")
        with connect(cache.port) as stream:
            stream.sendall(b"get a\r\n")
            expect_equal(stream.recv(10), b"", "text commands")
    saw("PLAIN")


def without_file(run):
    """Before anything listens."""
    program = os.path.join(run.binaries, "cached")
    command = [program, "-l", "127.0.0.1", "-p", str(free_port()), "-S"]
    status, _, error = run_command(command)
    expect_equal(status, 1, "exit status")
    expect("MEMCACHED_SASL_PWDB" in error, "the variable's name", error)
