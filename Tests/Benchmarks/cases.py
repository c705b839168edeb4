"""The contests: who runs against whom, under which load, and what is wanted."""

import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable

from harness import http, settings
from harness.sockets import free_port
from harness.waiting import Failed, until
from measuring import resident_megabytes

SESSIONS = 50
ANSWER = "x" * 107


class Contest:
    """Two running servers and how each is measured."""

    def __init__(self, processes, measure):
        self.processes, self.measure = processes, measure

    def resident(self):
        """One line for both sides."""
        sizes = [
            f"{name} {resident_megabytes(one.pid):.0f} MB" for name, one in self.processes.items()
        ]
        return [", ".join(sizes)]


@dataclass
class Case:
    """One contest with its goal."""

    name: str
    summary: str
    ours: str
    peer: str
    quantity: str
    goal: float
    less_is_better: bool
    value: Callable
    open: Callable


def cpu(cost):
    """CPU time for each request."""
    return cost.microseconds


def throughput(cost):
    """Requests each second."""
    return cost.throughput


@contextmanager
def running(*processes):
    """Started one after another, ended in the other order."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in reversed(processes):
            process.stop()


def memcache_contest(*options):
    """memcached and cached with one thread, the same memory, the same load."""

    @contextmanager
    def contest(bench):
        ports = {"ours": free_port(), "peer": free_port()}
        common = ["-m", "256", "-t", "1", "-c", "1024", "-l", "127.0.0.1"]
        control = ["--control", os.path.join(bench.folder, "cached.control")]
        cached = [bench.program("cached"), *common, "-p", ports["ours"], *control]
        memcached = [shutil.which("memcached"), *common, "-p", ports["peer"], "-u", "root"]
        sides = {
            "ours": bench.server("cached", cached, ports["ours"]),
            "peer": bench.server("memcached", memcached, ports["peer"]),
        }
        with running(*sides.values()):
            yield Contest(
                sides, lambda side: bench.memcache_load(sides[side], ports[side], *options)
            )

    return contest


BALANCER = """
worker_processes  1;
error_log  {folder}/error.log crit;
pid        {folder}/{name}.pid;
events {{ worker_connections  1024; }}
http {{
    access_log  off;
    keepalive_requests  100000000;
    upstream nodes {{
        server  127.0.0.1:{first};
        server  127.0.0.1:{second};
        keepalive  64;
    }}
    server {{
        listen  127.0.0.1:{port};
        location / {{
            proxy_pass          http://nodes;
            proxy_http_version  1.1;
            proxy_set_header    Connection "";
        }}
    }}
}}
"""

NODE = """
worker_processes  1;
error_log  {folder}/error.log crit;
pid        {folder}/node.pid;
events {{ worker_connections  1024; }}
http {{
    access_log  off;
    keepalive_requests  100000000;
    default_type  text/plain;
    server {{
        listen  127.0.0.1:{first};
        listen  127.0.0.1:{second};
        location / {{ return 200 "{answer}"; }}
    }}
}}
"""


def nginx(path, folder):
    """nginx in the foreground with this file."""
    return [
        shutil.which("nginx") or "/usr/sbin/nginx",
        "-c",
        path,
        "-p",
        folder,
        "-g",
        "daemon off;",
    ]


@contextmanager
def balancer_contest(bench):
    """nginx and balancerd with the same file, before two nodes that answer 107 bytes."""
    first, second = free_port(), free_port()
    ports = {"ours": free_port(), "peer": free_port()}
    paths = {}
    for name, text, port in (
        ("node", NODE, 0),
        ("ours", BALANCER, ports["ours"]),
        ("peer", BALANCER, ports["peer"]),
    ):
        paths[name] = os.path.join(bench.folder, f"{name}.conf")
        with open(paths[name], "w", encoding="utf-8") as file:
            values = {"folder": bench.folder, "first": first, "second": second, "answer": ANSWER}
            file.write(text.format(port=port, name=name, **values))
    balancerd = [bench.program("balancerd"), "-p", bench.folder, "-c", paths["ours"]]
    balancerd += ["--control", os.path.join(bench.folder, "balancerd.control")]
    sides = {
        "ours": bench.server("balancerd", balancerd, ports["ours"]),
        "peer": bench.server("nginx", nginx(paths["peer"], bench.folder), ports["peer"]),
    }
    node = bench.helper("node", nginx(paths["node"], bench.folder), first)
    with running(node, *sides.values()):
        yield Contest(sides, lambda side: bench.http_load(sides[side], ports[side], "/"))


TOMCAT_HOME = "/usr/share/tomcat10"


def tomcat_base(bench, port):
    """A Tomcat base with the example's pages and Tomcat's own sessions."""
    base = os.path.join(bench.folder, "tomcat")
    shutil.copytree(os.path.join(settings.EXAMPLES, "node4"), base, dirs_exist_ok=True)
    for name in ("logs", "temp", "work"):
        os.makedirs(os.path.join(base, name), exist_ok=True)
    for name in ("web.xml", "context.xml", "catalina.properties"):
        shutil.copy(os.path.join("/etc/tomcat10", name), os.path.join(base, "conf", name))
    without_manager(os.path.join(base, "conf", "server.xml"), port)
    return base


def without_manager(server_xml, port):
    """Local sessions, no access log, kept connections."""

    def change(text):
        text = re.sub(r"<!-- Any node.*?-->", "", text, flags=re.S)
        text = re.sub(r"<Manager.*?/>|<Valve.*?/>", "", text, flags=re.S)
        text = text.replace("<Connector ", '<Connector maxKeepAliveRequests="-1" ')
        return text.replace("8084", str(port))

    settings.rewrite(server_xml, change)


def sessiond_base(bench, port, cache_ports=None):
    """A sessiond base with the same pages: local sessions, or shared in two caches."""
    name = "shared" if cache_ports else "local"
    base = os.path.join(bench.folder, name)
    shutil.copytree(os.path.join(settings.EXAMPLES, "node4"), base, dirs_exist_ok=True)
    os.makedirs(os.path.join(base, "logs"), exist_ok=True)
    server_xml = os.path.join(base, "conf", "server.xml")
    if not cache_ports:
        without_manager(server_xml, port)
        return base

    def change(text):
        text = re.sub(r"<Valve.*?/>", "", text, flags=re.S)
        text = text.replace("<Connector ", '<Connector maxKeepAliveRequests="-1" ')
        text = text.replace('sticky="false"', "").replace('lockingMode="all"', "")
        for old, new in zip(("8084", "11211", "11212"), (port, *cache_ports)):
            text = text.replace(old, str(new))
        return text

    settings.rewrite(server_xml, change)
    return base


def sessions_of(port, target):
    """Fifty sessions, made beforehand."""
    found = []
    for _ in range(SESSIONS):
        with http.Browser(port) as browser:
            if browser.get(target).status != 200:
                raise Failed(f"{target} is not served")
            found.append(browser.session)
    return found


def page_contest(target, shared):
    """Tomcat with local sessions, warm; sessiond with local or shared ones."""

    @contextmanager
    def contest(bench):
        ports = {"ours": free_port(), "peer": free_port()}
        cache_ports = [free_port(), free_port()] if shared else None
        base = sessiond_base(bench, ports["ours"], cache_ports)
        control = os.path.join(bench.folder, "sessiond.control")
        sessiond = [bench.program("sessiond"), "--base", base, "--control", control]
        catalina = os.path.join(TOMCAT_HOME, "bin", "catalina.sh")
        environment = {
            "CATALINA_HOME": TOMCAT_HOME,
            "CATALINA_BASE": tomcat_base(bench, ports["peer"]),
        }
        sides = {
            "ours": bench.server("sessiond", sessiond, ports["ours"]),
            "peer": bench.server("tomcat", [catalina, "run"], ports["peer"], environment),
        }
        caches = []
        for number, port in enumerate(cache_ports or []):
            command = [
                bench.program("cached"),
                "-m",
                "64",
                "-l",
                "127.0.0.1",
                "-p",
                port,
                "-t",
                "1",
            ]
            command += ["--control", os.path.join(bench.folder, f"n{number}.control")]
            caches.append(bench.helper(f"n{number}", command, port))
        with running(*caches, *sides.values()):
            for port in ports.values():
                until(lambda port=port: http.get(port, target).status == 200, target, 30)
            sessions = {side: sessions_of(port, target) for side, port in ports.items()}
            print(f"  warming Tomcat for {bench.warm:g} s", flush=True)
            bench.http_load(
                sides["peer"], ports["peer"], target, sessions["peer"], seconds=bench.warm
            )
            yield Contest(
                sides,
                lambda side: bench.http_load(sides[side], ports[side], target, sessions[side]),
            )

    return contest


PAGE = "/testapp/index.jsp"
CPU = "CPU time a request, ours / peer's"

CASES = [
    Case(
        "cache",
        "cached and memcached, one request at a time, 50 connections",
        "cached",
        "memcached",
        CPU,
        0.95,
        True,
        cpu,
        memcache_contest(),
    ),
    Case(
        "cache-pipelined",
        "cached and memcached, 32 requests pipelined, 50 connections",
        "cached",
        "memcached",
        "throughput, ours / peer's",
        5.0,
        False,
        throughput,
        memcache_contest("--pipeline", "32"),
    ),
    Case(
        "balancer",
        "balancerd and nginx, the same file, two nodes, kept connections",
        "balancerd",
        "nginx",
        CPU,
        1.0,
        True,
        cpu,
        balancer_contest,
    ),
    Case(
        "page-local",
        "sessiond and Tomcat 10.1 (warm), a page with a local session",
        "sessiond",
        "Tomcat",
        CPU,
        0.8,
        True,
        cpu,
        page_contest(PAGE, shared=False),
    ),
    Case(
        "page-shared",
        "sessiond with sessions shared in cached, Tomcat 10.1 with local ones",
        "sessiond",
        "Tomcat",
        CPU,
        1.0,
        True,
        cpu,
        page_contest(PAGE, shared=True),
    ),
]
