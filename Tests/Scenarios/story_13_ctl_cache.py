"""Step 13: ctl cache: items, keys, dumps, statistics, the shell; of cached and of memcached."""

import os
import subprocess
import threading

from harness.cluster import COUNTER, json_of
from harness.memcache import Memcache
from harness.processes import Process, run as run_command
from harness.relay import Relay
from harness.sockets import free_port
from harness.waiting import expect, expect_equal, until
from story_12_ctl import UNREACHABLE, USAGE, as_nobody, ctl, in_three_forms, records


def tell(run, variant):
    """Two caches of the cluster, and Debian's memcached."""
    with run.cluster("13", variant) as cluster:
        port = free_port()
        command = ["memcached", "-u", "root", "-l", "127.0.0.1", "-p", port, "-m", "16"]
        peer = Process("memcached", command, cluster.logs, [port]).start()
        try:
            for name, server in (("cached", "n1"), ("memcached", f"127.0.0.1:{port}")):
                tell_of(run, cluster, name, server)
            with run.step("13.6", "a dump moves items between nodes, of either kind") as saw:
                dump_and_load(cluster, f"127.0.0.1:{port}", port, saw)
            with run.step("13.7", "hot keys, big keys and the flush of a prefix, of cached") as saw:
                hot_and_big(cluster, saw)
            with run.step("13.8", "bench: a histogram for people, numbers for programs") as saw:
                bench(cluster, f"127.0.0.1:{port}", saw)
            with run.step("13.9", "a page of 100,000 keys costs a page") as saw:
                paged(cluster, f"127.0.0.1:{port}", saw)
        finally:
            peer.stop()


def tell_of(run, cluster, name, server):
    """All that is asked of one cache."""
    steps = [
        ("13.1", "every command for items, and how it ends", items),
        ("13.2", "keys by pages and patterns", keys),
        ("13.3", "statistics in each form", statistics),
        ("13.4", "the shell takes lines from a pipe", shell),
        ("13.5", "watch shows what happens; flush wants to be confirmed", watch_and_flush),
    ]
    for number, what, check in steps:
        with run.step(number, what, name) as saw:
            check(cluster, server, saw)


def bench(cluster, peer, saw):
    """Of both caches, and of a page."""
    brief = ("-s", "0.3", "-c", "8")
    shown, _ = ctl(cluster, "bench", "cache", "--server", "n1", *brief)
    expect("PER SECOND" in shown and " µs  #" in shown, "numbers and bars", shown)
    counts = []
    for words in (
        ("cache", "--server", "n1", "--pipeline", "16", "--gets", "0"),
        ("cache", "--server", peer, "--value", "1000"),
        ("http", f"http://127.0.0.1:{cluster.front}{COUNTER}"),
    ):
        found = records(cluster, "bench", *words, *brief)[0]
        expect(found["operations"] > 10 and not found["failures"], f"answers to {words}", found)
        expect(found["p50Microseconds"] <= found["p99Microseconds"], "percentiles", found)
        counts.append(found["operations"])
    _, errors = ctl(cluster, "bench", "http", "http://127.0.0.1:1/", *brief, status=UNREACHABLE)
    expect_equal(errors, "ctl: http://127.0.0.1:1/: Connection refused\n", "why not")
    ctl(cluster, "bench", "http", "ftp://x/", status=USAGE)
    saw(f"{counts} operations")


def items(cluster, server, saw):
    """set, add, replace, append, prepend, cas, touch, incr, decr, gets, get, delete, meta."""

    def cache(*words, **options):
        return ctl(cluster, "cache", *words, "--server", server, **options)[0]

    cache("set", "greeting", "hello", "--flags", "9")
    expect_equal(cache("get", "greeting"), "hello", "the value")
    cache("add", "greeting", "x", status=1)
    cache("replace", "nothing", "x", status=1)
    cache("append", "greeting", " world")
    cache("prepend", "greeting", "oh ")
    got = records(cluster, "cache", "gets", "greeting", "nothing", "--server", server)
    expect_equal([(i["value"], i["flags"]) for i in got], [("oh hello world", 9)], "the item")
    cache("cas", "greeting", "new", "--cas", got[0]["cas"] + 1, status=1)
    cache("cas", "greeting", "new", "--cas", got[0]["cas"])
    cache("cas", "greeting", "new", status=USAGE)
    cache("set", "number", "41")
    expect_equal(cache("incr", "number").strip(), "42", "41 and 1")
    expect_equal(cache("decr", "number", "50").strip(), "0", "42 less 50")
    cache("incr", "greeting", status=1)
    cache("incr", "nothing", status=1)
    cache("touch", "number", "100")
    cache("touch", "nothing", "100", status=1)
    # A second may have begun meanwhile.
    left = cache("meta", "mg", "number", "t")
    expect(left in ("HD t100\n", "HD t99\n"), "its time", left)
    expect_equal(cache("meta", "ms", "other", "T0", "--data", "value"), "HD\n", "a meta set")
    expect_equal(cache("meta", "mg", "other", "v"), "VA 5\nvalue\n", "a meta get")
    cache("meta", "mg", "nothing", "v", status=1)
    cache("meta", "get", "x", status=USAGE)
    cache("delete", "number", "nothing", status=1)
    cache("get", "number", status=1)
    cache("get", "a key", status=USAGE)
    status, output, errors = run_command(
        ["sh", "-c", f"printf 'a\\nb' | {cluster.program('ctl')} cache set piped -"
         f" --server {server}"],
        environment={"HOLDFAST_RUN": cluster.sockets},
    )
    expect_equal((status, cache("get", "piped")), (0, "a\nb"), f"a value of a pipe {errors}")
    saw("23 commands")


def keys(cluster, server, saw):
    """More keys than a page has."""
    for number in range(45):
        address = cluster.address("n1") if server == "n1" else int(server.rpartition(":")[2])
        with Memcache(address) as memcache:
            memcache.set(f"page:{number:02}", b"x" * (number + 1))
    arguments = ("cache", "keys", "--server", server, "--match", "page:*", "--limit", "20")
    pages = [records(cluster, *arguments, "--page", page) for page in (1, 2, 3, 4)]
    expect_equal([len(page) for page in pages], [20, 20, 5, 0], "keys on the pages")
    names = [entry["key"] for page in pages for entry in page]
    expect_equal(names, [f"page:{number:02}" for number in range(45)], "all keys, once")
    table, _ = ctl(cluster, *arguments, "--sort", "size")
    expect("page:44" in table.splitlines()[1], "the largest first", table.splitlines()[1])
    expect("20 of 45 keys; the next: --page 2" in table, "what to do next", table)
    in_three_forms(cluster, "keys", *arguments)
    saw("45 keys on three pages")


def statistics(cluster, server, saw):
    """stats, settings, slabs, items, sizes, conns."""
    for words, name in (
        (("stats",), "stats"),
        (("stats", "--match", "*hits"), "stats"),
        (("settings",), "stats"),
        (("slabs",), "slabs"),
        (("items",), "items"),
        (("sizes",), "sizes"),
        (("conns",), "connections"),
    ):
        found = in_three_forms(cluster, name, "cache", *words, "--server", server)
        expect(found, f"something from {words}", found)
    slabs = records(cluster, "cache", "slabs", "--server", server)
    expect(sum(entry["usedChunks"] for entry in slabs) >= 45, "chunks in use", slabs)
    saw(f"{len(slabs)} classes")


def shell(cluster, server, saw):
    """Commands, a value of two lines, one of a wrong length, help."""
    lines = [
        "set two 0 0 4", "a", "b", "get two", "set bad 0 0 3", "toolong", "help touch",
        "nonsense", "watch", "quit", "get two",
    ]
    command = [cluster.program("ctl"), "cache", "shell", "--server", server]
    status, output, errors = run_command(
        command, environment={"HOLDFAST_RUN": cluster.sockets}, input_text="\n".join(lines) + "\n"
    )
    expect_equal(status, 0, f"exit status: {errors}")
    said = [
        "STORED", "VALUE two 0 4", "a", "b", "END",
        "the value has 7 bytes, not 3: nothing was sent",
        "touch KEY SECONDS  another time to live", "ERROR",
        "this connection would show nothing else: use ctl cache watch",
    ]
    expect_equal(output.splitlines(), said, "what it says")
    saw(f"{len(lines)} lines")


def watch_and_flush(cluster, server, saw):
    """A watcher sees the next read."""
    words = ["cache", "watch", "fetchers", "--count", "1", "-o", "jsonl", "--server", server]
    watching = subprocess.Popen(
        [cluster.program("ctl"), *words],
        env={**os.environ, "HOLDFAST_RUN": cluster.sockets},
        stdout=subprocess.PIPE,
        text=True,
    )
    seen = []
    reader = threading.Thread(target=lambda: seen.append(watching.stdout.readline()))
    reader.start()
    address = cluster.address("n1") if server == "n1" else int(server.rpartition(":")[2])
    with Memcache(address) as memcache:
        until(lambda: memcache.get("two") is not None and seen, "a line of the watcher", 15)
    reader.join()
    expect_equal(json_of(seen[0])["type"], "item_get", "the kind of the line")
    expect_equal(watching.wait(10), 0, "status after one line")
    watching.stdout.close()
    ctl(cluster, "cache", "flush", "--server", server, status=USAGE)
    expect(records(cluster, "cache", "keys", "--server", server), "items still there", "none")
    ctl(cluster, "cache", "flush", "--confirm", "--server", server)
    until(
        lambda: ctl(cluster, "cache", "gets", "two", "--server", server, status=1), "nothing there"
    )
    saw(json_of(seen[0])["key"])


def dump_and_load(cluster, server, port, saw):
    """From a cache to a file, to memcached, and back to the other cache."""
    with cluster.cache("n1") as cache:
        for number in range(1500):
            cache.set(f"moved:{number}", b"value %d\r\n" % number, flags=number)
        cache.set("moved:dying", b"x", seconds=1000)
    path = os.path.join(cluster.folder, "items.dump")
    _, errors = ctl(cluster, "cache", "dump", "--server", "n1", "--match", "moved:*", path)
    expect("1501 items" in errors, "what it says", errors)
    expect_equal(oct(os.stat(path).st_mode & 0o777), "0o600", "who may read it")
    _, errors = ctl(cluster, "cache", "load", "--server", server, path)
    expect_equal(errors.strip(), "1501 items stored", "what it says")
    with Memcache(port) as memcache:
        expect_equal(memcache.get("moved:7"), (7, b"value 7\r\n"), "an item in memcached")
        memcache.set("moved:7", b"another")
    _, errors = ctl(cluster, "cache", "load", "--server", server, path)
    expect_equal(errors.strip(), "0 items stored, 1501 were there", "what it says")
    ctl(cluster, "cache", "load", "--overwrite", "--server", server, path)
    time, _ = ctl(cluster, "cache", "meta", "mg", "moved:dying", "t", "--server", server)
    expect(900 < int(time.split("t")[1]) <= 1000, "its time to live", time)
    tool = cluster.program("ctl")
    status, _, errors = run_command(
        ["sh", "-c", f"{tool} cache dump --server {server} - | {tool} cache load --server n2 -"],
        environment={"HOLDFAST_RUN": cluster.sockets},
    )
    expect_equal(status, 0, f"status of the pipe: {errors}")
    with cluster.cache("n2") as cache:
        moved = cache.get("moved:1499")
        expect_equal(moved, (1499, b"value 1499\r\n"), "an item in the other cache")
    with open(path, "ab") as file:
        file.write(b"add broken 0 0 10\r\nshort")
    _, errors = ctl(cluster, "cache", "load", "--server", "n2", path, status=1)
    expect("item 1502: the file ends in the middle" in errors, "where it breaks", errors)
    saw(f"{os.path.getsize(path)} bytes")


def paged(cluster, peer, saw):
    """What passes on the control socket is counted."""
    total = 100_000
    with cluster.cache("n1") as cache:
        for first in range(0, total, 1000):
            numbers = range(first, first + 1000)
            lines = [b"set many:%06d 0 0 1 noreply\r\nx\r\n" % n for n in numbers]
            cache.stream.sendall(b"".join(lines))
        cache.set("other", b"x")
        sent = int(cache.statistics()["bytes_written"])
    between = os.path.join(cluster.folder, "between.sock")
    with Relay(between, os.path.join(cluster.sockets, "n1.control")) as relay:
        keys = ("cache", "keys", "--socket", relay.address)
        first = json_of(ctl(cluster, *keys, "-o", "json")[0])
        cost = relay.answered
        expect(100 <= len(first["keys"]) < 120 and cost < 60_000, "a page", cost)
        before = relay.answered
        page = json_of(ctl(cluster, *keys, "-o", "json", "--cursor", first["cursor"])[0])
        expect(relay.answered - before < 60_000, "the next", relay.answered - before)
        names = [{entry["key"] for entry in part["keys"]} for part in (first, page)]
        expect(not names[0] & names[1], "other keys", names[0] & names[1])
        before = relay.answered
        few = ("--match", "many:00000?", "--limit", "0")
        rare = json_of(ctl(cluster, *keys, "-o", "json", *few)[0])
        expect_equal([e["key"] for e in rare["keys"]], [f"many:{n:06}" for n in range(10)], "some")
        expect_equal(rare["cursor"], None, "no more")
        expect(relay.answered - before < 60_000, "only what fits", relay.answered - before)
    with cluster.cache("n1") as cache:
        written = int(cache.statistics()["bytes_written"]) - sent
    expect(written < 10_000, "nothing by memcached's protocol", written)
    found, cursor, pages = set(), None, 0
    while cursor or not pages:
        words = ("--cursor", cursor) if cursor else ()
        part = json_of(ctl(
            cluster, "cache", "keys", "--server", "n1", "--match", "many:*", "--limit", "9000",
            "-o", "json", *words)[0])
        names = {entry["key"] for entry in part["keys"]}
        expect(len(names) == len(part["keys"]) and not names & found, "each once", len(names))
        found |= names
        cursor, pages = part["cursor"], pages + 1
    expect_equal(len(found), total, "all of them")
    table, told = ctl(cluster, "cache", "keys", "--server", "n1", "--limit", "3")
    expect("there are more keys: --cursor " in table and not told, "what to do next", table)
    _, told = ctl(cluster, "cache", "keys", "--server", "n1", "--limit", "3", "-o", "jsonl")
    expect(told.startswith("ctl: there are more keys: --cursor "), "what to do next", told)
    ctl(cluster, "cache", "keys", "--cursor", "1", "--page", "2", "--server", "n1", status=USAGE)
    _, told = ctl(cluster, "cache", "keys", "--cursor", "1", "--server", peer, status=1)
    expect("a cache of this machine" in told, "where cursors are", told)
    _, told = ctl(cluster, "cache", "get", "x", "--socket", between + "s", status=UNREACHABLE)
    expect_equal(len(told.splitlines()), 1, f"lines of {told!r}, of no other cache")
    # Who may not ask the control socket asks as any client of a cache does.
    two = ("--match", "many:*", "--limit", "2", "-o", "json")
    output, _ = as_nobody(cluster, "cache", "keys", "--server", "n1", *two)
    expect_equal([e["key"] for e in json_of(output)["keys"]], ["many:000000", "many:000001"], "all")
    ctl(cluster, "cache", "flush", "--confirm", "--server", "n1")
    saw(f"{cost} bytes for a page, {pages} pages of 9000")


def hot_and_big(cluster, saw):
    """What cached alone can tell."""
    with cluster.cache("n1") as cache:
        for number in range(100):
            cache.set(f"size:{number}", b"x" * (100 * number + 1))
        for _ in range(3000):
            cache.get("size:42")
    big = records(cluster, "cache", "bigkeys", "--limit", "2", "--server", "n1")
    expect_equal([item["key"] for item in big], ["size:99", "size:98"], "the largest items")
    expect_equal(big[0]["valueBytes"], 9901, "bytes of the largest")
    hot = records(cluster, "cache", "hotkeys", "--limit", "1", "--server", "n1")
    expect_equal([item["key"] for item in hot], ["size:42"], "the hottest key")
    _, errors = ctl(cluster, "cache", "hotkeys", status=1)
    expect("several caches" in errors, "which cache is meant", errors)
    ctl(cluster, "cache", "flush", "--prefix", "size:", "--server", "n1", status=USAGE)
    flush = ("cache", "flush", "--confirm", "--server", "n1", "--prefix")
    expect_equal(ctl(cluster, *flush, "size:")[0].strip(), "100 items flushed", "what it says")
    expect_equal(ctl(cluster, *flush, "size:")[0].strip(), "0 items flushed", "what it says then")
    saw(f"{hot[0]['percent']:.0f} % for {hot[0]['key']}")
