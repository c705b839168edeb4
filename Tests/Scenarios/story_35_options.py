"""Step 35: what each option does, seen from outside: the same with cached as with memcached."""

import os
import signal
import stat
import tempfile
from dataclasses import dataclass
from typing import Callable

from harness.options_seen import (
    answered,
    classes,
    core_limit,
    crawled,
    backlog,
    group_counts,
    limit_of_clients,
    locked,
    loses_idle_clients,
    owner,
    refused_by_memory,
    settings,
    shuts_down,
    statistic,
)
from harness.processes import Process
from harness.processes import run as run_command
from harness.single import MEMCACHED, SingleCache, has_memcached
from harness.sockets import answers, free_port
from harness.waiting import expect, expect_equal, until

EX_OSERR = 71


@dataclass
class Case:
    """Options, and what is looked at."""

    options: str
    seen: Callable

    @property
    def words(self):
        """As on a command line."""
        return self.options.split()


CASES = [
    Case("", answered("flush_all", "gets k", "watch x", "stats cachedump 1 9")),
    Case("-A", answered("shutdown now")),
    Case("-A", shuts_down),
    Case("-F", answered("flush_all", "flush_all 5 noreply", "get k")),
    Case("-X", answered("stats cachedump 1 9", "lru_crawler metadump all")),
    Case("-W", answered("watch", "watch fetchers")),
    Case("-C", answered("set k 0 0 1\r\nx", "gets k", "cas k 0 0 1 1\r\ny", "mg k c v")),
    Case("-B ascii", answered("get k", "\x80\x01\x02")),
    Case("-n 200", classes),
    Case("-f 1.08", classes),
    Case("-f 2 -n 1024", classes),
    Case("-I 8m -m 128", classes),
    Case("-m 3 -M", refused_by_memory),
    Case("-c 30 -t 1", limit_of_clients),
    Case("-c 30 -t 1 -o maxconns_fast", limit_of_clients),
    Case("-b 17", backlog),
    Case("-r", core_limit),
    Case("-k -m 8", locked),
    Case("-L", answered("set k 0 0 1\r\nx", "get k")),
    Case("-u nobody", owner),
    Case("-D / -t 1", group_counts("/")),
    Case("-D : -t 1", group_counts(":")),
    Case("-o idle_timeout=1", loses_idle_clients),
    Case("-o hashpower=19", statistic("hash_power_level")),
    Case("-m 100", statistic("limit_maxbytes")),
    Case("-c 77", statistic("max_connections")),
    Case("-o lru_crawler_tocrawl=100,no_lru_maintainer,lru_crawler", crawled),
    Case("-o no_lru_maintainer,lru_crawler", crawled),
    Case("-o track_sizes", answered("set k 0 0 1\r\nx", "stats sizes")),
]

# What each changes in `stats settings`.
SHOWN = """
-m 100|-c 77|-f 1.5|-n 64|-R 3|-b 7|-F|-X|-W|-C|-M|-k|-r|-D +|-I 2m|-B ascii|-v|-t 1
-o no_maxconns_fast|-o hashpower=18|-o tail_repair_time=20|-o hash_algorithm=jenkins
-o hash_algorithm=xxh3|-o no_lru_crawler|-o lru_crawler_sleep=700|-o lru_crawler_tocrawl=9
-o read_buf_mem_limit=9|-o no_lru_maintainer|-o hot_lru_pct=11|-o warm_lru_pct=12
-o hot_max_factor=0.3|-o warm_max_factor=1.5|-o temporary_ttl=33|-o idle_timeout=44
-o slab_reassign|-o slab_automove=0|-o slab_automove=2
-o slab_automove_ratio=0.7|-o slab_automove_window=15|-o watcher_logbuf_size=128
-o worker_logbuf_size=96|-o track_sizes|-o no_hashexpand|-o modern|-o no_modern|-o inline_ascii_resp
""".replace("\n", "|").strip("|").split("|")


def tell(run, _):
    """Both side by side, option by option."""
    if not has_memcached():
        run.skip("35", "options", "memcached is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        os.chmod(folder, 0o755)
        with run.step("35.1", "what an option does, as in memcached") as saw:
            for case in CASES:
                compare(run, folder, case)
            saw(f"{len(CASES)} cases")
        with run.step("35.2", "what an option changes in stats settings, as in memcached") as saw:
            shown(run, folder, saw)
        with run.step("35.3", "-s with -a: a socket for whom the mask lets in") as saw:
            saw(", ".join(sockets(run, folder)))
        with run.step("35.4", "-d and -P: in the background, the file has its number") as saw:
            background(run, folder, saw)
        with run.step("35.5", "-c beyond what may be open: it does not start") as saw:
            too_many(run, folder, saw)


def compare(run, folder, case):
    """The same cache twice, by ours and by theirs."""
    seen = {}
    for side in ("memcached", "cached"):
        with SingleCache(run, folder, *case.words, program=side, name=side) as cache:
            # Who answers has done all that comes before serving.
            answered("version")(cache)
            seen[side] = case.seen(cache)
            # memcached takes a second to end in order.
            cache.process.kill()
    expect_equal(seen["cached"], seen["memcached"], f"with {case.options or 'no option'}")


def shown(run, folder, saw):
    """Against what is shown without options; names that only one of the two has do not count."""
    usual = {side: settings_of(run, folder, side, []) for side in ("memcached", "cached")}
    common = set(usual["memcached"]) & set(usual["cached"])
    count = 0
    for options in SHOWN:
        changed = {}
        for side, before in usual.items():
            after = settings_of(run, folder, side, options.split())
            changed[side] = {
                name: after[name] for name in sorted(common) if after[name] != before[name]
            }
        count += len(changed["memcached"])
        expect_equal(changed["cached"], changed["memcached"], f"with {options}")
    saw(f"{len(SHOWN)} options, {count} settings")


def settings_of(run, folder, side, words):
    """`stats settings` of a cache with these options."""
    with SingleCache(run, folder, *words, program=side, name=side) as cache:
        found = settings(cache)
        cache.process.kill()
        return found


def sockets(run, folder):
    """The mode of a UNIX socket by the mask."""
    for mask in ("0700", "0770", "666"):
        modes = {}
        for side in ("memcached", "cached"):
            path = os.path.join(folder, f"{side}-{mask}.sock")
            program = MEMCACHED if side == "memcached" else f"{run.binaries}/cached"
            cache = Process(side, [program, "-u", "root", "-s", path, "-a", mask], folder, [path])
            try:
                cache.start()
                modes[side] = oct(stat.S_IMODE(os.stat(path).st_mode))
            finally:
                cache.stop()
        expect_equal(modes["cached"], modes["memcached"], f"the socket's mode by -a {mask}")
        yield f"-a {mask}: {modes['cached']}"


def too_many(run, folder, saw):
    """Who may not raise the limit of open files: status 71 in both, and ours names the option."""
    may_not = ["setpriv", "--bounding-set=-sys_resource", "--", "prlimit", "--nofile=200:200"]
    wanted = ["-u", "root", "-l", "127.0.0.1", "-p", free_port(), "-c", "5000"]
    told = {}
    for program in (MEMCACHED, os.path.join(run.binaries, "cached")):
        own = ["--control", os.path.join(folder, "none")] if program != MEMCACHED else []
        ended, _, told[program] = run_command([*may_not, program, *wanted, *own])
        expect_equal(ended, EX_OSERR, f"the status of {program}")
    expect("-c 5000" in told[program], "the option in the error", told[program])
    saw(told[program].strip())


def number_in(file):
    """The number that a file holds; None while it is not written."""
    try:
        with open(file, encoding="ascii") as pid_file:
            return int(pid_file.read() or 0) or None
    except FileNotFoundError:
        return None


def background(run, folder, saw):
    """The process that was started ends at once, another one serves."""
    for side in ("memcached", "cached"):
        file = os.path.join(folder, f"{side}.pid")
        cache = SingleCache(run, folder, "-d", "-P", file, program=side, name=f"{side}-d")
        cache.start(wait=False)
        expect_equal(cache.process.wait(), 0, f"the status of {side} -d")
        until(lambda where=cache.port: answers(where), f"{side} to serve")
        # memcached writes it when it serves already.
        number = until(lambda where=file: number_in(where), f"a number in {file}")
        with cache.client() as client:
            expect_equal(client.statistics()["pid"], str(number), f"the number in {file}")
        os.kill(number, signal.SIGTERM)
        until(lambda pid=number: not os.path.exists(f"/proc/{pid}"), f"{side} to end", 15)
        expect_equal(os.path.exists(file), False, f"whether {file} is left")
        saw(f"{side} was {number}")
