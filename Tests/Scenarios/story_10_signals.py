"""Step 10: signals: drain, stop at once, take a new configuration, refuse a broken one."""

import os
import re
import signal
import threading
import time

from harness import http
from harness.cluster import COUNTER, PAGE, read_page, session_id
from harness.load import Load
from harness.peers import ScriptedServer
from harness.settings import rewrite
from harness.sockets import answers, connect, free_port
from harness.waiting import Failed, expect, expect_equal, until

DRAINS = (signal.SIGTERM, signal.SIGQUIT)
AT_ONCE_SECONDS = 2.0
ANSWERS = 100


def tell(run, variant):
    """Each daemon alone, then the reloads."""
    for number in DRAINS:
        name = number.name
        with run.step(
            "10.1",
            f"{name} to balancerd: what has begun is finished, idle ones are told to close, exit 0",
        ) as saw:
            drain_balancer(run, variant, saw, number)
        with run.step("10.2", f"{name} to sessiond: the same") as saw:
            drain_server(run, variant, saw, number)
        with run.step(
            "10.3", f"{name} to cached: a command that has begun is finished, exit 0"
        ) as saw:
            drain_cache(run, variant, saw, number)
    with run.cluster("10", variant) as cluster:
        with run.step(
            "10.4", "SIGTERM to balancerd under load: no kept connection loses a request"
        ) as saw:
            drain_under_load(cluster, saw)
    with run.step("10.5", "SIGINT to each of them, a request open: at once") as saw:
        at_once(run, variant, saw)
    with run.step("10.6", "at the drain limit the rest is cut and counted, exit 0") as saw:
        drain_limit(run, variant, saw)
    with run.cluster("10", variant) as cluster:
        with run.step(
            "10.7", "SIGHUP: balancerd takes all of a new configuration, no connection is lost"
        ) as saw:
            reload_balancer(cluster, saw)
        with run.step(
            "10.8",
            "SIGHUP: a broken balancer file is refused with file:line:column, nothing is applied",
        ) as saw:
            broken_balancer(cluster, saw)
        with run.step("10.9", "SIGHUP: sessiond takes server.xml, sessions are kept") as saw:
            reload_server(cluster, saw)
        with run.step(
            "10.10", "SIGHUP: a broken server.xml is refused with file:line:column"
        ) as saw:
            broken_server(cluster, saw)
        with run.step(
            "10.11", "SIGHUP: cached takes its --config FILE, items are kept; -t is refused by name"
        ) as saw:
            reload_cache(cluster, saw)


# Draining, one daemon at a time


def refuses(address):
    """Whether nobody accepts new connections there."""
    return not answers(address)


def idle_connection(address):
    """A kept connection that has had one answer."""
    connection = http.Connection(address, 15)
    connection.send(http.compose("GET", "/testapp/a.css"))
    expect_equal(connection.read_response().status, 200, "status of the first answer")
    expect(connection.usable, "a connection that is kept", "Connection: close")
    return connection


def next_answer_closes(connection):
    """What an idle connection is told while its server drains."""
    connection.send(http.compose("GET", "/testapp/a.css"))
    response = connection.read_response()
    expect_equal(
        (response.status, response.header("Connection")),
        (200, "close"),
        "status and Connection of the next answer",
    )


class HeldNode:
    """A scripted application server: `/held` is answered when the scenario says so."""

    def __init__(self, address):
        self.arrived, self.released = threading.Event(), threading.Event()
        self.server = ScriptedServer(address, self.answer)

    def answer(self, request):
        """b'ok', at once or when released."""
        if request[0].split()[1] == b"/held":
            self.arrived.set()
            self.released.wait(40)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def drain_balancer(run, variant, saw, number):
    """One request held by its node, one idle connection."""
    cluster = run.make_cluster(variant)
    nodes = [HeldNode(cluster.address(name)) for name in cluster.nodes]
    try:
        cluster.balancer.start()
        idle = idle_connection(cluster.front)
        held = http.Connection(cluster.front, 15)
        held.send(http.compose("GET", "/held"))
        until(lambda: any(node.arrived.is_set() for node in nodes), "the held request at a node")
        cluster.balancer.signal(number)
        until(lambda: refuses(cluster.front), "no new connections")
        next_answer_closes(idle)
        expect(cluster.balancer.running, "balancerd to wait for the held request", "it has ended")
        for node in nodes:
            node.released.set()
        response = held.read_response()
        expect_equal(
            (response.status, response.body, response.cut),
            (200, b"ok", False),
            "the held request's answer",
        )
        expect_equal(cluster.balancer.wait(), 0, "exit status")
        saw("held request 200, idle connection told to close, exit 0")
    finally:
        for node in nodes:
            node.released.set()
            node.server.close()
        cluster.stop()


def drain_server(run, variant, saw, number):
    """One request that waits for its session's lock, one idle connection."""
    cluster = run.make_cluster(variant)
    try:
        for cache in cluster.caches.values():
            cache.start()
        node = cluster.nodes["node4"].start()
        address = cluster.address("node4")
        browser = http.Browser(address, 15)
        read_page(browser.get(COUNTER))
        idle = idle_connection(address)
        with cluster.cache(session_id(browser.session).node) as cache:
            until(lambda: cache.add(f"lock:{browser.session}", b"scenario", 20), "the lock")
            tries = int(cache.statistics()["cmd_set"])
            results = []
            thread = threading.Thread(target=lambda: results.append(outcome(browser)), daemon=True)
            thread.start()
            until(
                lambda: int(cache.statistics()["cmd_set"]) >= tries + 2,
                "the request to wait for the lock",
            )
            node.signal(number)
            until(lambda: refuses(address), "no new connections")
            next_answer_closes(idle)
            cache.delete(f"lock:{browser.session}")
        thread.join(15)
        expect_equal(results, [(200, 2)], "the waiting request's answer")
        expect_equal(node.wait(), 0, "exit status")
        saw("waiting request 200 with its counter, idle connection told to close, exit 0")
    finally:
        cluster.stop()


def outcome(browser):
    """(status, counter) of one more count, or what went wrong."""
    try:
        page = read_page(browser.get(COUNTER))
        return 200, page.count
    except (Failed, OSError, http.ConnectionEnded) as error:
        return 0, str(error)


def drain_cache(run, variant, saw, number):
    """Half a `set`, then the signal, then the other half."""
    cluster = run.make_cluster(variant)
    try:
        process = cluster.caches["n1"].start()
        address = cluster.address("n1")
        idle = connect(address)
        stream = connect(address)
        stream.sendall(b"get nothing\r\nset key 0 0 10\r\nhello")
        expect_equal(stream.recv(100), b"END\r\n", "answer to the first command")
        process.signal(number)
        until(lambda: refuses(address), "no new connections")
        stream.sendall(b"world\r\n")
        expect_equal(stream.recv(100), b"STORED\r\n", "answer to the command that had begun")
        expect_equal(process.wait(), 0, "exit status")
        expect_equal((stream.recv(1), idle.recv(1)), (b"", b""), "end of both connections")
        saw("STORED, then the end of both connections, exit 0")
    finally:
        cluster.stop()


def drain_under_load(cluster, saw):
    """Kept connections may be told to close; none may be cut while a request is on its way."""
    ended = threading.Event()

    def prepare(_):
        return cluster.browser()

    def work(browser):
        kept = browser.client.connection is not None and browser.client.connection.usable
        try:
            read_page(browser.get(COUNTER))
        except (OSError, http.ConnectionEnded) as error:
            if kept or not ended.is_set():
                raise Failed(f"a {'kept' if kept else 'new'} connection failed: {error}") from None
            load.stopping.set()

    load = Load(4, prepare, work)
    with load:
        until(load.passed(ANSWERS), f"{ANSWERS} answers ({load.summary})")
        ended.set()
        cluster.balancer.signal(signal.SIGTERM)
        expect_equal(cluster.balancer.wait(), 0, "exit status")
    expect_equal((load.failure_count, load.failures[:1]), (0, []), "answers not as expected")
    cluster.balancer.start()
    saw(f"{load.summary}; exit 0")


def at_once(run, variant, saw):
    """A request is open in each of the three."""
    cluster = run.make_cluster(variant)
    try:
        cluster.start()
        for name, process in (
            ("balancer", cluster.balancer),
            ("node4", cluster.nodes["node4"]),
            ("n1", cluster.caches["n1"]),
        ):
            stream = connect(cluster.address(name))
            stream.sendall(
                b"set key 0 0 10\r\nhe"
                if name == "n1"
                else http.compose("POST", COUNTER, [("Content-Length", "9")], b"x")
            )
            started = time.monotonic()
            process.signal(signal.SIGINT)
            status = process.wait(AT_ONCE_SECONDS)
            saw(f"{process.name} exit {status} in {time.monotonic() - started:.2f} s")
            stream.close()
    finally:
        cluster.stop()


def drain_limit(run, variant, saw):
    """With the limit made short: a request that is never answered is cut."""
    cluster = run.make_cluster(variant)
    nodes = [HeldNode(cluster.address(name)) for name in cluster.nodes]
    try:
        cluster.balancer.environment["HOLDFAST_DRAIN_SECONDS"] = "1"
        cluster.balancer.start()
        held = http.Connection(cluster.front, 15)
        held.send(http.compose("GET", "/held"))
        until(lambda: any(node.arrived.is_set() for node in nodes), "the held request at a node")
        cluster.balancer.signal(signal.SIGTERM)
        expect_equal(cluster.balancer.wait(6), 0, "exit status")
        found = re.search(r"^.*\bcut\b.*$", cluster.balancer.log(), re.M)
        expect(
            found and "1" in found.group(0),
            "a line that counts what was cut",
            cluster.balancer.log()[-400:],
        )
        saw(found.group(0).strip())
    finally:
        for node in nodes:
            node.released.set()
            node.server.close()
        cluster.stop()


# Reloading


def reload_balancer(cluster, saw):
    """Another upstream list, another listener, another location, while browsers go on."""
    new_port = free_port()

    def prepare(_):
        browser = cluster.browser()
        read_page(browser.get(COUNTER))
        browser.connection = browser.client.connection
        return browser

    def work(browser):
        read_page(browser.get(COUNTER))
        expect(
            browser.client.connection is browser.connection,
            "the connection kept from the start",
            "a new one",
        )

    def change(text):
        text = re.sub(rf"\n\s*server\s+127\.0\.0\.1:{cluster.ports['node4']}[^\n]*", "", text)
        text = text.replace(
            f"127.0.0.1:{cluster.ports['balancer']};",
            f"127.0.0.1:{cluster.ports['balancer']};\n        listen       127.0.0.1:{new_port};",
        )
        return text.replace(
            "location / {",
            'location = /new {\n            return 200 "new";\n        }\n        location / {',
            1,
        )

    with Load(4, prepare, work) as load:
        until(load.passed(ANSWERS), f"{ANSWERS} answers ({load.summary})")
        rewrite(cluster.balancer_configuration, change)
        cluster.balancer.signal(signal.SIGHUP)
        until(lambda: answers(new_port), "the new listener")
        until(lambda: http.get(cluster.front, "/new").text == "new", "the new location")
        until(load.passed(ANSWERS), f"{ANSWERS} answers after the reload ({load.summary})")
    expect_equal((load.failure_count, load.failures[:1]), (0, []), "answers not as expected")
    with cluster.browser() as browser:
        expect_equal(
            {read_page(browser.get(PAGE)).node for _ in range(6)},
            {"node5"},
            "nodes after node4 was taken out",
        )
    saw(f"new listener, location and upstream; {load.summary}, all on their first connections")


def broken_balancer(cluster, saw):
    """A mistake in the last line but one."""
    with open(cluster.balancer_configuration, encoding="utf-8") as file:
        good = file.read()
    lines = good.rstrip("\n").split("\n")
    broken = (
        "\n".join(lines[:-1] + ["    listenn  1;"] + lines[-1:]).replace('"new"', '"broken"') + "\n"
    )
    refused(cluster.balancer, cluster.balancer_configuration, broken, len(lines), saw)
    expect_equal(
        http.get(cluster.front, "/new").text, "new", "the location of the configuration that works"
    )
    rewrite(cluster.balancer_configuration, lambda _: good)


def refused(process, path, text, line, saw):
    """Writes a broken file, reloads, waits for its place in the log."""
    rewrite(path, lambda _: text)
    before = len(process.log())
    process.signal(signal.SIGHUP)
    pattern = re.compile(re.escape(os.path.basename(path)) + rf":{line}:\d+")
    found = until(
        lambda: pattern.search(process.log()[before:]),
        f"{os.path.basename(path)}:{line}:column in the log",
    )
    expect(process.running, "the daemon to go on", "it has ended")
    saw(found.group(0))


def reload_server(cluster, saw):
    """A second context appears; the counter goes on."""
    with cluster.browser() as browser:
        for _ in range(3):
            read_page(browser.get(COUNTER))
        for node, process in cluster.nodes.items():
            rewrite(
                cluster.server_xml(node),
                lambda text: re.sub(
                    r"(<Context path=\"/testapp\")",
                    r'<Context path="/other" docBase="testapp"/>\n        \1',
                    text,
                    count=1,
                ),
            )
            process.signal(signal.SIGHUP)
            until(
                lambda node=node: http.get(cluster.address(node), "/other/index.jsp").status == 200,
                f"/other on {node}",
            )
        expect_equal(read_page(browser.get(COUNTER)).count, 4, "the counter after the reload")
        saw("/other is served, the counter went on to 4")


def broken_server(cluster, saw):
    """An element that is not closed."""
    path = cluster.server_xml("node5")
    with open(path, encoding="utf-8") as file:
        good = file.read()
    line = good[: good.index("</Host>")].count("\n") + 1
    refused(cluster.nodes["node5"], path, good.replace("</Host>", "</Hots>"), line, saw)
    expect_equal(
        http.get(cluster.address("node5"), "/other/index.jsp").status,
        200,
        "status of the old context",
    )
    rewrite(path, lambda _: good)


def reload_cache(cluster, saw):
    """-m may change while it runs, -t may not."""
    path = os.path.join(cluster.flavour_of_cache, "cached-n1.conf")
    process = cluster.caches["n1"]
    with cluster.cache("n1") as cache:
        cache.set("kept", b"value")
        threads = cache.statistics("settings")["num_threads"]
        rewrite(path, lambda text: re.sub(r"(?m)^-m 64$", "-m 96", text))
        process.signal(signal.SIGHUP)
        until(lambda: cache.statistics("settings")["maxbytes"] == str(96 << 20), "the new -m")
        rewrite(path, lambda text: re.sub(r"(?m)^-t 2$", "-t 3", text))
        before = len(process.log())
        process.signal(signal.SIGHUP)
        found = until(
            lambda: re.search(r"^.*-t\b.*$", process.log()[before:], re.M), "-t in the log"
        )
        expect_equal(cache.statistics("settings")["num_threads"], threads, "threads")
        rewrite(path, lambda text: re.sub(r"(?m)^-t 3$", "-t 2", text) + "--no-such-option\n")
        before = len(process.log())
        process.signal(signal.SIGHUP)
        until(
            lambda: re.search(r"cached-n1\.conf:\d+:\d+", process.log()[before:]),
            "file:line:column of the unknown option",
        )
        expect_equal(cache.get("kept"), (0, b"value"), "the item stored before")
        saw(f"-m taken; {found.group(0).strip()}")
