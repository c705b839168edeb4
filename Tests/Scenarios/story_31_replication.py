"""Step 31: caches that hold the same items: -x and -X, as repcached, and what it could not do."""

import os
import re
import struct
import tempfile

from harness.processes import run as run_command
from harness.replicas import Replica, ctl, links_by_ctl, same, settled
from harness.waiting import expect, expect_equal, until
from story_20_tls import Certificates

NOT_IN_TIME = 75
SECRET = b"a secret of the house\n"


def tell(run, _):
    """Two caches, then three, then with a secret."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        one, two = (Replica(run, folder, name) for name in ("one", "two"))
        try:
            one.start(two)
            two.start(one)
            steps = [
                ("31.1", "what is done to either is there in both, by result", writes),
                ("31.2", "killed and started empty: it gets everything, the other serves on",
                 killed),
                ("31.3", "more changes than -q: a full copy, not a lost link", overflow),
                ("31.4", "large values go in pieces", large),
                ("31.5", "the links' metrics say what the links say", metrics),
                ("31.6", "ctl repl status, lag, resync, promote; the old one ends", switch_over),
            ]
            for number, what, check in steps:
                with run.step(number, what) as saw:
                    check(run, one, two, saw)
        finally:
            one.stop()
            two.stop()
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        with run.step("31.7", "three caches, of which two are named by nobody") as saw:
            three(run, folder, saw)
        with run.step("31.8", "promote, while a peer that is named is away") as saw:
            one_away(run, folder, saw)
        with run.step("31.9", "a secret: who does not know it is refused, and that is said") as saw:
            secret(run, folder, saw)
        with run.step("31.10", "TLS between peers, by the certificates of -Z") as saw:
            encrypted(run, folder, saw)


def binary(opcode, key, extras=b"", value=b"", cas=0):
    """A request of the binary protocol."""
    body = extras + key + value
    return struct.pack(
        "!BBHBBHIIQ", 0x80, opcode, len(key), len(extras), 0, 0, len(body), 0, cas) + body


def writes(_, one, two, saw):
    """Every kind of change, on both sides."""
    settled(one, two)
    with one.client() as here, two.client() as there:
        here.set("number", b"9", flags=5)
        until(lambda: there.get("number") == (5, b"9"), "the item")
        expect_equal(there.command("incr number 1"), b"10", "incr at the other")
        until(lambda: here.get("number") == (5, b"10"), "the number")
        here.command("append number 0 0 1", b"7")
        until(lambda: there.get("number") == (5, b"107"), "what was appended")
        there.command("touch number 600")
        until(lambda: 0 < expiry(here, "number") <= 600, "the expiry")
        cas = here.command("mg number c").split()[1]
        until(lambda: there.command("mg number c").split()[1] == cas, "the CAS number")
        there.command("ms meta 4 T600 F3", b"meta")
        until(lambda: here.get("meta") == (3, b"meta"), "a meta write")
        there.command("md meta I T30")
        until(lambda: is_stale(here, "meta"), "staleness")
        with two.client() as raw:
            raw.stream.sendall(binary(1, b"binary", struct.pack("!II", 9, 0), b"value"))
            raw.file.read(24)
            until(lambda: here.get("binary") == (9, b"value"), "a binary write")
            raw.stream.sendall(binary(4, b"binary"))
            raw.file.read(24)
            until(lambda: here.get("binary") is None, "a binary deletion")
        expect(here.delete("number"), "deleted", "not there")
        until(lambda: there.get("number") is None, "the deletion")
        here.set("brief", b"x", seconds=1)
        until(lambda: there.get("brief"), "the item that expires")
        until(lambda: there.get("brief") is None, "its end", 5)
        here.set("flushed", b"x")
        until(lambda: there.get("flushed"), "the item")
        there.command("flush_all")
        until(lambda: here.get("flushed") is None, "the flush")
        there.set("later", b"x")
        until(lambda: here.get("later"), "what came after the flush")
        stats = here.statistics()
        expect_equal(stats["replication"], "MASTER", "repcached's line")
        expect("repcached_qi_free" in stats, "repcached's queue", sorted(stats))
    saw(f"{len(same(one, two))} items at the end")


def is_stale(client, key):
    """Whether an item is shown as one to be made anew."""
    words = client.command(f"mg {key} v").split()
    client.line()
    return b"X" in words


def expiry(client, key):
    """Seconds that an item has left."""
    return int(client.command(f"mg {key} t").split()[1][1:])


def killed(_, one, two, saw):
    """kill -9 of one; both directions afterwards."""
    with one.client() as here:
        for number in range(5_000):
            here.stream.sendall(b"set many:%d 0 0 5 noreply\r\nvalue\r\n" % number)
        expect(here.command("version"), "answered", "nothing")
        settled(one, two)
        two.process.kill()
        for number in range(100):
            here.set(f"meanwhile:{number}", b"x")
        until(lambda: one.links("to")[0]["state"] == "waiting", "the loss to be noticed")
        two.start(one)
        held = same(one, two)
    expect(len(held) >= 5_100, "5100 items", len(held))
    with two.client() as there:
        there.set("back", b"x")
    with one.client() as here:
        until(lambda: here.get("back"), "what is written to the one that was killed")
    saw(f"{len(held)} items in both")


def overflow(_, one, two, saw):
    """A short queue, and a peer that is stopped."""
    one.stop()
    one.start(two, options=("-q", "50"))
    same(one, two)
    connects = one.links("to")[0]["connects"]
    two.process.signal(19)
    with one.client() as here:
        # Enough that it does not all lie in the sockets' buffers.
        for number in range(2_000):
            here.set(f"over:{number}", b"y" * 10_000)
    two.process.signal(18)
    held = same(one, two)
    link = one.links("to")[0]
    expect(int(link["overflows"]) > 0, "an overflow that was counted", link)
    expect_equal(link["connects"], connects, "how often the link was made")
    expect_equal(sum(key.startswith("over:") for key in held), 2_000, "items")
    saw(f"{link['overflows']} overflows, {link['copies']} copies")


def large(_, one, two, saw):
    """Values that no buffer holds."""
    values = {f"large:{size}": os.urandom(size) for size in (20_000, 1_000_000, 10_000_000)}
    with one.client() as here, two.client() as there:
        for key, value in values.items():
            here.set(key, value)
        for key, value in values.items():
            until(lambda: there.get(key), key, 20)
            expect(there.get(key)[1] == value, f"{key} as it was", "something else")
    saw("up to 10 MB")


def metrics(_, one, two, saw):
    """Each link of both, against `stats replication`."""
    same(one, two)
    seen = 0
    for cache in (one, two):
        found = {}
        for line in cache.ask("GET", "/metrics").text.splitlines():
            sample = re.fullmatch(
                r'holdfast_cached_replication_(\w+)\{direction="(\w+)",peer="(.*)"\} (.*)', line)
            if sample:
                name, direction, peer, value = sample.groups()
                found[direction, peer, name] = float(value)
        for direction in ("to", "from"):
            for link in cache.links(direction):
                def told(name, link=link, direction=direction, found=found):
                    return found.get((direction, link["peer"], name))

                expect_equal(told("up"), 1, f"{direction} {link['peer']}: up")
                expect_equal(told("copying"), 0, "copying")
                expect_equal(told("waiting_changes"), 0, "waiting changes")
                expect_equal(told("lag_seconds"), 0, "lag")
                expect_equal(told("copies_total"), float(link["copies"]), "copies")
                expect(told("changes_total") > 0, "changes", told("changes_total"))
                if direction == "to":
                    expect_equal(told("overflows_total"), float(link["overflows"]), "overflows")
                seen += 1
    expect(seen >= 4, "links both ways of both", seen)
    saw(f"{seen} links")


def switch_over(run, one, two, saw):
    """A planned end of one."""
    links = links_by_ctl(run, one)
    expect_equal({link["state"] for link in links}, {"streaming"}, "states")
    expect("streaming" in ctl(run, one, "repl", "status"), "a table", "none")
    ctl(run, one, "repl", "lag", "--max", "5")
    ctl(run, one, "repl", "resync")
    until(lambda: all(int(link["copies"]) > 0 for link in one.links("to")), "a copy")
    same(one, two)
    with one.client() as here:
        for number in range(2_000):
            here.stream.sendall(b"set last:%d 0 0 1 noreply\r\nx\r\n" % number)
        expect(here.command("version"), "answered", "nothing")
    expect("has everything of 1 peer" in ctl(run, two, "repl", "promote"), "promoted", "not")
    with one.client() as here:
        here.set("very-last", b"x")
    # In order: an interrupt ends a cache at once, whoever has not heard of what.
    one.process.signal(15)
    one.process.wait()
    held = two.contents()
    count = sum(key.startswith("last:") for key in held)
    expect_equal((count, "very-last" in held), (2_000, True), "items")
    ctl(run, two, "repl", "promote", status=1)
    ctl(run, two, "repl", "lag", "--max", "5", status=1)
    saw("nothing missing")


def one_away(run, folder, saw):
    """What a peer that is away may have is not known: the answer is no, by its name."""
    one, two, away = (Replica(run, folder, name) for name in ("here", "there", "away"))
    try:
        one.start(two, away)
        two.start(one)
        until(lambda: one.links("from"), "a link")
        told = ctl(run, one, "repl", "promote", status=NOT_IN_TIME)
        expect(away.place in told and two.place not in told, "whom to wait for", told)
    finally:
        one.stop()
        two.stop()
    saw(told.strip())


def three(run, folder, saw):
    """One is named by the two others, which do not know each other."""
    middle, left, right = (Replica(run, folder, name) for name in ("middle", "left", "right"))
    try:
        middle.start()
        left.start(middle)
        right.start(middle)
        until(lambda: len(middle.links("to")) == 2, "two that are dialed back")
        for cache in (middle, left, right):
            with cache.client() as client:
                client.set(f"of-{cache.name}", b"x")
                client.set("of-all", cache.name.encode())
        until(
            lambda: left.contents() == right.contents() == middle.contents()
            and len(left.contents()) == 4,
            "the same four items in all three", 15,
        )
        saw(f"of-all is {left.contents()['of-all'][0].decode()}'s in all")
    finally:
        for cache in (middle, left, right):
            cache.stop()


def secret(run, folder, saw):
    """The same, another, and none."""
    paths = {}
    for name, text in (("good", SECRET), ("other", b"another secret"), ("short", b"x")):
        paths[name] = os.path.join(folder, name)
        with open(paths[name], "wb") as file:
            file.write(text)
    one, two = (Replica(run, folder, name) for name in ("keeper", "stranger"))
    try:
        one.start(two, options=("--replication-secret", paths["good"]))
        for options, words in (
            ((), "a secret is needed"),
            (("--replication-secret", paths["other"]), "the secrets differ"),
        ):
            two.start(one, options=options)
            until(lambda: words in two.process.log() or words in one.process.log(), words)
            expect_equal(two.links("from"), [], "links of who is not trusted")
            two.stop()
        two.start(one, options=("--replication-secret", paths["good"]))
        settled(one, two)
    finally:
        one.stop()
        two.stop()
    bad = Replica(run, folder, "bad")
    status, _, errors = run_command(
        [bad.program, "-u", "root", "-s", bad.socket, "-x", "127.0.0.1:1",
         "--control", bad.control, "--replication-secret", paths["short"]])
    expect(status != 0 and "expected 8 to 4096 bytes, found 1" in errors, "refused", errors)
    saw("refused by name, then trusted")


def encrypted(run, folder, saw):
    """With a certificate of an authority, and without."""
    tls = Certificates(folder).options()
    one, two, plain = (Replica(run, folder, name) for name in ("sealed-1", "sealed-2", "plain"))
    try:
        one.start(two, options=tls)
        two.start(one, options=tls)
        settled(one, two)
        plain.start(one)
        until(lambda: plain.links("to")[0].get("problem"), "a refusal")
        expect_equal(plain.links("from"), [], "links of who speaks in plain")
        saw(plain.links("to")[0]["problem"])
    finally:
        for cache in (one, two, plain):
            cache.stop()
