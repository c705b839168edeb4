"""Step 11: sockets passed by systemd, by name and address; READY=1 after the last one listens."""

import os
import shutil

from harness import http
from harness.cluster import COUNTER, read_page
from harness.memcache import Memcache
from harness.processes import Process
from harness.sockets import answers, connect, free_port, listen
from harness.systemd import NotifySocket, with_sockets
from harness.waiting import expect, expect_equal, until

NAMES = {"n1": "cache", "n2": "cache", "node4": "http", "node5": "http", "balancer": "http"}


def tell(run, variant):
    """The environment systemd sets, then systemd's own tool."""
    with run.step(
        "11.1",
        "all five with passed sockets (cache, http, control): READY=1, then the cluster counts",
    ) as saw:
        all_passed(run, variant, saw)
    with run.step(
        "11.2",
        "READY=1 comes after the last one listens; what is configured and not passed is bound",
    ) as saw:
        partly_passed(run, variant, saw)
    with run.step("11.3", "passed and not configured: an error") as saw:
        not_configured(run, variant, saw)
    with run.step("11.4", "STOPPING=1 on SIGTERM, RELOADING=1 and READY=1 on SIGHUP") as saw:
        life_cycle(run, variant, saw)
    with run.step(
        "11.5", "systemd-socket-activate starts cached and sessiond at the first connection"
    ) as saw:
        socket_activate(run, variant, saw)


def passed_start(cluster, name, process, notify, extra=()):
    """Starts one program with its listener and its control socket passed."""
    control = cluster.control_path(name)
    listeners = [listen(cluster.address(name)), listen(control), *[one for one, _ in extra]]
    names = [NAMES[name], "control", *[label for _, label in extra]]
    command, environment, numbers = with_sockets(process.command, listeners, names)
    activated = Process(
        process.name, command, cluster.logs, process.ready, {**environment, **notify.environment}
    )
    activated.start(pass_fds=numbers, wait=False)
    return activated, listeners


def all_passed(run, variant, saw):
    """The scenario holds every listener, so no daemon could have bound its own."""
    cluster = run.make_cluster(variant)
    started, kept = [], []
    try:
        for process in cluster.programs:
            notify = NotifySocket(cluster.folder)
            activated, listeners = passed_start(cluster, process.name, process, notify)
            started.append(activated)
            kept += listeners
            notify.wait_for("READY=1")
            notify.close()
            os.unlink(notify.path)
        with cluster.browser() as browser:
            counts = [read_page(browser.get(COUNTER)).count for _ in range(10)]
        expect_equal(counts, list(range(1, 11)), "the counter")
        for process in cluster.programs:
            expect_equal(
                cluster.control(process.name, "/metrics").status,
                200,
                f"{process.name}'s control socket",
            )
        saw("READY=1 five times, counted to 10, five control sockets answer")
    finally:
        for process in reversed(started):
            process.stop()
        for listener in kept:
            listener.close()
        cluster.stop()


def partly_passed(run, variant, saw):
    """cached has two listeners configured, one is passed."""
    cluster = run.make_cluster(variant)
    notify = NotifySocket(cluster.folder)
    first, second = free_port(), free_port()
    listener = listen(first)
    command = [
        cluster.program("cached"),
        "-l",
        f"127.0.0.1:{first}",
        "-l",
        f"127.0.0.1:{second}",
        "--control",
        cluster.control_path("n1"),
    ]
    wrapped, environment, numbers = with_sockets(command, [listener], ["cache"])
    process = Process("cached", wrapped, cluster.logs, (), {**environment, **notify.environment})
    try:
        process.start(pass_fds=numbers)
        notify.wait_for("READY=1")
        for port in (first, second):
            with Memcache(port) as cache:
                cache.set("key", b"value")
        expect(answers(cluster.control_path("n1")), "a control socket that was not passed", "none")
        saw("one passed, one bound, both answer at READY=1")
    finally:
        process.stop()
        listener.close()
        notify.close()
        cluster.stop()


def not_configured(run, variant, saw):
    """A listener at an address that no configuration names."""
    for name in ("n1", "node4", "balancer"):
        cluster = run.make_cluster(variant)
        notify = NotifySocket(cluster.folder)
        process = next(one for one in cluster.programs if one.name == name)
        port = free_port()
        activated, listeners = passed_start(
            cluster, name, process, notify, [(listen(port), NAMES[name])]
        )
        try:
            status = activated.wait(10)
            expect(status != 0, f"{name} to end with an error", f"exit status {status}")
            expect(
                str(port) in activated.log(),
                f"the address 127.0.0.1:{port} in the message",
                activated.tail(),
            )
            saw(activated.log().strip().splitlines()[-1])
        finally:
            activated.stop()
            for listener in listeners:
                listener.close()
            notify.close()
            cluster.stop()


def life_cycle(run, variant, saw):
    """What each daemon reports as it reloads and stops."""
    cluster = run.make_cluster(variant)
    try:
        for process in cluster.programs:
            notify = NotifySocket(cluster.folder)
            process.environment.update(notify.environment)
            process.start()
            notify.wait_for("READY=1")
            notify.messages.clear()
            process.signal(1)
            notify.wait_for("RELOADING=1")
            notify.wait_for("READY=1")
            expect(
                any(message.startswith("STATUS=") for message in notify.receive()),
                "a STATUS",
                notify.messages,
            )
            process.signal(15)
            notify.wait_for("STOPPING=1")
            expect_equal(process.wait(), 0, f"{process.name}'s exit status")
            notify.close()
            os.unlink(notify.path)
        saw("all five")
    finally:
        cluster.stop()


def socket_activate(run, variant, saw):
    """The tool listens, and executes the program when somebody connects."""
    tool = shutil.which("systemd-socket-activate")
    expect(tool, "systemd-socket-activate (package systemd)", "not installed")
    cluster = run.make_cluster(variant)
    started = []
    try:
        for name in ("n1", "n2", "node4"):
            process = next(one for one in cluster.programs if one.name == name)
            notify = NotifySocket(cluster.folder)
            address = cluster.address(name)
            where = f"127.0.0.1:{address}" if isinstance(address, int) else address
            command = [
                tool,
                "-l",
                where,
                f"--fdname={NAMES[name]}",
                "-E",
                f"NOTIFY_SOCKET={notify.path}",
                *process.command,
            ]
            activated = Process(name, command, cluster.logs, [])
            activated.start()
            started.append(activated)
            first = until(lambda address=address: try_connect(address), "the tool to listen")
            notify.wait_for("READY=1")
            first.close()
            notify.close()
            os.unlink(notify.path)
        with Memcache(cluster.address("n1")) as cache:
            cache.set("key", b"value")
        with http.Browser(cluster.address("node4")) as browser:
            counts = [read_page(browser.get(COUNTER)).count for _ in range(5)]
        expect_equal(counts, [1, 2, 3, 4, 5], "the counter on node4")
        saw("both caches store, node4 counts")
    finally:
        for process in reversed(started):
            process.stop()
        cluster.stop()


def try_connect(address):
    """A connection, or None."""
    try:
        return connect(address)
    except OSError:
        return None
