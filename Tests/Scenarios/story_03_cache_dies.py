"""Step 3: a cache node dies, comes back, and the other dies: the session lives on."""

import signal

from harness.cluster import COUNTER, PEEK, read_page, session_id
from harness.load import Load
from harness.waiting import expect, expect_equal, until

WORKERS = 4
ANSWERS = 120
LOGOUT = "/testapp/logout.jsp"
VALUES = "/testapp/values.jsp"
SEED_MODE = "the seed's mode"


def modes(variant):
    """The seed's mode, and the example's."""
    if not variant.adjustable:
        return [("a", SEED_MODE, variant)]
    return [
        ("a", "sticky at its default", variant.with_manager(sticky=None, lockingMode=None)),
        (
            "b",
            'sticky="false", lockingMode="all"',
            variant.with_manager(sticky="false", lockingMode="all"),
        ),
    ]


def tell(run, variant):
    """Under load first, then case by case."""
    for letter, name, changed in modes(variant):
        with run.cluster("03", changed) as cluster:
            under_load(run, cluster, variant, letter, name)
        with run.cluster("03", changed) as cluster:
            one_by_one(run, cluster, variant, letter)
    copies_in_every_mode(run, variant)
    asynchronous(run, variant)


# Under load


def under_load(run, cluster, variant, letter, name):
    """Kill, repair, kill the other."""
    load = counting_load(cluster)
    with run.step(
        f"03.1{letter}", f"kill -9 the cached that holds the session, under load, {name}", variant
    ) as saw:
        with load:
            until(load.passed(ANSWERS), f"{ANSWERS} answers before the kill ({load.summary})")
            dead = session_id(load.browsers[0].session).node
            alive = cluster.other_cache(dead)
            before = [browser.session for browser in load.browsers]
            cluster.caches[dead].kill()
            until(load.passed(ANSWERS), f"{ANSWERS} answers after the kill ({load.summary})")
        expect_equal(
            (load.failure_count, load.summary if load.failure_count else ""),
            (0, ""),
            "answers not as expected",
        )
        for old, browser in zip(before, load.browsers):
            expect_equal(session_id(browser.session).base, session_id(old).base, "base of the id")
            expect_equal(session_id(browser.session).node, alive, "suffix of the id")
        saw(f"{load.summary}; {before[0]} became {load.browsers[0].session}")
    with run.step(
        f"03.2{letter}", "answers kept from one copy only are counted while one node lives", variant
    ) as saw:
        saw(f"{int(cluster.counters('one_copy|single_copy'))} counted")
        expect(cluster.counters("one_copy|single_copy") > 0, "a counter above 0", 0)
        expect(cluster.copies_missing() > 0, "`copies missing: N` above 0 in ctl status", 0)
    with run.step(
        f"03.3{letter}",
        "the node back, empty: sessiond repairs the copies without requests",
        variant,
    ) as saw:
        cluster.caches[dead].start()
        cluster.wait_for_copies()
        for browser in load.browsers:
            has_both_copies(cluster, browser.session)
        saw(f"copies missing: 0; both copies of {len(load.browsers)} sessions seen in the caches")
    with run.step(
        f"03.4{letter}", "then the other is killed, under load: the sessions still live", variant
    ) as saw:
        again = counting_load(cluster, load)
        with again:
            until(again.passed(ANSWERS), f"{ANSWERS} answers before the kill")
            cluster.caches[alive].kill()
            until(again.passed(ANSWERS), f"{ANSWERS} answers after the kill ({again.summary})")
        expect_equal(
            (again.failure_count, again.summary if again.failure_count else ""), (0, ""), "failures"
        )
        for browser in again.browsers:
            expect_equal(session_id(browser.session).node, dead, "suffix of the id")
        saw(again.summary)


def counting_load(cluster, earlier=None):
    """Threads that count, each in its own session: one more at every answer, the same base."""
    browsers = earlier.browsers if earlier else [cluster.browser() for _ in range(WORKERS)]
    last = earlier.last if earlier else {}

    def prepare(number):
        if number not in last:
            page = read_page(browsers[number].get(COUNTER))
            last[number] = (page.count, session_id(page.session).base)
        return number

    def work(number):
        page = read_page(browsers[number].get(COUNTER))
        count, base = last[number]
        expected = (count + 1, base)
        last[number] = (page.count, session_id(page.session).base)
        expect_equal(
            (page.count, session_id(page.session).base), expected, f"counter and id ({page.node})"
        )

    load = Load(WORKERS, prepare, work)
    load.browsers, load.last = browsers, last
    return load


def has_both_copies(cluster, session):
    """ID on the node it names and bak:ID on the other."""
    node = session_id(session).node
    with cluster.cache(node) as cache, cluster.cache(cluster.other_cache(node)) as other:
        expect(cache.get(session) is not None, f"{session} in {node}", "no such item")
        expect(
            other.get(f"bak:{session}") is not None,
            f"bak:{session} in {cluster.other_cache(node)}",
            "no such item",
        )


# Case by case


def one_by_one(run, cluster, variant, letter):
    """Misses, old contents, ended sessions, attributes of every kind."""
    with run.step(
        f"03.5{letter}",
        "a miss on a live node is not 'no session': the other copy is asked",
        variant,
    ) as saw:
        with counted_to(cluster, 3) as browser:
            node = session_id(browser.session).node
            with cluster.cache(node) as cache:
                expect(cache.delete(browser.session), "the item to be there", "nothing to delete")
            for expected in (4, 5):
                expect_equal(
                    read_page(browser.get(COUNTER)).count,
                    expected,
                    "counter after the item was lost",
                )
            saw("4, 5")
    with run.step(
        f"03.6{letter}", "a node back with old contents: the higher version wins", variant
    ) as saw:
        old_contents(cluster, saw)
    with run.step(f"03.7{letter}", "an invalidated session does not rise again", variant) as saw:
        ended_for_good(cluster, saw)
    with run.step(f"03.8{letter}", "attributes of every kind survive both deaths", variant) as saw:
        values_survive(cluster, saw)


def counted_to(cluster, count):
    """A browser whose session has counted to `count`."""
    browser = cluster.browser()
    for _ in range(count):
        read_page(browser.get(COUNTER))
    return browser


def back_with(cluster, node, contents):
    """Starts a dead cache node with old contents, while both servers stand still."""
    for server in cluster.nodes.values():
        server.signal(signal.SIGSTOP)
    try:
        cluster.caches[node].start()
        with cluster.cache(node) as cache:
            for key, (flags, value) in contents.items():
                cache.set(key, value, flags, 3600)
    finally:
        for server in cluster.nodes.values():
            server.signal(signal.SIGCONT)


def contents_of(cluster, node, session):
    """What a cache node holds of a session."""
    with cluster.cache(node) as cache:
        keys = (session, f"bak:{session}", f"validity:{session}", f"bak:validity:{session}")
        return {key: item for key in keys if (item := cache.get(key)) is not None}


def old_contents(cluster, saw):
    """Once the node in the id comes back old, once the node of the second copy."""
    with counted_to(cluster, 3) as browser:
        node = session_id(browser.session).node
        old = contents_of(cluster, node, browser.session)
        expect(browser.session in old, f"{browser.session} in {node}", sorted(old))
        for _ in range(4):
            read_page(browser.get(COUNTER))
        cluster.caches[node].kill()
        back_with(cluster, node, old)
        expect_equal(
            read_page(browser.get(COUNTER)).count,
            8,
            "counter after the first copy's node came back old",
        )
        expect_equal(
            read_page(browser.get(COUNTER)).count, 9, "counter on the other application server"
        )
    with counted_to(cluster, 3) as browser:
        node = session_id(browser.session).node
        other = cluster.other_cache(node)
        old = contents_of(cluster, other, browser.session)
        expect(f"bak:{browser.session}" in old, f"bak:{browser.session} in {other}", sorted(old))
        cluster.caches[other].kill()
        for _ in range(4):
            read_page(browser.get(COUNTER))
        back_with(cluster, other, old)
        cluster.wait_for_copies()
        cluster.caches[node].kill()
        expect_equal(
            read_page(browser.get(COUNTER)).count,
            8,
            "counter from the second copy, after it came back old",
        )
        cluster.caches[node].start()
        cluster.wait_for_copies()
        saw("8 and 9, not 4; 8, not 4")


def ended_for_good(cluster, saw):
    """Ended with both alive, with the second copy's node dead, with the first copy's node dead."""
    for dead_copy in (None, "second", "first"):
        with counted_to(cluster, 3) as browser:
            session = browser.session
            node = session_id(session).node
            dead = {None: None, "first": node, "second": cluster.other_cache(node)}[dead_copy]
            if dead:
                old = contents_of(cluster, dead, session)
                cluster.caches[dead].kill()
            expect_equal(
                browser.get(LOGOUT).status, 200, "status of the page that ends the session"
            )
            if dead:
                back_with(cluster, dead, old)
        for _ in range(4):
            with cluster.browser(session) as stale:
                page = read_page(stale.get(PEEK))
                expect(
                    page.count == 0 and session_id(page.session).base != session_id(session).base,
                    f"another session than {session} (dead copy: {dead_copy})",
                    f"{page.session} count={page.count}",
                )
        if dead:
            cluster.wait_for_copies()
            for which in ("n1", "n2"):
                until(
                    lambda which=which: not living_copy(cluster, which, session),
                    f"no copy of {session} in {which}",
                )
    saw("the old id was given a new session each time")


def living_copy(cluster, node, session):
    """Whether a cache node still holds a session's counter; a mark of its end may be there."""
    return any(b"count" in value for _, value in contents_of(cluster, node, session).values())


def values_survive(cluster, saw):
    """String, integer, fraction, boolean, date, list and map."""
    with cluster.browser() as browser:
        expect_equal(browser.get(VALUES + "?set=1").status, 200, "status")
        before = browser.get(VALUES).text.splitlines()[1:]
        node = session_id(browser.session).node
        cluster.caches[node].kill()
        for _ in range(2):
            expect_equal(
                browser.get(VALUES).text.splitlines()[1:], before, "values after the node's death"
            )
        cluster.caches[node].start()
        cluster.wait_for_copies()
        cluster.caches[cluster.other_cache(node)].kill()
        for _ in range(2):
            expect_equal(
                browser.get(VALUES).text.splitlines()[1:], before, "values after the other's death"
            )
        cluster.caches[cluster.other_cache(node)].start()
        cluster.wait_for_copies()
        for line in (
            "string=Grüße",
            "integer=43",
            "fraction=5.0",
            "flag=false",
            "date=1000",
            "list=[one, 2]",
            "map=2",
        ):
            expect(line in before, line, before)
        saw(", ".join(before))


# The modes


def copies_in_every_mode(run, variant):
    """The copy is written in every mode, on the failover node too."""
    if not variant.adjustable:
        return
    what = "bak:ID is written in every mode, failover nodes included"
    for sticky in (None, "false"):
        for locking in (None, "all", "auto"):
            for failover in (None, "n1"):
                mode = {"sticky": sticky, "lockingMode": locking, "failoverNodes": failover}
                changed = variant.with_manager(**mode)
                with run.cluster("03", changed) as cluster:
                    shown = (
                        ", ".join(f'{key}="{value}"' for key, value in mode.items() if value)
                        or "defaults"
                    )
                    with run.step("03.9", f"{what}: {shown}", variant) as saw:
                        with counted_to(cluster, 2) as browser:
                            has_both_copies(cluster, browser.session)
                            saw(f"{browser.session} and bak:{browser.session}")


def asynchronous(run, variant):
    """`sessionBackupAsync="true"`: the answer does not wait, the copies come."""
    if not variant.adjustable:
        return
    with run.cluster("03", variant.with_manager(sessionBackupAsync="true")) as cluster:
        with run.step(
            "03.10", 'sessionBackupAsync="true": the counter stays exact, both copies come', variant
        ) as saw:
            with counted_to(cluster, 20) as browser:
                expect_equal(read_page(browser.get(PEEK)).count, 20, "counter")

                def both():
                    node = session_id(browser.session).node
                    with cluster.cache(node) as cache, cluster.cache(
                        cluster.other_cache(node)
                    ) as other:
                        first, second = cache.get(browser.session), other.get(
                            f"bak:{browser.session}"
                        )
                    return first and second and first[0] == second[0]

                until(both, "both copies with the same version bits")
                saw("20; both copies of the same version")
