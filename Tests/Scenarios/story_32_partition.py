"""Step 32: two caches in network namespaces, and the cable between them pulled out."""

import os
import tempfile

from harness.replicas import Cable, Replica, same, settled
from harness.waiting import expect, expect_equal, until


def tell(run, _):
    """One cable."""
    if os.geteuid():
        run.skip("32", "caches in network namespaces", "not root")
        return
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        cable = Cable()
        one, two = (
            Replica(run, folder, name, host, end.inside)
            for name, host, end in zip(("north", "south"), cable.hosts, cable.ends)
        )
        try:
            one.start(two)
            two.start(one)
            with run.step("32.1", "cut and joined: both served, only what was missed is told, "
                          "the newer state is in both") as saw:
                parted(cable, one, two, saw)
            with run.step("32.2", "cut while much is written to both: the same in both") as saw:
                busy(cable, one, two, saw)
        finally:
            one.stop()
            two.stop()
            cable.close()


def parted(cable, one, two, saw):
    """Conflicts, a deletion, a flushless difference."""
    settled(one, two)
    with one.client() as here, two.client() as there:
        for number in range(1_000):
            here.set(f"before:{number}", b"x")
        same(one, two)
        copies = [link["copies"] for cache in (one, two) for link in cache.links("to")]
        cable.cut()
        here.set("conflict", b"older")
        there.set("conflict", b"newer")
        there.set("before:1", b"changed there")
        expect(here.delete("before:2"), "deleted", "not there")
        here.set("only-here", b"x")
        there.command("incr none 1")
        until(lambda: one.links("to")[0]["state"] != "streaming", "the cut to be noticed", 20)
        cable.join()
        held = same(one, two)
        expect_equal(held["conflict"][0], b"newer", "the later write")
        expect_equal(held["before:1"][0], b"changed there", "what was changed on one side")
        expect("before:2" not in held, "deleted in both", held.get("before:2"))
        expect("only-here" in held, "what was written on one side", "missing")
        now = [link["copies"] for cache in (one, two) for link in cache.links("to")]
        expect_equal(now, copies, "full copies")
    saw(f"{len(held)} items, no full copy")


def busy(cable, one, two, saw):
    """More than the log remembers."""
    with one.client() as here, two.client() as there:
        for turn in range(4):
            if turn == 1:
                cable.cut()
            for number in range(4_000):
                key = b"busy:%d" % (number * 7 % 5_000)
                for client, value in ((here, b"n"), (there, b"s")):
                    client.stream.sendall(b"set %s 0 0 2 noreply\r\n%s%d\r\n" % (key, value, turn))
            expect(here.command("version"), "answered", "nothing")
            expect(there.command("version"), "answered", "nothing")
        cable.join()
        held = same(one, two)
    count = sum(key.startswith("busy:") for key in held)
    expect_equal(count, 4_000, "items")
    link = one.links("to")[0]
    saw(f"{count} items the same, {link['overflows']} overflows, {link['copies']} copies")
