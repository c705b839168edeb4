"""Step 23: real clients, and memccapable, against a cache by itself and behind nutcracker."""

import os
import shutil
import tempfile

from harness.memcache import Memcache
from harness.processes import Process, run as run_command
from harness.single import SingleCache
from harness.sockets import free_port
from harness.waiting import expect, expect_equal

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clients")
JAR = "/usr/share/java/spymemcached.jar"
SECONDS = 60.0


def program(interpreter, name, *words):
    """A client's command line but for the address; words follow the address."""
    return [*interpreter, os.path.join(HERE, name)], list(words)


PYTHON, RUBY, PHP, PERL = ["/usr/bin/python3"], ["ruby"], ["php"], ["perl"]
JAVA = ["java", "-cp", JAR]
# What must be there for each, its name, and the protocols it is run with.
CLIENTS = [
    ("pymemcache", "/usr/lib/python3/dist-packages/pymemcache",
     [program(PYTHON, "pymemcache_client.py")]),
    ("pylibmc", "/usr/lib/python3/dist-packages/pylibmc",
     [program(PYTHON, "pylibmc_client.py", protocol) for protocol in ("text", "binary")]),
    ("dalli", "/usr/share/rubygems-integration/all/specifications",
     [program(RUBY, "dalli_client.rb", "binary"), program(RUBY, "dalli_client.rb", "meta")]),
    ("php-memcached", "/etc/php/8.2/mods-available/memcached.ini",
     [program(PHP, "memcached_client.php", protocol) for protocol in ("text", "binary")]),
    ("php-memcache", "/etc/php/8.2/mods-available/memcache.ini",
     [program(PHP, "memcache_client.php")]),
    ("Cache::Memcached", "/usr/share/perl5/Cache/Memcached.pm",
     [program(PERL, "cache_memcached.pl")]),
    ("spymemcached", JAR,
     [program(JAVA, "SpyMemcached.java", "text"), program(JAVA, "SpyMemcached.java", "binary")]),
]


def tell(run, _):
    """Each client by itself."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        with SingleCache(run, folder) as cache:
            for number, (name, needs, programs) in enumerate(CLIENTS, 1):
                client(run, f"23.{number}", name, needs, programs, cache.port)
            capable(run, cache.port)
        logged_in(run, folder)
        behind_nutcracker(run, folder)


def client(run, number, name, needs, programs, port):
    """One client, with each of its protocols."""
    what = f"{name}: what it can do, it does"
    if not os.path.exists(needs) or not shutil.which(programs[0][0][0]):
        run.skip(number, what, f"{name} is not installed")
        return
    with run.step(number, what) as saw:
        for command, words in programs:
            saw(ended_well([*command, "127.0.0.1", str(port), *words]))


def ended_well(command):
    """Its output, if it ended well."""
    status, output, error = run_command(command, seconds=SECONDS)
    expect_equal(status, 0, f"{os.path.basename(command[-3])}: {output} {error}".strip()[-600:])
    return output.strip()


def capable(run, port):
    """libmemcached's own list of what a server must do."""
    what = "memccapable: all tests of text and binary"
    if not shutil.which("memccapable"):
        run.skip("23.8", what, "memccapable is not installed")
        return
    with run.step("23.8", what) as saw:
        for protocol in ("-a", "-b"):
            where = ["-h", "127.0.0.1", "-p", str(port)]
            status, output, error = run_command(["memccapable", *where, protocol], seconds=SECONDS)
            failed = [line for line in (output + error).splitlines() if "FAIL" in line]
            expect_equal((status, failed), (0, []), f"memccapable {protocol}")
            expect("All tests passed" in output + error, "All tests passed", output[-200:])
            saw(f"{protocol}: {(output + error).count('[pass]')} passed")


def logged_in(run, folder):
    """Clients that speak SASL."""
    users = os.path.join(folder, "users")
    with open(users, "w", encoding="ascii") as file:
        file.write("anna:secret\n")
    options = {"environment": {"MEMCACHED_SASL_PWDB": users}, "name": "sasl"}
    chosen = [
        ("23.9", "pylibmc", CLIENTS[1][1], program(PYTHON, "pylibmc_client.py")),
        ("23.10", "spymemcached", JAR, program(JAVA, "SpyMemcached.java")),
    ]
    with SingleCache(run, folder, "-S", **options) as cache:
        for number, name, needs, (command, _) in chosen:
            words = ["binary", "anna", "secret"]
            client(run, number, f"{name} with a login", needs, [(command, words)], cache.port)


def behind_nutcracker(run, folder):
    """twemproxy in front of two caches."""
    what = "nutcracker in front of two caches: keys on both, all found"
    if not shutil.which("nutcracker"):
        run.skip("23.11", what, "nutcracker is not installed")
        return
    with run.step("23.11", what) as saw:
        with SingleCache(run, folder, name="n1") as one, SingleCache(run, folder, name="n2") as two:
            port, statistics = free_port(), free_port()
            path = os.path.join(folder, "nutcracker.yml")
            with open(path, "w", encoding="ascii") as file:
                # Names, so that the ring does not depend on the ports; MD5, since fnv1a leaves keys
                # that differ in their last digits side by side on the ring.
                file.write(
                    f"pool:\n  listen: 127.0.0.1:{port}\n  hash: md5\n"
                    "  distribution: ketama\n  servers:\n"
                    f"   - 127.0.0.1:{one.port}:1 one\n   - 127.0.0.1:{two.port}:1 two\n"
                )
            command = ["nutcracker", "-c", path, "-s", str(statistics), "-a", "127.0.0.1"]
            proxy = Process("nutcracker", command, folder, [port])
            try:
                proxy.start()
                spread(one, two, port, saw)
            finally:
                proxy.stop()


def spread(one, two, port, saw):
    """Keys through the proxy."""
    with Memcache(port) as through:
        for number in range(400):
            through.set(f"key-{number}", b"value %d" % number)
        for number in range(400):
            expect_equal(through.get(f"key-{number}"), (0, b"value %d" % number), f"{number}")
        keys = " ".join(f"key-{number}" for number in range(100))
        through.stream.sendall(f"get {keys}\r\n".encode())
        found = 0
        while through.line() != b"END":
            found += 1
        expect_equal(found, 200, "lines of a get of 100 keys")
    counts = []
    for cache in (one, two):
        with cache.client() as direct:
            counts.append(int(direct.statistics()["curr_items"]))
    expect(sum(counts) == 400 and min(counts) > 100, "400 keys on both", counts)
    saw(f"{counts[0]} and {counts[1]} keys")
