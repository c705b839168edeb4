"""Step 19: ctl doctor: what it finds is provoked in real daemons, and gone when it is mended."""

import os
import re
import signal
import threading
from dataclasses import replace

from harness.cluster import COUNTER, json_of
from harness.http import ConnectionEnded
from harness.relay import Relay, Turnstile
from harness.replicas import Replica
from harness.settings import change_element, rewrite
from harness.single import SingleCache
from harness.sockets import connect, listen
from harness.waiting import Failed, expect, expect_equal, until
from story_12_ctl import as_nobody, ctl, records

SECONDS_AHEAD = 100
PLAIN = {"sticky": "false", "lockingMode": "none"}


def tell(run, variant):
    """Caches by themselves, then clusters that are wrong in some way."""
    with run.cluster("19", variant.with_manager(**PLAIN)) as cluster:
        steps = [
            ("19.1", "a low hit rate, with and without items that gave way", hit_rate),
            ("19.2", "limits of a cache: connections, memory, the size of an item", cache_limits),
            ("19.3", "no replica, one that is away, one that is behind", replication),
            ("19.4", "a clock that differs", clock),
            ("19.5", "limits of a balancer: connections, requests at a server", balancer_limits),
            ("19.6", "servers that fail, and none left", servers),
            ("19.7", "tables fit and every finding says what to do", shown),
            ("19.8", "a replica that gets a full copy", copying),
            ("19.9", "a daemon that is ending, a user who may not see all", ending),
        ]
        for number, what, check in steps:
            with run.step(number, what) as saw:
                check(cluster, saw)
    for number, what, check, changed in (
        ("19.10", "failoverNodes that leave no backup", failover,
         variant.with_manager(failoverNodes="n2", **PLAIN)),
        ("19.11", "sticky sessions behind a balancer without affinity", unsticky,
         variant.with_manager(sticky="true", lockingMode=None)),
        ("19.12", "a route that is missing, or unknown to the balancer", routes,
         replace(variant, sticky=True)),
        ("19.13", "one cache node, and none", no_backup, variant.with_manager(**PLAIN)),
    ):
        with run.cluster("19", changed) as cluster:
            with run.step(number, what) as saw:
                check(cluster, saw)


def found(cluster, *arguments):
    """The findings by their rules; another program may hold 11211 on this machine."""
    entries = records(cluster, "doctor", *arguments, status=(0, 1))
    return {entry["rule"]: entry for entry in entries if entry["rule"] != "port_taken"}


def rules(cluster, *arguments):
    """The rules alone."""
    return set(found(cluster, *arguments))


def settled(cluster, *wanted):
    """Waits until these are the findings: a server that has just begun has no cache yet."""
    until(lambda: rules(cluster) == set(wanted), f"the findings {wanted}", 15)
    return found(cluster)


def single(cluster, *options, name="alone"):
    """A cache by itself."""
    return SingleCache(cluster, cluster.folder, *options, name=name)


def asked_of(cache):
    """The arguments that mean this cache alone."""
    return ("--socket", cache.control)


def hit_rate(cluster, saw):
    """Reads of what is not there, then of what is; then of what gave way."""
    with single(cluster) as cache, cache.client() as client:
        only = asked_of(cache)
        client.set("there", b"x")
        missing = b"".join(b"get nothing\r\n" for _ in range(1000))
        client.stream.sendall(missing[: 999 * 13])
        for _ in range(999):
            client.line()
        expect_equal(rules(cluster, *only), set(), "findings of 999 reads, which say nothing")
        client.get("nothing")
        worst = found(cluster, *only)["low_hit_rate"]
        expect_equal((worst["weight"], worst["what"]), (
            "problem", "0 % of 1000 reads found something"), "none of a thousand")
        expect("more memory would not help" in worst["advice"], "what to do", worst)
        for _ in range(1500):
            client.get("there")
        middle = found(cluster, *only)["low_hit_rate"]
        expect_equal((middle["weight"], middle["what"][:4]), ("warning", "60 %"), "1500 of 2500")
        for _ in range(2600):
            client.get("there")
        expect_equal(rules(cluster, *only), set(), "findings of 80 %")
    with single(cluster, "-m", "2", name="small") as cache, cache.client() as client:
        for number in range(600):
            client.set(f"large:{number}", b"x" * 20_000)
        for number in range(1000):
            client.get(f"large:{number % 300}")
        full = found(cluster, *asked_of(cache))
        expect({"low_hit_rate", "evictions"} <= set(full), "both", full)
        expect("more memory (-m)" in full["low_hit_rate"]["advice"], "what to do", full)
    saw(f"{worst['what']}; {middle['what']}; {full['evictions']['what']}")


def cache_limits(cluster, saw):
    """Twenty connections, two megabytes, half a megabyte for an item."""
    seen = []
    with single(cluster, "-c", "20") as cache:
        only = asked_of(cache)
        open_now = [connect(cache.port) for _ in range(17)]
        near = until(lambda: found(cluster, *only).get("connections_near_limit"), "a word")
        expect_equal(near["weight"], "warning", "near the limit")
        open_now += [connect(cache.port) for _ in range(13)]
        # Who is refused is told so. One connection must be left for who asks.
        expect(open_now[-1].recv(200).startswith(b"ERROR"), "a refusal", "none")
        for stream in open_now[:20]:
            stream.close()
        over = until(lambda: found(cluster, *only).get("connections_refused"), "the refusals")
        expect_equal(over["weight"], "problem", "beyond the limit")
        seen += [near["what"], over["what"]]
        for stream in open_now[20:]:
            stream.close()
    with single(cluster, "-m", "2", "-M", "-I", "512k", name="tight") as cache:
        with cache.client() as client:
            answer = client.command("set huge 0 0 600000", b"x" * 600_000)
            expect(answer.startswith(b"SERVER_ERROR"), "too large", answer)
            answers = {
                client.command(f"set item:{n} 0 0 20000", b"x" * 20_000) for n in range(300)}
            expect(any(b"out of memory" in a for a in answers), "no room", answers)
        tight = found(cluster, *asked_of(cache))
        expect({"store_no_memory", "store_too_large"} <= set(tight), "both", tight)
        expect("-I" in tight["store_too_large"]["advice"], "what to do", tight)
        seen += [tight["store_no_memory"]["what"], tight["store_too_large"]["what"]]
    saw("; ".join(seen))


def replication(cluster, saw):
    """A cache whose peer is not named, not there, there, and stopped."""
    one, two = (Replica(cluster, cluster.folder, name) for name in ("first", "second"))
    only = ("--socket", one.control)
    try:
        one.start()
        alone = found(cluster, *only)
        expect_equal(set(alone), {"no_replica"}, "without a peer")
        one.stop()
        one.start(two, options=("-q", "100"))
        away = until(lambda: found(cluster, *only).get("replica_away"), "a peer that is away")
        expect_equal(away["weight"], "problem", "away")
        expect("(waiting: Connection refused)" in away["what"], "why it is away", away)
        two.start(one)
        until(lambda: not rules(cluster, *only), "nothing to say", 20)
        two.process.signal(signal.SIGSTOP)
        with one.client() as client:
            client.set("late", b"x")
            behind = until(
                lambda: found(cluster, *only).get("replica_behind"), "a peer that is behind", 20)
            for number in range(90):
                client.set(f"late:{number}", b"x")
            near = until(
                lambda: found(cluster, *only).get("replica_queue_near_limit"), "a long queue", 20)
        two.process.signal(signal.SIGCONT)
        until(lambda: not rules(cluster, *only), "nothing to say again", 20)
    finally:
        two.process and two.process.signal(signal.SIGCONT)
        one.stop()
        two.stop()
    saw("; ".join(entry["what"] for entry in (alone["no_replica"], away, behind, near)))


def copying(cluster, saw):
    """The way to the peer takes the greeting, and then no more than its buffers hold."""
    one, two = (Replica(cluster, cluster.folder, name) for name in ("whole", "empty"))
    gate = Turnstile()
    two.start()
    with Relay(0, two.port, ask=gate) as relay:
        two.port = relay.address
        try:
            one.start(two)
            with one.client() as client:
                for number in range(40):
                    client.set(f"large:{number}", bytes(1_000_000))
            gate.turn()
            copy = until(
                lambda: found(cluster, "--socket", one.control).get("replica_copying"), "a copy")
            expect_equal(copy["weight"], "note", "its weight")
        finally:
            gate.open()
            one.stop()
            two.stop()
    saw(copy["what"])


def ending(cluster, saw):
    """A browser waits for its answer while the balancer is told to end."""
    output, _ = as_nobody(cluster, "doctor", "-o", "jsonl", status=(0, 1))
    seen = {entry["rule"]: entry for entry in map(json_of, output.splitlines())}
    expect("restricted" in seen, "that not all was seen", seen)
    path = cluster.balancer_configuration
    before = open(path, encoding="utf-8").read()
    with listen(0) as silent:
        places = [f"127.0.0.1:{cluster.address(node)}" for node in ("node4", "node5")]
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        rewrite(path, lambda _: before.replace(places[0], place).replace(
            f"server {places[1]}", f"# {places[1]}"))
        ctl(cluster, "reload", "--wait", "balancer")
        waiting = threading.Thread(target=ask_in_vain, args=(cluster,))
        waiting.start()
        taken, _ = silent.accept()
        cluster.balancer.signal(signal.SIGTERM)
        drained = until(lambda: found(cluster).get("draining"), "a daemon that is ending", 15)
        expect_equal(drained["name"], "balancer", "which one")
        cluster.balancer.kill()
        waiting.join()
        taken.close()
    rewrite(path, lambda _: before)
    cluster.balancer.start()
    until(lambda: not rules(cluster), "nothing to say", 15)
    saw(f"{seen['restricted']['what']}; {drained['name']} {drained['what']}")


def shifted(piece):
    """The cache's answer with another time."""
    def later(found_time):
        return b"STAT time %d\r\n" % (int(found_time.group(1)) + SECONDS_AHEAD)

    return re.sub(rb"STAT time (\d+)\r\n", later, piece)


def clock(cluster, saw):
    """The way to a cache leads over a machine whose clock, it seems, is ahead."""
    before = open(cluster.server_xml("node4"), encoding="utf-8").read()
    with Relay(0, cluster.address("n2"), shifted) as relay:
        places = f"n1:127.0.0.1:{cluster.address('n1')},n2:127.0.0.1:{relay.address}"
        change_element(cluster.server_xml("node4"), "Manager", {"memcachedNodes": places})
        ctl(cluster, "reload", "--wait", "node4")
        skew = until(lambda: found(cluster).get("clock_skew"), "a clock that differs", 15)
        said = re.fullmatch(r"its clock is (\d+) s ahead of this machine's", skew["what"])
        expect(said and abs(int(said.group(1)) - SECONDS_AHEAD) <= 2, "how far", skew)
        expect_equal(skew["name"], f"n2 (127.0.0.1:{relay.address})", "whose clock")
        rewrite(cluster.server_xml("node4"), lambda _: before)
        ctl(cluster, "reload", "node4")
    until(lambda: not rules(cluster), "nothing to say", 15)
    saw(f"{skew['name']}: {skew['what']}")


def balancer_limits(cluster, saw):
    """Few connections, and one request at a server."""
    path = cluster.balancer_configuration
    before = open(path, encoding="utf-8").read()
    seen = []

    def take(change):
        rewrite(path, lambda _: change(before))
        cluster.balancer.stop()
        cluster.balancer.start()

    try:
        take(lambda text: text.replace("worker_connections  1024", "worker_connections  16"))
        status = json_of(cluster.control("balancer", "/v1/status").text)
        limit = status["balancer"]["connectionLimit"]
        expect(limit <= 64, "a small limit", limit)
        streams = [connect(cluster.front) for _ in range(limit * 9 // 10)]
        near = until(lambda: found(cluster).get("connections_near_limit"), "a word", 15)
        streams += [connect(cluster.front) for _ in range(limit)]
        over = until(lambda: found(cluster).get("connections_refused"), "the refusals", 15)
        expect_equal((near["name"], over["name"]), ("balancer", "balancer"), "whose limit")
        expect("worker_connections" in over["advice"], "what to do", over)
        for stream in streams:
            stream.close()
        seen += [near["what"], over["what"]]
        full = busy(cluster, take)
        seen.append(full["what"])
    finally:
        take(lambda text: text)
    until(lambda: not rules(cluster), "nothing to say", 15)
    saw("; ".join(seen))


def busy(cluster, take):
    """The finding while a request is at a server that may have one, and does not answer."""
    with listen(0) as silent:
        port = silent.getsockname()[1]
        first = cluster.address("node4")
        take(lambda text: text.replace(
            f"127.0.0.1:{first}  fail_timeout=1s", f"127.0.0.1:{port} max_conns=1"))
        threads = [
            threading.Thread(target=ask_in_vain, args=(cluster,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            return until(lambda: found(cluster).get("server_full"), "a full server", 15)
        finally:
            # Its end is the end of what waits.
            cluster.balancer.kill()
            for thread in threads:
                thread.join()


def ask_in_vain(cluster):
    """A browser that gets no answer."""
    try:
        cluster.browser(seconds=20).get(COUNTER)
    except (OSError, Failed, ConnectionEnded):
        pass  # the balancer was ended meanwhile


def servers(cluster, saw):
    """One is killed, then the other."""
    cluster.nodes["node5"].kill()

    def asked(rule):
        with cluster.browser() as browser:
            browser.get(COUNTER)
        return found(cluster).get(rule)

    failed = until(lambda: asked("server_failed"), "a server that fails", 15)
    last = until(lambda: asked("last_server"), "the last one", 15)
    cluster.nodes["node4"].kill()
    none = until(lambda: asked("no_server"), "no server", 15)
    expect_equal((failed["weight"], last["weight"], none["weight"]),
                 ("problem", "warning", "problem"), "weights")
    for node in cluster.nodes.values():
        node.start()
    until(lambda: asked("no_such_rule") or not rules(cluster), "nothing to say", 20)
    saw(f"{failed['what']}; {last['what']}; {none['what']}")


def shown(cluster, saw):
    """What people read, of something that is wrong."""
    cluster.caches["n2"].kill()
    cluster.browser().get(COUNTER)
    table, errors = ctl(cluster, "doctor", status=1)
    expect(not errors and max(map(len, table.splitlines())) <= 80, "80 columns", table)
    heads = re.findall(r"(?m)^(problem|warning|note) ", table)
    expect(heads and len(heads) == len(re.findall(r"(?m)^do: ", table)), "what to do", table)
    expect("\x1b" not in table, "no colours", repr(table))
    order = ["problem", "warning", "note"]
    expect_equal(heads, sorted(heads, key=order.index), "the worst first")
    worst, _ = ctl(cluster, "doctor", "--at-least", "problem", status=1)
    expect("\nnote " not in "\n" + worst and "\nwarning " not in "\n" + worst, "problems", worst)
    cluster.caches["n2"].start()
    cluster.wait_for_copies()
    saw(f"{len(heads)} findings")


def failover(cluster, saw):
    """One node for new sessions, one for when it dies."""
    one = settled(cluster, "failover_leaves_no_backup")["failover_leaves_no_backup"]
    expect_equal(one["weight"], "note", "its weight: it is as it was asked for")
    graver = records(cluster, "doctor", "--at-least", "warning", status=(0, 1))
    expect_equal([e for e in graver if e["rule"] != "port_taken"], [], "what is graver")
    saw(one["what"])


def unsticky(cluster, saw):
    """The balancer sends requests to any server."""
    one = settled(cluster, "sticky_without_affinity")["sticky_without_affinity"]
    expect("balancer sends requests of application to any server" in one["what"], "what", one)
    saw(one["what"])


def routes(cluster, saw):
    """With affinity all is well; then node4 has another name, then none."""
    settled(cluster)
    seen = []
    for route, rule in (("node9", "unknown_route"), (None, "no_route")):
        change_element(cluster.server_xml("node4"), "Engine", {"jvmRoute": route})
        cluster.nodes["node4"].stop()
        cluster.nodes["node4"].start()
        one = until(lambda rule=rule: found(cluster).get(rule), rule, 15)
        expect_equal(one["name"], "node4", "whose route")
        seen.append(one["what"])
    saw("; ".join(seen))


def no_backup(cluster, saw):
    """The second node is taken away, then the first."""
    settled(cluster)
    seen = []
    one_node = f"n1:127.0.0.1:{cluster.address('n1')}"
    for places, rule in ((one_node, "no_backup"), (None, "no_cache")):
        manager = {"memcachedNodes": places}
        if places is None:
            manager.update(className="org.apache.catalina.session.StandardManager", **{
                name: None for name in ("sticky", "lockingMode", "requestUriIgnorePattern")})
        change_element(cluster.server_xml("node4"), "Manager", manager)
        cluster.nodes["node4"].stop()
        cluster.nodes["node4"].start()
        one = until(lambda rule=rule: found(cluster).get(rule), rule, 15)
        expect_equal(one["name"], "node4", "whose sessions")
        seen.append(one["what"])
    saw("; ".join(seen))
