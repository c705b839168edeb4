"""Step 5: the balancer dies and starts again; sessions are there."""

import signal

from harness.cluster import COUNTER, read_page
from harness.waiting import expect_equal

SESSIONS = 8


def tell(run, variant):
    """By force and politely."""
    with run.cluster("05", variant) as cluster:
        for letter, number in (("1", signal.SIGKILL), ("2", signal.SIGTERM)):
            name = signal.Signals(number).name
            with run.step(
                f"05.{letter}",
                f"balancerd ended by {name} and started: sessions are there",
                variant,
            ) as saw:
                browsers = [cluster.browser() for _ in range(SESSIONS)]
                before = [read_page(browser.get(COUNTER)) for browser in browsers]
                cluster.balancer.signal(number)
                cluster.balancer.wait()
                cluster.balancer.start()
                for browser, page in zip(browsers, before):
                    browser.close()
                    after = read_page(browser.get(COUNTER))
                    expect_equal(
                        (after.session, after.count),
                        (page.session, page.count + 1),
                        "session and counter",
                    )
                    browser.close()
                saw(f"{SESSIONS} of {SESSIONS} sessions went on")
