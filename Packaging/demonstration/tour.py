"""The running cluster with a live view: what to open, what to kill, what becomes of sessions."""

import sys
import time

from dataclasses import replace

from harness import plan
from harness.cluster import Cluster
from harness.waiting import Failed, until
from view import Screen, Plain, picture
from watching import Watch

# A program that was killed is started again after this long, as systemd would.
RESTART_SECONDS = 12.0
SECONDS_BETWEEN_LOOKS = 0.5

INTRODUCTION = """
The cluster runs on loopback, from {folder}

  open in a browser     http://127.0.0.1:{balancer}/testapp/index.jsp
                        http://127.0.0.1:{balancer}/testapp/counter.jsp
  or from a shell       curl -c jar -b jar http://127.0.0.1:{balancer}/testapp/counter.jsp
  ask the daemons       HOLDFAST_RUN={sockets} {ctl} status

What to try, with the counter page open:

  kill -9 {n1:<8} cached n1: the session goes on from its copy in n2, its id ends in -n2
  kill -9 {node4:<8} sessiond node4: node5 serves, the counter goes on
  kill -9 {balancer_pid:<8} the balancer: started again, it finds every session

What you kill is started again after {seconds:.0f} s. When no copies are missing, kill the other.
Ctrl-C stops all five.
"""


def give(binaries):
    """Starts the cluster, shows it until Ctrl-C, stops it. The exit status."""
    cluster = Cluster(binaries, replace(plan.EXAMPLES, fixed_ports=True))
    try:
        try:
            cluster.start()
        except Failed as failure:
            print(f"quickstart: the cluster did not start: {failure}", file=sys.stderr)
            return 1
        print(introduction(cluster), flush=True)
        show(cluster)
    except KeyboardInterrupt:
        return 0
    finally:
        cluster.stop()
        print("\nAll five are stopped.", flush=True)
    return 0


def introduction(cluster):
    """The addresses, and which process to kill."""
    return INTRODUCTION.format(
        folder=cluster.root,
        balancer=cluster.ports["balancer"],
        sockets=cluster.sockets,
        ctl=cluster.program("ctl"),
        n1=cluster.caches["n1"].pid,
        node4=cluster.nodes["node4"].pid,
        balancer_pid=cluster.balancer.pid,
        seconds=RESTART_SECONDS,
    )


def show(cluster):
    """Looks again and again; starts what was killed."""
    watch = Watch(cluster)
    output = Screen(sys.stdout) if sys.stdout.isatty() else Plain(sys.stdout)
    died = {}
    while True:
        for process in cluster.programs:
            if process.running:
                died.pop(process.name, None)
            elif (
                time.monotonic() - died.setdefault(process.name, time.monotonic()) > RESTART_SECONDS
            ):
                restart(process)
        now = watch.look()
        now.restarting = {
            name: max(0, RESTART_SECONDS - (time.monotonic() - since))
            for name, since in died.items()
        }
        output.show(picture(now))
        next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS
        until(lambda at=next_look: time.monotonic() >= at, "the next look")


def restart(process):
    """Starts a killed program; it may still fail, then it is tried again later."""
    try:
        process.start(wait=False)
    except OSError as error:
        print(f"quickstart: {process.name} cannot be started: {error}", file=sys.stderr)
