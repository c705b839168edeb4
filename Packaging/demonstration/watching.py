"""What the live view shows, read from the control sockets, the caches and the balancer's log."""

import json
import os
import re
from dataclasses import dataclass, field

from harness.http import ConnectionEnded
from harness.waiting import Failed

SESSIONS_SHOWN = 12
LOG_BYTES_READ = 1 << 20


@dataclass
class Shown:
    """A session as the view shows it."""

    identifier: str
    copies: list
    served_by: str = ""


@dataclass
class Picture:
    """The cluster at one moment."""

    programs: list = field(default_factory=list)  # (name, where, pid, running)
    sessions: list = field(default_factory=list)
    session_count: int = 0
    served: dict = field(default_factory=dict)  # node -> requests
    last_served: str = ""
    copies_missing: int = 0
    notes: list = field(default_factory=list)
    restarting: dict = field(default_factory=dict)


class Watch:
    """Looks at a running cluster; remembers how far it has read the balancer's log."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.log_offset = 0
        self.served = {node: 0 for node in cluster.nodes}
        self.last_served = ""
        self.nodes_by_port = {cluster.ports[node]: node for node in cluster.nodes}

    def look(self):
        """Everything once. What cannot be asked just now is left out."""
        seen = Picture(served=self.served)
        for process in self.cluster.programs:
            where = f"127.0.0.1:{self.cluster.ports[process.name]}"
            pid = process.pid if process.running else None
            seen.programs.append((process.name, where, pid, process.running))
        self.read_log()
        seen.last_served = self.last_served
        newest = {}
        for node, process in self.cluster.nodes.items():
            if process.running:
                self.ask(node, seen, newest)
        seen.session_count = len(newest)
        latest = sorted(newest.values(), key=lambda known: known[0], reverse=True)
        for _, node, identifier in latest[:SESSIONS_SHOWN]:
            seen.sessions.append(Shown(identifier, self.copies(identifier), node))
        return seen

    def read_log(self):
        """Which node answered each request, from the new lines of the balancer's access log."""
        path = os.path.join(self.cluster.root, "logs", "balancer-access.log")
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                file.seek(self.log_offset)
                lines = file.read(LOG_BYTES_READ)
                self.log_offset = file.tell()
        except OSError:
            return
        for line in lines.splitlines():
            found = re.search(r":(\d+)$", line.strip())
            node = self.nodes_by_port.get(int(found.group(1))) if found else None
            if node:
                self.served[node] += 1
                self.last_served = node

    def ask(self, node, seen, newest):
        """An application server's sessions and missing copies.

        Both servers may know a session: the one with the newest version and access served it last.
        """
        try:
            answer = json.loads(self.cluster.control(node, "/v1/sessions").text)
            for session in answer["sessions"]:
                age = (session.get("lastAccessedUnixMilliseconds", 0), session.get("version", 0))
                base = session["id"].partition("-")[0]
                if base not in newest or newest[base][0] < age:
                    newest[base] = (age, node, session["id"])
            status = json.loads(self.cluster.control(node, "/v1/status").text)
            seen.copies_missing += int(status["sessions"]["copiesMissing"])
        except (OSError, ValueError, KeyError, TypeError, ConnectionEnded, Failed) as error:
            seen.notes.append(f"{node} does not answer: {error}")

    def copies(self, identifier):
        """Which caches hold the session, first copy and second."""
        found = []
        for node, process in self.cluster.caches.items():
            if not process.running:
                continue
            try:
                with self.cluster.cache(node) as cache:
                    if cache.flags(identifier) is not None:
                        found.append(node)
                    elif cache.flags(f"bak:{identifier}") is not None:
                        found.append(f"{node} (second)")
            except (OSError, Failed):
                continue
        return found
