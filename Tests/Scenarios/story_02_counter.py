"""Step 2: no increment is lost, one after another or in parallel."""

from harness.cluster import COUNTER, PEEK, read_page
from harness.load import in_parallel
from harness.waiting import expect, expect_equal

INCREMENTS = 1000
PARALLEL = 32
EACH = 4


def tell(run, variant):
    """In the seed's mode (sticky at its default, no affinity) and in the non-sticky one."""
    modes = [("sticky at its default", variant.with_manager(sticky=None, lockingMode=None))]
    if variant.adjustable:
        modes.append(
            (
                'sticky="false", lockingMode="all"',
                variant.with_manager(sticky="false", lockingMode="all"),
            )
        )
    else:
        modes = [("the seed's mode", variant)]
    for number, (name, changed) in enumerate(modes):
        with run.cluster("02", changed) as cluster:
            letter = "ab"[number]
            with run.step(
                f"02.1{letter}", f"{INCREMENTS} increments over both nodes, {name}", variant
            ) as saw:
                one_after_another(cluster, saw)
            with run.step(
                f"02.2{letter}", "each write moves the version bits in the item's flags", variant
            ) as saw:
                flags_move(cluster, saw)
    if variant.adjustable:
        for letter, sticky in (("a", "false"), ("b", None)):
            with run.cluster(
                "02", variant.with_manager(sticky=sticky, lockingMode="all")
            ) as cluster:
                what = f"{PARALLEL * EACH} increments, {PARALLEL} in parallel on one session"
                what += ', lockingMode="all"'
                what += ", sticky" if sticky is None else ""
                with run.step(f"02.3{letter}", what, variant) as saw:
                    parallel(cluster, saw)


def one_after_another(cluster, saw):
    """Each answer is one more than the answer before."""
    with cluster.browser() as browser:
        served = {"node4": 0, "node5": 0}
        for expected in range(1, INCREMENTS + 1):
            page = read_page(browser.get(COUNTER))
            expect_equal(
                page.count, expected, f"counter after {expected} increments (served by {page.node})"
            )
            served[page.node] += 1
        expect(min(served.values()) > INCREMENTS // 3, "both nodes to serve", served)
        saw(f"ended at {page.count}; {served['node4']} by node4, {served['node5']} by node5")


def flags_move(cluster, saw):
    """Flags of the item in the store: another after each write, the same after a read."""
    with cluster.browser() as browser:
        seen = []
        for _ in range(4):
            page = read_page(browser.get(COUNTER))
            with cluster.cache(page.session.rpartition("-")[2].partition(".")[0]) as cache:
                seen.append(cache.flags(page.session))
                read_page(browser.get(PEEK))
                expect_equal(
                    cache.flags(page.session), seen[-1], "flags after a request that only reads"
                )
        expect(
            None not in seen and len(set(seen)) == len(seen), "other flags after each write", seen
        )
        saw(f"flags {', '.join(f'{value:#x}' for value in seen)}")


def parallel(cluster, saw):
    """Many connections, one session."""
    with cluster.browser() as first:
        read_page(first.get(PEEK))
        session = first.session

        def work(_):
            with cluster.browser(session, seconds=30) as browser:
                return [read_page(browser.get(COUNTER)).count for _ in range(EACH)]

        counts = sorted(count for counts in in_parallel(PARALLEL, work) for count in counts)
        expect_equal(counts, list(range(1, PARALLEL * EACH + 1)), "the counts that were answered")
        expect_equal(read_page(first.get(PEEK)).count, PARALLEL * EACH, "the counter at the end")
        saw(f"ended at {PARALLEL * EACH}, every number answered once")
