"""Step 7: affinity by jvmRoute: a session stays on its node, and moves when it dies."""

from dataclasses import replace

from harness.cluster import COUNTER, read_page, session_id
from harness.waiting import expect, expect_equal, until

BROWSERS = 8
REQUESTS = 12


def tell(run, variant):
    """In both languages."""
    for letter, front in (("a", "nginx"), ("b", "httpd")):
        if front == "httpd" and variant.transport == "unix":
            continue
        with run.cluster("07", replace(variant, front=front, sticky=True)) as cluster:
            affinity(run, cluster, letter, front, variant)


def affinity(run, cluster, letter, front, variant):
    """Eight browsers, one death, one return."""
    browsers = [cluster.browser() for _ in range(BROWSERS)]
    with run.step(
        f"07.1{letter}", f"{front}: a session stays on the node its id names", variant
    ) as saw:
        homes = []
        for browser in browsers:
            pages = [read_page(browser.get(COUNTER)) for _ in range(REQUESTS)]
            expect_equal({page.node for page in pages}, {pages[0].node}, "nodes of one session")
            expect_equal(
                [page.count for page in pages], list(range(1, REQUESTS + 1)), "the counter"
            )
            expect_equal(
                session_id(browser.session).route, pages[0].node, f"route in {browser.session}"
            )
            homes.append(pages[0].node)
            browser.close()
        expect_equal(set(homes), {"node4", "node5"}, "nodes of new sessions")
        saw(
            f"{homes.count('node4')} sessions on node4, {homes.count('node5')} on node5,"
            f" {REQUESTS} requests each"
        )
    with run.step(
        f"07.2{letter}",
        f"{front}: the node dies, the session moves and its id has the new route",
        variant,
    ) as saw:
        cluster.nodes["node4"].kill()
        for browser in browsers:
            base = session_id(browser.session).base
            pages = [read_page(browser.get(COUNTER)) for _ in range(3)]
            expect_equal(
                [page.count for page in pages],
                [REQUESTS + 1, REQUESTS + 2, REQUESTS + 3],
                "the counter",
            )
            expect_equal({page.node for page in pages}, {"node5"}, "node after the death of node4")
            expect_equal(session_id(browser.session).base, base, "base of the id")
            expect_equal(session_id(browser.session).route, "node5", f"route in {browser.session}")
        saw(f"all {BROWSERS} sessions on node5, bases and counters kept")
    with run.step(
        f"07.3{letter}",
        f"{front}: the node comes back, moved sessions stay, new ones go to both",
        variant,
    ) as saw:
        cluster.nodes["node4"].start()

        def new_home():
            with cluster.browser() as browser:
                return read_page(browser.get(COUNTER)).node

        until(lambda: new_home() == "node4", "a new session on node4")
        for browser in browsers:
            expect_equal(read_page(browser.get(COUNTER)).node, "node5", "node of a moved session")
        expect(session_id(browsers[0].session).route == "node5", "route node5", browsers[0].session)
        saw("new sessions on node4 again, the moved ones on node5")
