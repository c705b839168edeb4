"""Servers on one core, load on the other, and what a request cost the server."""

import json
import os
import re
import tempfile
from dataclasses import dataclass

from harness.processes import Process, run
from harness.waiting import Failed

SERVER_CORE = "0"
LOAD_CORE = "1"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """What one run measured."""

    requests: int
    seconds: float
    user: float
    system: float
    # The 99th percentile, in nanoseconds, where the load generator tells it.
    latency: float = 0

    @property
    def microseconds(self):
        """The server's CPU time for each request."""
        return (self.user + self.system) / self.requests * 1e6

    @property
    def throughput(self):
        """Requests each second."""
        return self.requests / self.seconds

    def __str__(self):
        user, system = (part / self.requests * 1e6 for part in (self.user, self.system))
        return f"{user:.2f}+{system:.2f} µs, {self.throughput / 1000:.1f} k/s"


class Bench:
    """Where things are, and how long a run is."""

    def __init__(self, binaries, seconds, warm):
        self.binaries = os.path.abspath(binaries)
        self.seconds = seconds
        self.warm = warm
        self.folder = tempfile.mkdtemp(prefix="hfb-")
        self.tools = os.path.join(os.path.dirname(os.path.abspath(__file__)))

    def program(self, name):
        """One of the project's programs, built in release mode."""
        path = os.path.join(self.binaries, name)
        if not os.access(path, os.X_OK):
            raise Failed(f"{path} is not built, see --help")
        return path

    def server(self, name, command, address, environment=None):
        """A process pinned to the server's core."""
        pinned = ["taskset", "-c", SERVER_CORE, *command]
        return Process(name, pinned, self.folder, [address], environment)

    def helper(self, name, command, address):
        """A process that the measured server talks to: on the load's core."""
        return Process(name, ["taskset", "-c", LOAD_CORE, *command], self.folder, [address])

    def memcache_load(self, process, address, *options):
        """Our own load generator, for servers that speak memcache."""
        where = address if isinstance(address, str) else f"127.0.0.1:{address}"
        command = ["taskset", "-c", LOAD_CORE, self.program("LoadGenerator"), "--address", where]
        command += ["--seconds", self.seconds, *options]
        before = cpu_seconds(process.pid)
        status, output, errors = run(command, self.seconds + 60)
        user, system = (now - then for now, then in zip(cpu_seconds(process.pid), before))
        if status != 0:
            raise Failed(f"the load generator ended with {status}: {errors}")
        report = json.loads(output)
        if report["failures"]:
            raise Failed(f"{report['failures']} requests failed")
        requests = report["operations"]
        seconds = requests / report["operationsPerSecond"]
        return Cost(requests, seconds, user, system, report["latencyP99Nanoseconds"])

    def http_load(self, process, port, target, sessions=(), connections=50, seconds=None):
        """wrk with kept connections; with sessions each request names the next one."""
        seconds = int(seconds or self.seconds)
        command = ["taskset", "-c", LOAD_CORE, "wrk", "-t", "1", "-c", connections, "-d", seconds]
        command += [
            "-s",
            os.path.join(self.tools, "sessions.lua"),
            f"http://127.0.0.1:{port}{target}",
        ]
        before = cpu_seconds(process.pid)
        status, output, errors = run([*command, "--", *sessions], seconds + 30)
        user, system = (now - then for now, then in zip(cpu_seconds(process.pid), before))
        found = re.search(r"(\d+) requests in [\d.]+(?:m?s|m)\b", output)
        if status != 0 or not found:
            raise Failed(f"wrk ended with {status}: {errors or output}")
        if "Non-2xx" in output or "Socket errors" in output:
            raise Failed(f"wrk saw failures: {output}")
        return Cost(int(found.group(1)), float(seconds), user, system)


def cpu_seconds(pid):
    """(user, system) of a process with all its threads and living child processes."""
    total = [0.0, 0.0]
    for one in family(pid):
        with open(f"/proc/{one}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        total[0] += int(fields[11]) / TICKS
        total[1] += int(fields[12]) / TICKS
    return tuple(total)


def processor_nanoseconds(pid):
    """What the threads of a process have run, more finely than in clock ticks."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total


def family(pid):
    """A process and all that descend from it."""
    found = [pid]
    for one in found:
        for thread in os.listdir(f"/proc/{one}/task"):
            with open(f"/proc/{one}/task/{thread}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
    return found


def resident_megabytes(pid):
    """Resident memory of a process and its children."""
    pages = 0
    for one in family(pid):
        with open(f"/proc/{one}/statm", encoding="ascii") as file:
            pages += int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
