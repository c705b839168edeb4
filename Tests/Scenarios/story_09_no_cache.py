"""Step 9: all caches dead: with affinity pages go on; without, no browser is told a lie."""

from dataclasses import replace

from harness.cluster import COUNTER, PEEK, read_page, session_id
from harness.waiting import expect, expect_equal, until

LOCAL_COUNTER = r"local"
REQUEST_ONLY_COUNTER = r"request_only|unverified|for_one_request"
DIVERGED_COUNTER = r"diverged"


def tell(run, variant):
    """Both ways through the balancer."""
    with run.cluster("09", replace(variant, sticky=True)) as cluster:
        with_affinity(run, cluster, variant)
    with run.cluster("09", variant.with_manager(sticky="false", lockingMode="all")) as cluster:
        without_affinity(run, cluster, variant)
    with run.cluster("09", variant.with_manager(sticky=None, lockingMode=None)) as cluster:
        diverged(run, cluster, variant)


def all_dead(cluster):
    """Kills both."""
    for cache in cluster.caches.values():
        cache.kill()


def all_back(cluster):
    """Starts both, empty."""
    for cache in cluster.caches.values():
        cache.start()


def with_affinity(run, cluster, variant):
    """Sessions become local, then are stored again."""
    browsers = [cluster.browser() for _ in range(4)]
    with run.step(
        "09.1", "all caches dead, with affinity: pages go on, sessions are local", variant
    ) as saw:
        for browser in browsers:
            for _ in range(3):
                read_page(browser.get(COUNTER))
        all_dead(cluster)
        for browser in browsers:
            base = session_id(browser.session).base
            counts = [read_page(browser.get(COUNTER)).count for _ in range(3)]
            expect_equal(counts, [4, 5, 6], "the counter without caches")
            expect_equal(session_id(browser.session).base, base, "base of the id")
        with cluster.browser() as new:
            counts = [read_page(new.get(COUNTER)).count for _ in range(3)]
            expect_equal(counts, [1, 2, 3], "a new session's counter")
            saw(f"4, 5, 6; a new session: {new.session}")
    with run.step("09.2", "ctl status says so", variant) as saw:
        status = until(
            lambda: (text := cluster.status()) and "local" in text and text,
            "`local` in ctl status",
        )
        saw(next(line.strip() for line in status.splitlines() if "local" in line))
    with run.step(
        "09.3", "a cache back: the sessions are stored again, with both copies", variant
    ) as saw:
        all_back(cluster)
        cluster.wait_for_copies()
        for browser in browsers:
            expect_equal(read_page(browser.get(COUNTER)).count, 7, "the counter with caches again")
        cluster.nodes["node4"].kill()
        for browser in browsers:
            page = read_page(browser.get(COUNTER))
            expect_equal(
                (page.node, page.count), ("node5", 8), "node and counter after node4's death"
            )
        saw("7 on their nodes, 8 on node5 after node4's death")


def without_affinity(run, cluster, variant):
    """A node that cannot look the id up neither replaces it nor keeps what it made."""
    with run.step(
        "09.4", "without affinity: a session for that request only, no cookie, counted", variant
    ) as saw:
        with cluster.browser() as browser:
            for _ in range(4):
                read_page(browser.get(COUNTER))
            session = browser.session
            all_dead(cluster)
            for _ in range(6):
                response = browser.get(PEEK)
                expect_equal(response.status, 200, "status")
                expect_equal(response.header_values("Set-Cookie"), [], "cookies")
            expect_equal(browser.session, session, "the id the browser holds")
            counted = cluster.counters(REQUEST_ONLY_COUNTER)
            expect(counted > 0, "a counter above 0", counted)
            saw(f"6 pages, no cookie, {int(counted)} counted")


def diverged(run, cluster, variant):
    """Each node went on with its own copy; one of them must lose, and that is said."""
    with run.step(
        "09.5",
        "a cache back: the higher version is stored, diverged copies are counted and logged",
        variant,
    ) as saw:
        with cluster.browser() as browser:
            for _ in range(4):
                read_page(browser.get(COUNTER))
            all_dead(cluster)
            counts = [
                (page.node, page.count)
                for page in (read_page(browser.get(COUNTER)) for _ in range(7))
            ]
            highest = max(count for _, count in counts)
            all_back(cluster)
            cluster.wait_for_copies()
            after = read_page(browser.get(COUNTER))
            expect(after.count >= highest, f"a counter of at least {highest}", after.count)
            counted = cluster.counters(DIVERGED_COUNTER)
            expect(counted > 0, "a counter above 0", counted)
            logs = "".join(node.log() for node in cluster.nodes.values())
            expect("diverged" in logs, "`diverged` in a log", logs[-300:])
            saw(f"{counts} without caches, then {after.count}; {int(counted)} counted")
