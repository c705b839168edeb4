"""The whole cluster as real processes: two caches, two application servers, one balancer."""

import json
import os
import re
import shutil
import signal
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from . import http, settings
from .memcache import Memcache
from .processes import Process, run
from .sockets import free_port
from .waiting import Failed, until

PAGE = "/testapp/index.jsp"
COUNTER = "/testapp/counter.jsp"
PEEK = "/testapp/peek.jsp"


@dataclass(frozen=True)
class Variant:
    """Which files, which programs, which transport; and what the scenario changes in them."""

    files: str = "examples"  # or "seed": unchanged, in a network namespace of its own
    cache: str = "cached"  # or "memcached": Debian's
    transport: str = "tcp"  # or "unix"
    front: str = "nginx"  # or "httpd"
    sticky: bool = False  # affinity by jvmRoute
    manager: dict = field(default_factory=dict)  # attributes of <Manager>; None takes one away
    engine: dict = field(default_factory=dict)
    fixed_ports: bool = False  # the ports as the examples write them

    def __str__(self):
        parts = [
            self.files if self.files == "seed" else "",
            self.cache if self.cache != "cached" else "",
            "UNIX sockets" if self.transport == "unix" else "",
            "httpd" if self.front == "httpd" else "",
        ]
        return ", ".join(part for part in parts if part)

    def with_manager(self, **attributes):
        """The same with these attributes of the Manager."""
        return replace(self, manager={**self.manager, **attributes})

    @property
    def adjustable(self):
        """Whether the scenario may change the configuration."""
        return self.files != "seed"


class Cluster:
    """One cluster in one temporary folder. Use `started_cluster` to have it ended as well."""

    def __init__(self, binaries, variant, name="cluster"):
        self.binaries, self.variant = binaries, variant
        self.folder = tempfile.mkdtemp(prefix="hf-")  # short: a socket's path has 107 bytes at most
        self.root = os.path.join(self.folder, "files")
        self.sockets = os.path.join(self.folder, "run") + "/"
        os.makedirs(self.sockets)
        self.logs = os.path.join(self.folder, "out")
        os.makedirs(self.logs)
        self._copy_files()
        self.caches = {node: self._cache(node) for node in ("n1", "n2")}
        self.nodes = {node: self._node(node) for node in ("node4", "node5")}
        self.balancer = self._balancer()

    # Files and addresses

    def _copy_files(self):
        variant = self.variant
        if variant.files == "seed" or variant.fixed_ports:
            self.ports = dict(settings.PORTS)
        else:
            self.ports = {name: free_port() for name in settings.PORTS}
        if variant.files == "seed":
            settings.copy_seed(self.root)
        else:
            settings.copy_examples(self.root, self.ports, self.sockets)
        os.makedirs(os.path.join(self.root, "logs"), exist_ok=True)
        for node in ("node4", "node5"):
            os.makedirs(os.path.join(self.base(node), "logs"), exist_ok=True)
            if variant.adjustable:
                server_xml = self.server_xml(node)
                if variant.manager:
                    settings.change_element(server_xml, "Manager", variant.manager)
                if variant.engine:
                    settings.change_element(server_xml, "Engine", variant.engine)

    @property
    def flavour(self):
        """The folder of the examples that this variant takes its configuration from."""
        if self.variant.sticky:
            return os.path.join(self.root, "sticky")
        if self.variant.transport == "unix":
            return os.path.join(self.root, "sockets")
        return self.root

    def base(self, node):
        """The base folder of an application server."""
        return os.path.join(self.flavour, node)

    def server_xml(self, node):
        """Its server.xml."""
        return os.path.join(self.base(node), "conf", "server.xml")

    def pages(self, node):
        """The folder its pages are served from."""
        return os.path.join(self.root, node, "webapps", "testapp")

    @property
    def balancer_configuration(self):
        """The balancer's configuration file."""
        if self.variant.files == "seed":
            name = "nginx-cluster.conf" if self.variant.front == "nginx" else "httpd-proxy.conf"
            return os.path.join(self.root, name)
        name = "balancer.conf" if self.variant.front == "nginx" else "balancer-httpd.conf"
        return os.path.join(self.flavour, name)

    def address(self, name):
        """Where a program listens: n1, n2, node4, node5, balancer."""
        if self.variant.transport == "unix":
            return (
                self.sockets
                + name
                + (".cache" if name.startswith("n1") or name == "n2" else ".http")
            )
        return self.ports[name]

    @property
    def front(self):
        """Where browsers go."""
        return self.address("balancer")

    def control_path(self, name):
        """The control socket of a program."""
        return self.sockets + name + ".control"

    # Programs

    def program(self, name):
        """The path of one of the project's programs."""
        return os.path.join(self.binaries, name)

    def _cache(self, node):
        address = self.address(node)
        if self.variant.cache == "memcached":
            where = (
                ["-l", "127.0.0.1", "-p", address]
                if isinstance(address, int)
                else ["-s", address, "-a", "0700"]
            )
            command = [shutil.which("memcached") or "memcached", "-m", "64", "-u", "root", *where]
        elif self.variant.files == "seed":
            command = [
                self.program("cached"),
                "-m",
                "64",
                "-l",
                "127.0.0.1",
                "-p",
                address,
                "--control",
                self.control_path(node),
            ]
        else:
            command = [
                self.program("cached"),
                "--config",
                os.path.join(self.flavour_of_cache, f"cached-{node}.conf"),
                "--control",
                self.control_path(node),
            ]
        return Process(node, command, self.logs, [address])

    @property
    def flavour_of_cache(self):
        """The caches have no sticky variant."""
        return os.path.join(self.root, "sockets") if self.variant.transport == "unix" else self.root

    def _node(self, node):
        command = [
            self.program("sessiond"),
            "--base",
            self.base(node),
            "--control",
            self.control_path(node),
        ]
        return Process(
            node, command, self.logs, [self.address(node), self.control_path(node)])

    def _balancer(self):
        flag = "-c" if self.variant.front == "nginx" else "-f"
        command = [
            self.program("balancerd"),
            "-p",
            self.root + "/",
            flag,
            self.balancer_configuration,
            "--control",
            self.control_path("balancer"),
        ]
        return Process(
            "balancer", command, self.logs, [self.front, self.control_path("balancer")])

    @property
    def programs(self):
        """All five, caches first."""
        return [*self.caches.values(), *self.nodes.values(), self.balancer]

    def start(self):
        """Starts all, then waits for all."""
        for program in self.programs:
            program.start(wait=False)
        for program in self.programs:
            program.wait_ready()
        return self

    def stop(self):
        """Ends all and removes the folder."""
        # All are told before one is waited for: a memcached takes its time.
        for program in reversed(self.programs):
            program.signal(signal.SIGINT)
        for program in reversed(self.programs):
            program.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tails(self):
        """The end of every log, for a failure."""
        return "\n".join(tail for tail in (program.tail() for program in self.programs) if tail)

    # What a scenario does with it

    def browser(self, session=None, seconds=http.CONNECT_SECONDS):
        """A browser at the front door."""
        return http.Browser(self.front, seconds, session)

    def cache(self, node):
        """A memcache connection to one cache node."""
        return Memcache(self.address(node))

    def other_cache(self, node):
        """n1 for n2 and n2 for n1."""
        return "n1" if node == "n2" else "n2"

    def control(self, name, target):
        """A GET on a program's control socket."""
        return http.get(self.control_path(name), target)

    def metrics(self, name):
        """A program's counters: {name with labels: number}."""
        found = {}
        for line in self.control(name, "/metrics").text.splitlines():
            if line and not line.startswith("#"):
                key, _, value = line.rpartition(" ")
                found[key] = float(value)
        return found

    def counter(self, name, pattern):
        """The sum of the counters of a program whose name (with labels) matches `pattern`."""
        values = [value for key, value in self.metrics(name).items() if re.search(pattern, key)]
        if not values:
            raise Failed(f"no counter of {name} matches {pattern}")
        return sum(values)

    def counters(self, pattern):
        """The same over both application servers that run."""
        return sum(
            self.counter(node, pattern) for node, program in self.nodes.items() if program.running
        )

    def ctl(self, *arguments, allowed=(0,), seconds=20.0):
        """Runs `ctl` on this cluster's control sockets: its standard output."""
        environment = {"HOLDFAST_RUN": self.sockets, "NO_COLOR": "1", "COLUMNS": "200"}
        status, output, errors = run([self.program("ctl"), *arguments], seconds, environment)
        if status not in allowed:
            said = errors.strip() or output.strip()
            raise Failed(f"ctl {' '.join(arguments)} ended with {status}: {said}")
        return output

    def status(self):
        """`ctl status`, which ends with 1 while a daemon is dead."""
        return self.ctl("status", allowed=(0, 1))

    def copies_missing(self):
        """`copies missing: N` as `ctl status` shows it, summed over the application servers."""
        found = re.findall(r"copies missing:\s*(\d+)", self.status())
        if not found:
            raise Failed("ctl status does not say `copies missing: N`")
        return max(map(int, found))

    def wait_for_copies(self, seconds=15.0):
        """Waits until `ctl status` says that no copy is missing."""
        until(lambda: self.copies_missing() == 0, "`copies missing: 0` in ctl status", seconds)


@contextmanager
def started_cluster(binaries, variant):
    """A running cluster; ended and removed afterwards. A failure inside shows every log's end."""
    cluster = Cluster(binaries, variant)
    try:
        yield cluster.start()
    except Failed as failure:
        raise Failed(f"{failure}\n{cluster.tails()}") from None
    finally:
        cluster.stop()


SESSION_ID = re.compile(r"([0-9A-Fa-f]{32})(?:-(n\d+))?(?:\.(\w+))?$")


@dataclass
class SessionID:
    """base-nX.route, taken apart."""

    base: str
    node: str
    route: str


def session_id(text):
    """Takes a session id apart; raises `Failed` when it has another form."""
    found = SESSION_ID.match(text or "")
    if not found:
        raise Failed(f"{text!r} is no session id of the form <32 hex>-nX")
    return SessionID(*found.groups())


@dataclass
class Page:
    """What a page of the examples, or the seed's page, says."""

    node: str
    session: str
    created: int
    count: int


def read_page(response):
    """Reads node, session id, creation time and counter from an answer; it must be 200."""
    if response.status != 200 or response.cut:
        raise Failed(
            f"expected 200; got {response.status}{' (cut)' if response.cut else ''}:"
            f" {response.text[:300]!r}"
        )
    words = re.sub(r"<[^>]*>", " ", response.text)
    node = re.search(r"\bnode[45]\b", words)
    session = re.search(r"(?:Session ID\s+|\bid=)(\S+)", words)
    created = re.search(r"(?:Created on\s+|\bcreated=)(\d+)", words)
    count = re.search(r"\bcount=(\d+)", words)
    if not node or not session:
        raise Failed(f"not a page of the example: {response.text[:300]!r}")
    return Page(
        node.group(0),
        session.group(1),
        int(created.group(1)) if created else None,
        int(count.group(1)) if count else None,
    )


def json_of(text):
    """JSON, or a failure that shows it."""
    try:
        return json.loads(text)
    except ValueError:
        raise Failed(f"not JSON: {text[:200]!r}") from None
