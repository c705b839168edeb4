"""Step 6: the httpd file, directive by directive; Debian's httpd is asked the same."""

import os
import shutil
from dataclasses import replace

from harness import http
from harness.peers import ScriptedServer
from harness.processes import Process
from harness.settings import rewrite
from harness.waiting import expect, expect_equal

MODULES = (
    "mpm_event",
    "authz_core",
    "authz_host",
    "access_compat",
    "proxy",
    "proxy_http",
    "slotmem_shm",
    "proxy_balancer",
    "lbmethod_byrequests",
)
MODULE_FOLDER = "/usr/lib/apache2/modules"
SCHEDULE = 16


def tell(run, variant):
    """Each check runs on `balancerd -f` and, as the oracle, on httpd with the same file."""
    variant = replace(variant, front="httpd")
    check(
        run,
        variant,
        "06.1",
        "weights 1 and 3 give requests 1:3, in httpd's order",
        weights,
        schedule,
    )
    check(
        run, variant, "06.2", "lbmethod=byrequests with equal weights takes turns", None, schedule
    )
    check(
        run,
        variant,
        "06.3",
        "ProxyPassReverse turns a node's address in Location into the balancer's",
        None,
        location,
    )
    check(run, variant, "06.4", "ProxyVia Off adds no Via", None, via)
    check(
        run,
        variant,
        "06.5",
        "ProxyVia On adds Via to both sides",
        lambda text: text.replace("ProxyVia Off", "ProxyVia On"),
        via,
    )
    check(
        run,
        variant,
        "06.6",
        "ProxyRequests Off: a whole URI is served here, never fetched from its host",
        None,
        whole_uri,
    )
    check(
        run,
        variant,
        "06.7",
        "Order Allow,Deny without a matching Allow: 403",
        lambda text: text.replace("Allow From all", "Allow From 10.0.0.0/8"),
        status_only,
    )
    check(
        run,
        variant,
        "06.8",
        "Order Deny,Allow with Deny From all and Allow From 127.0.0.1: served",
        lambda text: text.replace(
            "Order Allow,Deny", "Order Deny,Allow\n    Deny From all"
        ).replace("Allow From all", "Allow From 127.0.0.1"),
        status_only,
    )
    broken_file(run, variant)


EXPECTED = {
    "06.1": ["node5", "node4", "node5", "node5"] * (SCHEDULE // 4),
    "06.2": ["node4", "node5"] * (SCHEDULE // 2),
    "06.7": 403,
    "06.8": 200,
}


def weights(text):
    """node4 1, node5 3."""
    first, second = text.split("loadfactor=1", 2)[0], text.split("loadfactor=1", 1)[1]
    return first + "loadfactor=1" + second.replace("loadfactor=1", "loadfactor=3")


def check(run, variant, number, what, change, look):
    """What `look` sees must be what is expected, and what httpd shows with the same file."""
    with run.step(number, what, "") as saw:
        ours = observed(run, variant, change, look, as_balancerd)
        if number in EXPECTED:
            expect_equal(ours, EXPECTED[number], "seen")
        if have_httpd():
            theirs = observed(run, variant, change, look, as_httpd)
            expect_equal(ours, theirs, "the same as httpd with the same file")
        saw(f"{shown(ours)} ({'httpd: the same' if have_httpd() else 'no httpd to compare'})")


def shown(value):
    """Short for long lists."""
    return (
        ", ".join(map(str, value[:8])) + ", …"
        if isinstance(value, list) and len(value) > 8
        else value
    )


def have_httpd():
    """Whether Debian's httpd with its modules can be asked."""
    return shutil.which("apache2") and all(
        os.path.exists(f"{MODULE_FOLDER}/mod_{name}.so") for name in MODULES
    )


def observed(run, variant, change, look, program):
    """Starts two scripted nodes and a balancer; returns what `look` sees, with ports taken out."""
    cluster = run.make_cluster(variant)
    nodes = {}
    try:
        for name in cluster.nodes:
            nodes[name] = ScriptedServer(cluster.address(name), answer_of(name, cluster))
        if change:
            rewrite(cluster.balancer_configuration, change)
        balancer = program(cluster)
        try:
            balancer.start()
            return look(cluster, nodes)
        finally:
            balancer.stop()
    finally:
        cluster.stop()
        for node in nodes.values():
            node.close()


def answer_of(name, cluster):
    """A node that says its name; `/moved` answers with its own address in Location."""

    def answer(request):
        if request[0].split()[1].startswith(b"/moved"):
            place = f"http://127.0.0.1:{cluster.address(name)}/there"
            return f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(name)}\r\n\r\n{name}".encode()

    return answer


def as_balancerd(cluster):
    """The project's own."""
    return cluster.balancer


def as_httpd(cluster):
    """Debian's httpd with the same file."""
    path = os.path.join(cluster.folder, "httpd.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            "".join(f"LoadModule {name}_module {MODULE_FOLDER}/mod_{name}.so\n" for name in MODULES)
        )
        file.write(
            f"ServerRoot {cluster.folder}\nPidFile {cluster.folder}/httpd.pid\n"
            f"ErrorLog {cluster.logs}/httpd.log\n"
            f"DefaultRuntimeDir {cluster.folder}\nMutex posixsem\nUser www-data\nGroup www-data\n"
            f"Include {cluster.balancer_configuration}\n"
        )
    os.chmod(cluster.folder, 0o755)
    return Process(
        "httpd",
        [shutil.which("apache2"), "-f", path, "-DFOREGROUND"],
        cluster.logs,
        [cluster.front],
    )


# What is looked at


def schedule(cluster, _):
    """Which node serves each of 16 requests, each over its own connection."""
    return [http.get(cluster.front, "/").text for _ in range(SCHEDULE)]


def location(cluster, _):
    """The Location a browser sees."""
    host = f"localhost:{cluster.front}"
    value = http.get(cluster.front, "/moved", host=host).header("Location") or ""
    expect_equal(value, f"http://{host}/there", "Location")
    return value.replace(str(cluster.front), "PORT")


def via(cluster, nodes):
    """Whether Via reached the node, and the browser."""
    response = http.get(cluster.front, "/")
    heads = b"".join(head for node in nodes.values() for head, _ in node.requests).lower()
    return {
        "at the node": b"\r\nvia: 1.1 " in heads,
        "at the browser": (response.header("Via") or "")[:4],
    }


def whole_uri(cluster, nodes):
    """Status, and the path that reached a node."""
    response = http.get(cluster.front, "http://elsewhere.invalid/path", host="elsewhere.invalid")
    targets = [head.split()[1] for node in nodes.values() for head, _ in node.requests]
    return response.status, targets


def status_only(cluster, _):
    """The status of a plain request."""
    return http.get(cluster.front, "/").status


def broken_file(run, variant):
    """A mistake is refused with its place."""
    with run.step("06.9", "an unknown directive: refused with file:line, exit status not 0") as saw:
        cluster = run.make_cluster(variant)
        try:
            rewrite(
                cluster.balancer_configuration,
                lambda text: text + "\nProxyPasst / balancer://application/\n",
            )
            with open(cluster.balancer_configuration, encoding="utf-8") as file:
                line = file.read().rstrip("\n").count("\n") + 1
            cluster.balancer.start(wait=False)
            status = cluster.balancer.wait(5)
            expect(status not in (0, None), "an exit status other than 0", status)
            place = f"{cluster.balancer_configuration}:{line}"
            expect(
                place in cluster.balancer.log(), f"{place} in the message", cluster.balancer.log()
            )
            saw(f"exit status {status}, {os.path.basename(place)}")
        finally:
            cluster.stop()
