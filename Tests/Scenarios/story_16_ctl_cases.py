"""Step 16: ctl where something is held, wrong or down: locks, searches, checks, reloads, guests."""

import json
import os
import shutil
import subprocess
import threading
import time
from contextlib import ExitStack

from harness.cluster import COUNTER, read_page, session_id
from harness.processes import run as run_command
from harness.sockets import listen
from harness.waiting import expect, expect_equal, until
from story_12_ctl import UNREACHABLE, as_nobody, ctl, json_of, records

# How long ctl waits for an answer.
ANSWER_SECONDS = 15
TABLES = (
    ("repl", "status"),
    ("balancer", "show", "SERVER"),
    ("config", "show", "--settings", "n1"),
    ("cache", "hotkeys", "--server", "n1"),
    ("cache", "bigkeys", "--server", "n1"),
    ("level",),
)


def tell(run, variant):
    """One cluster whose sessions are locked by requests."""
    with run.cluster("16", variant.with_manager(sticky="false", lockingMode="all")) as cluster:
        steps = [
            ("16.1", "session locks shows a lock that is held, and where", locks),
            ("16.2", "session find finds by the beginning of an id", found),
            ("16.3", "config test lets each daemon check its own kind of file", checks),
            ("16.4", "log -f goes on with what comes", followed),
            ("16.5", "reload --wait succeeds while a cache is down", reloaded),
            ("16.6", "a guest finds no id digit by digit", guessed),
            ("16.7", "tables fit 80 columns", narrow),
            ("16.8", "commands that change something tell programs what they did", told),
            ("16.9", "session expire --context ends those of one application", expired),
            ("16.10", "top without a terminal is one plain table", untopped),
            ("16.11", "three daemons that hang take no longer than one", hanging),
        ]
        for number, what, check in steps:
            with run.step(number, what) as saw:
                check(cluster, saw)


def locks(cluster, saw):
    """The scenario holds the lock that a request of the session would take."""
    browser = cluster.browser()
    browser.get(COUNTER)
    session = browser.session
    node = session_id(session).node
    expect_equal(records(cluster, "session", "locks"), [], "locks before")
    with cluster.cache(node) as cache:
        until(lambda: cache.add(f"lock:{session}", b"scenario", 20), "the lock")
        held = records(cluster, "session", "locks")
        cache.delete(f"lock:{session}")
    expect_equal([(e["id"], e["node"]) for e in held], [(session, node)], "what is locked")
    until(lambda: not records(cluster, "session", "locks"), "no lock any more")
    saw(f"{session[:8]}… on {node}")


def found(cluster, saw):
    """By its beginning, and by nothing else's."""
    page = read_page(cluster.browser().get(COUNTER))
    cluster.browser().get(COUNTER)
    for length in (4, 8, 32):
        ids = [e["id"] for e in records(cluster, "session", "find", page.session[:length])]
        expect(page.session in ids, f"{page.session} by {length} digits", ids)
    expect_equal(len(ids), 1, "sessions with the whole id")
    context = records(cluster, "session", "list", "--context", "/none")
    expect_equal(context, [], "sessions of an application that is not there")
    saw(page.session[:8])


def checks(cluster, saw):
    """A good and a bad file of each kind; whose it is is guessed, too."""
    folder = os.path.join(cluster.folder, "checked")
    os.makedirs(folder, exist_ok=True)
    files = {
        "cached": ("-m 64\n", "-m 64\n-c many\n", ":2:4"),
        "nginx": ("events {}\nhttp {}\n", "events {}\nhttp { nonsense on; }\n", ":2:8"),
        "httpd": ("Listen 8000\n", "Listen 8000\nNonsense on\n", ":2"),
    }
    for kind, (good, bad, place) in files.items():
        path = os.path.join(folder, kind)
        for text, status in ((good, 0), (bad, 1)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            for arguments in (("--for", kind, path), (path,)):
                _, errors = ctl(
                    cluster, "config", "test", *arguments, status=(1, 64) if status else 0)
                expect(not status or path + place in errors, f"{path}{place}", errors)
    base = cluster.base("node4")
    ctl(cluster, "config", "test", base)
    ctl(cluster, "config", "test", "--for", "tomcat", base)
    _, errors = ctl(cluster, "config", "test", folder, status=1)
    expect("server.xml" in errors, "what a base folder misses", errors)
    saw(f"{len(files) + 1} kinds")


def followed(cluster, saw):
    """A line that is logged while somebody follows."""
    following = subprocess.Popen(
        [cluster.program("ctl"), "log", "-f", "-n", "0", "-o", "jsonl"],
        env={**os.environ, "HOLDFAST_RUN": cluster.sockets},
        stdout=subprocess.PIPE,
        text=True,
    )
    told = []
    reader = threading.Thread(target=lambda: told.extend(map(json_of, following.stdout)))
    reader.start()

    def reload():
        # Again until it is followed: what came before that is not told.
        ctl(cluster, "reload", "n1")
        return [line for line in told if line["name"] == "n1" and "reload" in line["message"]]

    try:
        seen = until(reload, "the line of a reload that was followed", 15)[0]
    finally:
        following.kill()
        following.wait()
        reader.join()
        following.stdout.close()
    saw(seen["message"])


def reloaded(cluster, saw):
    """What was wrong before is no reason to call a reload failed."""
    cluster.caches["n2"].kill()
    cluster.browser().get(COUNTER)

    def degraded():
        health = records(cluster, "health", "node4", status=(0, 1))
        return health[0]["health"] == "degraded"

    until(degraded, "node4 to miss its cache", 15)
    output, _ = ctl(cluster, "reload", "--wait", "--timeout", "5", "node4")
    expect("node4: configuration taken" in output, "that it was taken", output)
    expect("degraded as before" in output and "n2" in output, "what is still wrong", output)
    cluster.caches["n2"].start()
    cluster.wait_for_copies()
    ctl(cluster, "health", "--wait")
    saw(output.splitlines()[-1])


def expired(cluster, saw):
    """A second application, with sessions of its own."""
    for node in ("node4", "node5"):
        pages = cluster.pages(node)
        shutil.copytree(pages, os.path.join(os.path.dirname(pages), "other"))
        ctl(cluster, "reload", node)
    other = COUNTER.replace("/testapp/", "/other/")
    until(lambda: cluster.browser().get(other).status == 200, "the other application", 15)
    mine = read_page(cluster.browser().get(COUNTER)).session

    def contexts(*arguments):
        return [e["context"] for e in records(cluster, "session", "list", *arguments)]

    until(lambda: {"/testapp", "/other"} <= set(contexts("--idle", "1")), "both idle", 15)
    expire = ("session", "expire", "--idle", "1")
    dry, _ = ctl(cluster, *expire, "--context", "/other", "--dry-run")
    count = contexts("--context", "/other").count("/other")
    expect_equal(dry.count("would expire "), count, f"what would end of /other in {dry}")
    none, _ = ctl(cluster, *expire, "--context", "/none")
    expect_equal(none.strip(), "no session was idle for so long", "nothing of /none")
    expect_equal(records(cluster, *expire, "--context", "/none"), [], "nothing of /none")
    done = records(cluster, *expire, "--context", "/other")
    expect_equal({entry["result"] for entry in done}, {"expired"}, "what became of them")
    expect_equal((len(done), contexts("--context", "/other")), (count, []), "those of /other")
    expect(mine in [e["id"] for e in records(cluster, "session", "list")], "the others stay", mine)
    saw(f"{count} of /other, none of /testapp")


def untopped(cluster, saw):
    """In a pipe, from a pipe, of a terminal that has no input; and where nobody runs."""
    tool = cluster.program("ctl")
    here = {"HOLDFAST_RUN": cluster.sockets, "COLUMNS": "80"}
    for line in (
        f"{tool} top --interval 0.3 < /dev/null",
        f"echo q | {tool} top --interval 0.3 --view caches",
        f"script -q -e -c '{tool} top --interval 0.3 < /dev/null' /dev/null < /dev/null",
    ):
        status, output, errors = run_command(["bash", "-c", line], 20, here)
        expect_equal((status, errors), (0, ""), f"end of {line}")
        rows = output.splitlines()
        expect(rows[0].startswith("NAME ") and "n1" in output, "a table", output)
        expect("\x1b[?1049h" not in output and len(rows) <= 8, "and no screen", repr(output))
    # A rate needs an interval: requests of a moment ago are in it.
    found = records(cluster, "top", "--interval", "0.3", "--view", "servers")
    expect({"upstream", "server", "requests"} <= set(found[0]), "its fields", found)
    nowhere = {"HOLDFAST_RUN": cluster.folder + "/nothing"}
    _, errors = ctl(cluster, "top", status=UNREACHABLE, environment=nowhere)
    expect_equal(len(errors.splitlines()), 1, f"lines of {errors!r}")
    saw(f"{len(rows)} lines")


def guessed(cluster, saw):
    """More than eight digits name nothing for who may only read, but the whole id."""
    base = read_page(cluster.browser().get(COUNTER)).session[:32]
    right, wrong = base[:9], base[:8] + ("0" if base[8] != "0" else "1")
    answers = set()
    for start in (right, wrong):
        for command in ("show", "where"):
            _, errors = as_nobody(cluster, "session", command, start, status=1)
            answers.add(errors.replace(start, "ID"))
    expect_equal(len(answers), 1, f"answers among {answers}")
    as_nobody(cluster, "session", "show", base[:8])
    ctl(cluster, "session", "show", right)
    saw(answers.pop().strip())


def first_server(cluster):
    """A server's name; without affinity none has a route."""
    return records(cluster, "balancer", "list")[0]["name"]


def told(cluster, saw):
    """-o jsonl of each, as records with a name and a result."""
    session = read_page(cluster.browser().get(COUNTER)).session
    node = first_server(cluster)
    server = ("cache", "--server", "n1")
    changes = (
        (("reload", "n1"), ("n1", "configuration taken")),
        (("balancer", "server", node, "drain"), (None, "drain")),
        (("balancer", "wait", "--drained", node), (node, "drained")),
        (("balancer", "server", node, "ready"), (None, "ready")),
        (("balancer", "weight", node, "2"), (None, "weight 2")),
        (("balancer", "server", node, "configured"), (None, "configured")),
        (("session", "expire", session), (session, "expired")),
        ((*server[:1], "set", *server[1:], "told", "5"), ("told", "stored")),
        ((*server[:1], "incr", *server[1:], "told", "2"), ("told", "7")),
        ((*server[:1], "touch", *server[1:], "told", "60"), ("told", "touched")),
        ((*server[:1], "delete", *server[1:], "told"), ("told", "deleted")),
        ((*server[:1], "flush", *server[1:], "--confirm", "--prefix", "no:"),
         ("no:", "0 items flushed")),
    )
    for arguments, (name, result) in changes:
        done = records(cluster, *arguments)
        expect_equal(len(done), 1, f"records of {arguments}")
        expect(name in (None, done[0]["name"]), f"{name} from {arguments}", done)
        expect_equal(done[0]["result"], result, f"the result of {arguments}")
    ctl(cluster, "cache", "set", "--server", "n1", "told", "text")
    item = json_of(ctl(cluster, "-o", "json", "cache", "get", "--server", "n1", "told")[0])
    expect_equal(item["items"][0]["value"], "text", "the value in JSON")
    saw(f"{len(changes)} commands")


def narrow(cluster, saw):
    """What other steps do not look at as tables."""
    server = first_server(cluster)
    for words in TABLES:
        arguments = [word.replace("SERVER", server) for word in words]
        # Nobody replicates here.
        table, _ = ctl(cluster, *arguments, status=1 if words[0] == "repl" else 0)
        wide = [line for line in table.splitlines() if len(line) > 80]
        expect(not wide, f"lines of at most 80 columns from {' '.join(arguments)}", wide)
    saw(f"{len(TABLES)} tables")


def hanging(cluster, saw):
    """Sockets that take a connection and never answer."""
    folder = os.path.join(cluster.folder, "hanging")
    os.mkdir(folder)
    with ExitStack() as stack:
        for name in ("one", "two", "three"):
            stack.enter_context(listen(os.path.join(folder, f"{name}.sock")))
        began = time.monotonic()
        command = [cluster.program("ctl"), "health", "-o", "json", "--socket", folder]
        _, output, _ = run_command(command, seconds=60)
        taken = time.monotonic() - began
    health = [entry["health"] for entry in json.loads(output)["health"]]
    expect_equal(health, ["silent"] * 3, "their health")
    expect(taken < 2 * ANSWER_SECONDS, "an end before a second one was waited for", taken)
    saw(f"{taken:.0f} s")
