"""The five ports of the cluster: are they free, and if not, who holds them."""

import os
import socket

from building import Refused

PORTS = (11211, 11212, 8084, 8085, 8080)

TCP_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
STATE_LISTEN = "0A"


def require_free():
    """Raises `Refused` with one line that names every port that is taken."""
    taken = [port for port in PORTS if not is_free(port)]
    if not taken:
        return
    words = ", ".join(f"{port}{holder(port)}" for port in taken)
    one = len(taken) == 1
    raise Refused(
        f"{'port' if one else 'ports'} {words} {'is' if one else 'are'} taken:"
        " stop what listens there and try again"
    )


def is_free(port):
    """Whether a listener could be opened on loopback, as the daemons will."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def holder(port):
    """` (name, pid N)` of the process that listens there, or nothing when that cannot be seen."""
    inodes = listening_inodes(port)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for number in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{number}") in inodes:
                    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                        return f" ({file.read().strip()}, pid {pid})"
        except OSError:
            continue  # it ended, or it is somebody else's
    return ""


def listening_inodes(port):
    """`socket:[N]` of every socket that listens on the port."""
    found = set()
    for table in TCP_TABLES:
        try:
            with open(table, encoding="ascii") as file:
                rows = [line.split() for line in file][1:]
        except OSError:
            continue
        for row in rows:
            if row[3] == STATE_LISTEN and int(row[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{row[9]}]")
    return found
