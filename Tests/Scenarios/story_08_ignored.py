"""Step 8: requests that `requestUriIgnorePattern` names have nothing to do with sessions."""

from harness import http
from harness.cluster import COUNTER, PEEK, read_page
from harness.waiting import expect, expect_equal

REQUESTS = 60
TRAFFIC = ("cmd_get", "cmd_set", "cmd_touch")


def tell(run, variant):
    """Full match on `METHOD path`, query and path parameters taken off."""
    with run.cluster("08", variant) as cluster:
        with run.step(
            "08.1", "/a.css?v=1 and /a.css;jsessionid=…: no load, no store, no cookie", variant
        ) as saw:
            style_sheets(cluster, saw)
        with run.step(
            "08.2", "/p.jsp?x=.css is a page: it has a session and sets the cookie", variant
        ) as saw:
            page_with_query(cluster, saw)
    for number, pattern, ignored in (
        ("08.3", r"GET .*\.css", True),
        ("08.4", r"\.css", False),
        ("08.5", r"POST .*\.css", False),
    ):
        with run.cluster("08", variant.with_manager(requestUriIgnorePattern=pattern)) as cluster:
            verdict = (
                "leaves the style sheet out"
                if ignored
                else "does not match all of `GET /testapp/a.css`"
            )
            with run.step(number, f'the pattern "{pattern}" {verdict}', variant) as saw:
                full_match(cluster, saw, ignored)


def traffic(cluster):
    """Commands that both caches have seen, for items."""
    total = 0
    for node in cluster.caches:
        with cluster.cache(node) as cache:
            statistics = cache.statistics()
            total += sum(int(statistics.get(name, 0)) for name in TRAFFIC)
    return total


def style_sheets(cluster, saw):
    """With a session's cookie, as browsers send it."""
    with cluster.browser() as browser:
        read_page(browser.get(COUNTER))
        with open(f"{cluster.pages('node4')}/a.css", "rb") as file:
            sheet = file.read()
        before = traffic(cluster)
        for _ in range(REQUESTS // 2):
            for target in ("/testapp/a.css?v=1", f"/testapp/a.css;jsessionid={browser.session}"):
                response = browser.get(target)
                expect_equal((response.status, response.body), (200, sheet), f"answer to {target}")
                expect_equal(response.header_values("Set-Cookie"), [], f"cookies of {target}")
        used = traffic(cluster) - before
        expect(
            used < REQUESTS // 3,
            f"less than {REQUESTS // 3} commands at the caches for {REQUESTS} requests",
            used,
        )
        response = http.get(cluster.front, "/testapp/a.css?v=1")
        expect_equal(response.header_values("Set-Cookie"), [], "cookies without a session")
        saw(f"{REQUESTS} style sheets, {used} commands at the caches, no cookie")


def page_with_query(cluster, saw):
    """What the query ends with does not matter."""
    with cluster.browser() as browser:
        response = browser.get("/testapp/p.jsp?x=.css")
        expect(browser.last_cookie, "a cookie", response.headers)
        first = browser.session
        expect_equal(read_page(browser.get(PEEK)).session, first, "session of the next page")
        saw(browser.last_cookie or first)


def full_match(cluster, saw, ignored):
    """An ignored request does not keep its session alive; the caches hardly see any."""
    with cluster.browser() as browser:
        read_page(browser.get(COUNTER))
        before = traffic(cluster)
        for _ in range(REQUESTS):
            expect_equal(browser.get("/testapp/a.css").status, 200, "status")
        used = traffic(cluster) - before
        if ignored:
            expect(used < REQUESTS // 3, "hardly a command at the caches", used)
        saw(f"{used} commands at the caches for {REQUESTS} style sheets")
