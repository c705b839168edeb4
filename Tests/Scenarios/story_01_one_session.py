"""Step 1: one session over two application servers, told by its cookie."""

import re

from harness.cluster import PAGE, read_page, session_id
from harness.waiting import expect, expect_equal, until

COOKIE = re.compile(r"JSESSIONID=[0-9A-F]{32}-n([12]); Path=/testapp; HttpOnly$")
REQUESTS = 100
NEW_SESSIONS = 20


def tell(run, variant):
    """Both halves of the step: any nodes, then n1 kept as the failover node."""
    with run.cluster("01", variant) as cluster:
        with run.step(
            "01.1", "node4 and node5 serve in turn, id and creation time stay", variant
        ) as saw:
            in_turn(cluster, saw)
        with run.step(
            "01.2",
            "the cookie is JSESSIONID=<32 hex>-nX; Path=/testapp; HttpOnly, set once",
            variant,
        ) as saw:
            cookie(cluster, saw)
        if not variant.adjustable:
            failover_node(run, cluster, variant)
    if variant.adjustable:
        with run.cluster("01", variant.with_manager(failoverNodes="n1")) as cluster:
            failover_node(run, cluster, variant)


def in_turn(cluster, saw):
    """100 requests over one kept connection."""
    with cluster.browser() as browser:
        pages = [read_page(browser.get(PAGE)) for _ in range(REQUESTS)]
    order = [page.node for page in pages]
    turns = sum(1 for one, next_one in zip(order, order[1:]) if one != next_one)
    expect_equal(
        turns, REQUESTS - 1, f"changes of node in {REQUESTS} requests ({', '.join(order[:6])}, …)"
    )
    expect_equal(len({page.session for page in pages}), 1, "different session ids")
    expect_equal(len({page.created for page in pages}), 1, "different creation times")
    saw(
        f"{order.count('node4')} by node4, {order.count('node5')} by node5,"
        f" one id {pages[0].session}, one creation time"
    )


def cookie(cluster, saw):
    """The exact cookie, and that it is not set again."""
    with cluster.browser() as browser:
        first = read_page(browser.get(PAGE))
        expect(
            browser.last_cookie and COOKIE.match(browser.last_cookie),
            "Set-Cookie: JSESSIONID=<32 hex>-nX; Path=/testapp; HttpOnly",
            repr(browser.last_cookie),
        )
        saw(browser.last_cookie)
        expect_equal(first.session, browser.session, "the id on the page and in the cookie")
        for _ in range(4):
            browser.get(PAGE)
            expect_equal(browser.last_cookie, None, "cookie of a later answer")
    with cluster.browser(session="0" * 32 + "-n1") as browser:
        strange = read_page(browser.get(PAGE))
        expect(
            session_id(strange.session).base != "0" * 32,
            "an id that nobody gave out is not adopted",
            strange.session,
        )


def failover_node(run, cluster, variant):
    """`failoverNodes="n1"`: X is 2 while n2 lives, and 1 only after its death."""
    with run.step("01.3", 'failoverNodes="n1": X is 2 while n2 lives', variant) as saw:
        expect_equal(new_session_nodes(cluster), {"n2"}, f"nodes of {NEW_SESSIONS} new sessions")
        saw(f"{NEW_SESSIONS} of {NEW_SESSIONS} new sessions on n2")
    with run.step(
        "01.4", "X is 1 only after the death of n2; base and creation time stay", variant
    ) as saw:
        with cluster.browser() as browser:
            before = read_page(browser.get(PAGE))
            cluster.caches["n2"].kill()
            pages = [read_page(browser.get(PAGE)) for _ in range(6)]
        for page in pages:
            expect_equal(session_id(page.session).node, "n1", "node of the old session")
            expect_equal(
                session_id(page.session).base,
                session_id(before.session).base,
                "base of the old session",
            )
            expect_equal(page.created, before.created, "creation time of the old session")
        expect_equal(
            new_session_nodes(cluster), {"n1"}, "nodes of new sessions after the death of n2"
        )
        saw(f"{before.session} became {pages[-1].session}")
    with run.step("01.5", "n2 back: new sessions go there again", variant) as saw:
        cluster.caches["n2"].start()
        until(lambda: new_session_nodes(cluster, 4) == {"n2"}, "new sessions on n2")
        saw("new sessions on n2")


def new_session_nodes(cluster, count=NEW_SESSIONS):
    """The cache nodes that new sessions are given."""
    nodes = set()
    for _ in range(count):
        with cluster.browser() as browser:
            nodes.add(session_id(read_page(browser.get(PAGE)).session).node)
    return nodes
