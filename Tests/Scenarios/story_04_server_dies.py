"""Step 4: an application server dies; what may be sent again is, nothing is executed twice."""

import os
import re
import signal
import threading

from harness import http
from harness.cluster import COUNTER, PAGE, PEEK, read_page, session_id
from harness.load import Load
from harness.peers import ScriptedServer
from harness.settings import rewrite
from harness.waiting import Failed, expect, expect_equal, until

WORKERS = 4
ANSWERS = 120
LARGE_BYTES = 96 << 20
SENT_AGAIN = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")
NEVER_SENT_AGAIN = ("POST", "PATCH", "LOCK")


def tell(run, variant):
    """Under load, then each rule by itself."""
    with run.cluster("04", variant) as cluster:
        gets_under_load(run, cluster, variant)
        posts_under_load(run, cluster, variant)
        with run.step("04.4", "an answer already begun is cut and counted", variant) as saw:
            begun_answer_is_cut(cluster, saw)
    if variant.adjustable:
        with run.cluster("04", variant.with_manager(sticky="false", lockingMode="all")) as cluster:
            waiting_requests(run, cluster, variant)
        rules(run, variant)


def gets_under_load(run, cluster, variant):
    """Kill one node, see only 200; start it again, see it serve."""

    def prepare(_):
        browser = cluster.browser()
        for _ in range(3):
            page = read_page(browser.get(COUNTER))
        browser.base = session_id(page.session).base
        return browser

    def work(browser):
        page = read_page(browser.get(PEEK))
        expect_equal(
            (page.count, session_id(page.session).base),
            (3, browser.base),
            f"the page of {page.node}",
        )

    load = Load(WORKERS, prepare, work)
    with run.step(
        "04.1",
        "kill -9 one sessiond under load: every GET is answered 200 with the expected body",
        variant,
    ) as saw:
        with load:
            until(load.passed(ANSWERS), f"{ANSWERS} answers before the kill ({load.summary})")
            cluster.nodes["node4"].kill()
            until(load.passed(ANSWERS), f"{ANSWERS} answers after the kill ({load.summary})")
        expect_equal((load.failure_count, load.failures[:1]), (0, []), "answers not as expected")
        saw(load.summary)
    with run.step("04.2", "started again, it takes requests again", variant) as saw:
        cluster.nodes["node4"].start()
        if variant.files == "seed" and variant.front == "httpd":
            saw(
                "not waited for: the seed's file says nothing of retry, and httpd's default is 60 s"
            )
            return
        with cluster.browser() as browser:
            until(
                lambda: read_page(browser.get(PAGE)).node == "node4", "a page served by node4", 13
            )
        saw("node4 serves")


def posts_under_load(run, cluster, variant):
    """POSTs written and not answered get 502; the counter never runs ahead of what was sent."""

    def prepare(_):
        browser = cluster.browser()
        read_page(browser.get(PEEK))
        browser.sent, browser.answered, browser.refused, browser.last = 0, 0, 0, 0
        return browser

    def work(browser):
        browser.sent += 1
        try:
            response = browser.get(COUNTER, method="POST", body=b"x=1")
        except (http.ConnectionEnded, OSError) as error:
            raise Failed(f"a POST was not answered at all: {error}") from None
        if response.status == 502:
            browser.refused += 1
            return
        page = read_page(response)
        browser.answered += 1
        expect(
            browser.last < page.count <= browser.sent,
            f"a counter above {browser.last}, at most {browser.sent}",
            page.count,
        )
        browser.last = page.count

    browsers = []

    def remember(number):
        browser = prepare(number)
        browsers.append(browser)
        return browser

    with run.step("04.3", "POSTs under load: 200 or 502, and never executed twice", variant) as saw:
        with Load(WORKERS, remember, work) as load:
            until(load.passed(ANSWERS), f"{ANSWERS} answers before the kill ({load.summary})")
            cluster.nodes["node5"].kill()
            until(load.passed(ANSWERS), f"{ANSWERS} answers after the kill ({load.summary})")
        expect_equal((load.failure_count, load.failures[:1]), (0, []), "answers not as expected")
        for browser in browsers:
            count = read_page(browser.get(PEEK)).count
            expect(
                browser.answered <= count <= browser.answered + browser.refused,
                f"a counter from {browser.answered} to {browser.answered + browser.refused}",
                count,
            )
        refused = sum(browser.refused for browser in browsers)
        saw(f"{sum(browser.answered for browser in browsers)} answered 200, {refused} answered 502")
    cluster.nodes["node5"].start()


def begun_answer_is_cut(cluster, saw):
    """A client that reads slowly has part of a large file when its node dies."""
    for node in cluster.nodes:
        with open(os.path.join(cluster.pages(node), "large.bin"), "wb") as file:
            file.truncate(LARGE_BYTES)
    before = cluster.counter("balancer", CUT_COUNTER)
    with http.Client(cluster.front) as client:
        client.connection = connection = http.Connection(cluster.front)
        connection.send(http.compose("GET", "/testapp/large.bin"))
        status, _, headers, _ = connection.read_head()
        length = int(dict((name.lower(), value) for name, value in headers)["content-length"])
        expect_equal((status, length), (200, LARGE_BYTES), "status and length of the large file")
        for node in cluster.nodes.values():
            node.signal(signal.SIGKILL)
        for node in cluster.nodes.values():
            node.wait()
        try:
            received = len(connection.read_exactly(length))
        except http.ConnectionEnded as ended:
            received = len(ended.received)
    expect(received < length, f"fewer than {length} bytes", received)
    until(lambda: cluster.counter("balancer", CUT_COUNTER) > before, "the cut answer to be counted")
    for node in cluster.nodes.values():
        node.start()
    with cluster.browser() as browser:
        until(lambda: browser.get(PAGE).status == 200, "the nodes to be asked again", 13)
    saw(f"{received} of {length} bytes, then the end of the connection")


CUT_COUNTER = r"cut|truncated|aborted_answers"
REFUSED_COUNTER = r"not_sent_again|not_retried|unanswered"


def waiting_requests(run, cluster, variant):
    """The scenario holds the session's lock: a request was written and cannot be answered."""
    for number, method in (("04.5", "GET"), ("04.6", "POST")):
        outcome = (
            "is sent again elsewhere and answered 200"
            if method == "GET"
            else "gets 502, is counted, is executed at most once"
        )
        what = f"a {method} that was written and not answered when its node died {outcome}"
        with run.step(number, what, variant) as saw:
            held_request(cluster, saw, method)


def held_request(cluster, saw, method):
    """One request, its node killed while it waits."""
    with cluster.browser(seconds=15) as browser:
        while read_page(browser.get(COUNTER)).node != "node5":
            pass  # the next one in turn is node4's
        count = read_page(browser.get(PEEK, headers=[("X-Turn", "node4")])).count
        browser.get(PEEK)
        session = browser.session
        place = session_id(session).node
        with cluster.cache(place) as cache:
            until(lambda: cache.add(f"lock:{session}", b"scenario", 20), "the lock")
            tries = int(cache.statistics()["cmd_set"])
            results = []
            thread = threading.Thread(
                target=lambda: results.append(outcome_of(browser, method)), daemon=True
            )
            thread.start()
            until(
                lambda: int(cache.statistics()["cmd_set"]) >= tries + 2,
                "the request to wait for the lock",
            )
            before = metric_or_zero(cluster, REFUSED_COUNTER)
            cluster.nodes["node4"].kill()
            if method == "GET":
                tries = int(cache.statistics()["cmd_set"])
                until(
                    lambda: results or int(cache.statistics()["cmd_set"]) >= tries + 2,
                    "node5 to be asked",
                    5,
                )
            else:
                until(lambda: results, "an answer to the POST", 5)
            cache.delete(f"lock:{session}")
        thread.join(10)
        expect(results, "an answer", "none")
        if method == "GET":
            expect_equal(results[0][:2], (200, count + 1), "status and counter")
        else:
            expect_equal(results[0][0], 502, "status")
            expect(
                metric_or_zero(cluster, REFUSED_COUNTER) > before, "the 502 to be counted", before
            )
            expect_equal(
                read_page(browser.get(PEEK)).count,
                count,
                "counter after the POST that nobody answered",
            )
        saw(f"{results[0][0]}, counter {read_page(browser.get(PEEK)).count}")
    cluster.nodes["node4"].start()
    with cluster.browser() as browser:
        until(lambda: read_page(browser.get(PAGE)).node == "node4", "node4 to serve again", 13)


def metric_or_zero(cluster, pattern):
    """A counter of the balancer that may not have been declared yet."""
    return sum(
        value for key, value in cluster.metrics("balancer").items() if re.search(pattern, key)
    )


def outcome_of(browser, method):
    """(status, counter) or (0, what went wrong)."""
    try:
        response = browser.get(COUNTER, method=method, body=b"x=1" if method == "POST" else None)
    except (http.ConnectionEnded, OSError) as error:
        return 0, str(error)
    return response.status, (
        read_page(response).count if response.status == 200 else response.text[:80]
    )


# Each rule with scripted application servers, which count what reaches them


def rules(run, variant):
    """Every method, against peers that read a request and close, or refuse the connection."""
    with run.step(
        "04.7", f"{', '.join(SENT_AGAIN)}: written and not answered, asked again elsewhere", variant
    ) as saw:
        seen = {
            method: against_scripts(run, variant, method, both_alive=True) for method in SENT_AGAIN
        }
        expect_equal(
            seen, {method: (200, (1, 1)) for method in SENT_AGAIN}, "status, requests at each node"
        )
        saw("one request at the node that closed, one at the other, 200")
    with run.step(
        "04.8",
        f"{', '.join(NEVER_SENT_AGAIN)}: written and not answered, 502 and never sent again",
        variant,
    ) as saw:
        seen = {
            method: against_scripts(run, variant, method, both_alive=True)
            for method in NEVER_SENT_AGAIN
        }
        expect_equal(
            seen,
            {method: (502, (1, 0)) for method in NEVER_SENT_AGAIN},
            "status, requests at each node",
        )
        saw("one request at the node that closed, none at the other, 502")
    with run.step(
        "04.9",
        f"{', '.join(NEVER_SENT_AGAIN)}: nothing written (connection refused), sent elsewhere",
        variant,
    ) as saw:
        seen = {
            method: against_scripts(run, variant, method, both_alive=False)
            for method in NEVER_SENT_AGAIN
        }
        expect_equal(
            seen,
            {method: (200, (0, 1)) for method in NEVER_SENT_AGAIN},
            "status, requests at each node",
        )
        saw("refused by the first node, one request at the other, 200")


def against_scripts(run, variant, method, both_alive):
    """(status, requests at node4 and node5): node4 closes unanswered or refuses, node5 answers."""
    cluster = run.make_cluster(variant)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (b"" if method == "HEAD" else b"ok")
    first = ScriptedServer(cluster.address("node4"), answer=None) if both_alive else None
    second = ScriptedServer(cluster.address("node5"), answer=answer)
    try:
        rewrite(
            cluster.balancer_configuration,
            lambda text: text.replace("fail_timeout=1s", "max_fails=0"),
        )
        cluster.balancer.start()
        body = b"hello" if method in ("POST", "PATCH", "PUT", "LOCK") else None
        response = http.get(cluster.front, "/x", method=method, body=body)
        return response.status, (len(first.requests) if first else 0, len(second.requests))
    finally:
        cluster.stop()
        for server in (first, second):
            if server:
                server.close()
