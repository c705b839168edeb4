"""Step 12: ctl: every command asked of real daemons; what it prints, and what it ends with."""

import json
import os
import re
import shutil
import stat
import subprocess
import threading

from dataclasses import replace

from harness.cluster import COUNTER, json_of, read_page
from harness.processes import Process, run as run_command
from harness.settings import REPOSITORY, rewrite
from harness.waiting import Failed, expect, expect_equal, until

NOBODY = 65534
UNREACHABLE, TIMED_OUT, FORBIDDEN, USAGE = 69, 75, 77, 64


def tell(run, variant):
    """One cluster with affinity, so that routes can be followed."""
    with run.cluster("12", replace(variant, sticky=True)) as cluster:
        steps = [
            ("12.1", "status, health, stat and metrics in each form", look),
            ("12.2", "an unreachable daemon is one clear line and status 69", unreachable),
            ("12.3", "a server is drained, waited for, weighed and made ready", balancer),
            ("12.4", "sessions are found, shown, followed to their copies, ended", sessions),
            ("12.5", "who may only read sees cut ids, no attributes, and changes nothing", guest),
            ("12.6", "config show, diff, test; a reload that is refused says where", configuration),
            ("12.7", "log and events, with what comes; the level", lines),
            ("12.8", "--host runs the same command elsewhere, words kept", other_machine),
            ("12.9", "every command has help with examples; completion for three shells", helps),
            ("12.10", "Docs/ctl.md is what the help texts say", manual),
            ("12.11", "all say the changelog's version, and that of a package once it is written "
             "into them", versions),
        ]
        for number, what, check in steps:
            with run.step(number, what) as saw:
                check(cluster, saw)


def ctl(cluster, *arguments, status=0, seconds=20.0, environment=None, columns="80", wrap=()):
    """Runs ctl: (standard output, standard error); its exit status must be the one expected, or
    one of a tuple of them."""
    variables = {"HOLDFAST_RUN": cluster.sockets, "COLUMNS": columns, **(environment or {})}
    command = [*wrap, cluster.program("ctl"), *map(str, arguments)]
    ended, output, errors = run_command(command, seconds, variables)
    expected = status if isinstance(status, tuple) else (status,)
    what = f"exit status of ctl {' '.join(map(str, arguments))}, one of {expected}: {errors}"
    expect(ended in expected, what, ended)
    return output, errors


def records(cluster, *arguments, **options):
    """The records of a command by -o jsonl."""
    output, _ = ctl(cluster, *arguments, "-o", "jsonl", **options)
    return [json_of(line) for line in output.splitlines()]


def in_three_forms(cluster, name, *arguments):
    """The same records as JSON, JSON lines and CSV, and a table of at most 80 columns."""
    table, _ = ctl(cluster, *arguments)
    wide = [line for line in table.splitlines() if len(line) > 80]
    expect(not wide, "lines of at most 80 columns", wide)
    expect("\x1b" not in table, "no colours where no terminal is", repr(table))
    document = json_of(ctl(cluster, *arguments, "-o", "json")[0])
    lines = records(cluster, *arguments)
    rows = ctl(cluster, *arguments, "-o", "csv")[0].splitlines()
    if name:
        expect_equal(len(document[name]), len(lines), "records in json and jsonl")
        expect_equal([list(entry) for entry in document[name]], [list(e) for e in lines], "fields")
    expect(len(rows) >= len(lines) + 1, "a CSV line for each record and a head", len(rows))
    return lines


def look(cluster, saw):
    """What can only be looked at."""
    names = ["balancer", "n1", "n2", "node4", "node5"]
    cluster.browser().get(COUNTER)
    expect_equal([e["name"] for e in in_three_forms(cluster, None, "status")], names, "daemons")
    document = json_of(ctl(cluster, "status", "-o", "json")[0])
    expect_equal(sorted(document["daemons"]), names, "daemons in the document")
    health = in_three_forms(cluster, "health", "health")
    expect_equal({e["health"] for e in health}, {"ok"}, "health")
    ctl(cluster, "health", "--wait", "n1", "node4")
    stats = in_three_forms(cluster, "stats", "stat", "holdfast_sessions")
    expect(sum(e["value"] for e in stats) >= 1, "a session counted", stats)
    ctl(cluster, "stat", "no_such_metric", status=1)
    described, _ = ctl(cluster, "stat", "--describe", "sessions")
    expect("Sessions held in this process." in described, "what it counts", described)
    text, _ = ctl(cluster, "metrics")
    ups = [line for line in text.splitlines() if line.startswith("holdfast_build_info{")]
    expect_equal(len(ups), 5, "instances in the metrics")
    expect_equal(text.count("# TYPE holdfast_build_info "), 1, "one family of that name")
    saw(f"{len(text.splitlines())} lines of metrics")


def unreachable(cluster, saw):
    """No folder, a dead daemon, wrong words."""
    nowhere = {"HOLDFAST_RUN": cluster.folder + "/nothing"}
    _, errors = ctl(cluster, "status", status=UNREACHABLE, environment=nowhere)
    expect_equal(len(errors.splitlines()), 1, f"lines of {errors!r}")
    cluster.caches["n2"].kill()
    output, _ = ctl(cluster, "status", status=1)
    expect("n2: not reachable at" in output, "what is silent", output)
    _, errors = ctl(cluster, "reload", "n2", status=UNREACHABLE)
    expect_equal(len(errors.splitlines()), 1, f"lines of {errors!r}")
    ctl(cluster, "health", "--wait", "--timeout", "0.2", "n2", status=TIMED_OUT)
    waiting = subprocess.Popen(
        [cluster.program("ctl"), "health", "--wait", "--timeout", "20", "n2", "node4"],
        env={**os.environ, "HOLDFAST_RUN": cluster.sockets},
        stdout=subprocess.PIPE,
    )
    cluster.caches["n2"].start()
    expect_equal(waiting.wait(20), 0, "status of health --wait once it is back")
    waiting.stdout.close()
    cluster.wait_for_copies()
    _, errors = ctl(cluster, "reload", "nobody", status=1)
    expect("there are balancer, n1, n2, node4, node5" in errors, "the names there are", errors)
    _, errors = ctl(cluster, "statsu", status=USAGE)
    saw(errors.splitlines()[0])


def peers(cluster):
    """The balancer's servers by their routes."""
    return {entry["route"]: entry for entry in records(cluster, "balancer", "list")}


def balancer(cluster, saw):
    """A server is taken out and back while browsers ask."""
    in_three_forms(cluster, "servers", "balancer", "list")
    mine = cluster.browser()
    first = read_page(mine.get(COUNTER)).node
    other = "node5" if first == "node4" else "node4"
    ctl(cluster, "balancer", "server", first, "drain")
    expect_equal(peers(cluster)[first]["state"], "draining", "its state")
    served = {read_page(mine.get(COUNTER)).node for _ in range(6)}
    expect_equal(served, {first}, "who serves a session that is his")
    served = {read_page(cluster.browser().get(COUNTER)).node for _ in range(6)}
    expect_equal(served, {other}, "who serves new sessions")
    ctl(cluster, "balancer", "wait", "--drained", first)
    ctl(cluster, "reload", "balancer")
    ctl(cluster, "balancer", "server", first, "maint")
    expect_equal(read_page(mine.get(COUNTER)).node, other, "who takes the session over")
    ctl(cluster, "balancer", "wait", "--up", first, "--timeout", "0.2", status=TIMED_OUT)
    ctl(cluster, "balancer", "weight", first, 5)
    ctl(cluster, "balancer", "server", first, "ready")
    ctl(cluster, "balancer", "wait", "--up", first)
    counts = [read_page(cluster.browser().get(COUNTER)).node for _ in range(18)]
    expect(counts.count(first) >= 14, "15 of 18 for a weight of 5", counts)
    shown, _ = ctl(cluster, "balancer", "show", first)
    expect("configuredWeight  1" in shown, "the configured weight", shown)
    ctl(cluster, "balancer", "server", first, "configured")
    expect_equal(peers(cluster)[first]["weight"], 1, "its weight, given back")
    _, errors = ctl(cluster, "balancer", "server", "node9", "drain", status=1)
    expect("node4" in errors and "node5" in errors, "the servers there are", errors)
    _, errors = ctl(cluster, "balancer", "weight", first, 0, status=USAGE)
    done = [e for e in records(cluster, "events") if e["event"] == "control_done"]
    wanted = [e["message"] for e in done if '{"state":"maint"}' in e["message"]]
    expect_equal(len(wanted), 1, f"an event for the change in {done}")
    log = cluster.balancer.log()
    expect('{"state":"maint"} by user 0, process ' in log, "who did it", log)
    saw(f"{first} drained, {counts.count(first)} of 18 with a weight of 5")


def sessions(cluster, saw):
    """From the list to the end of a session."""
    browser = cluster.browser()
    page = read_page(browser.get(COUNTER))
    cluster.browser().get(COUNTER)
    start = page.session[:8]
    listed = in_three_forms(cluster, "sessions", "session", "list")
    mine = [entry for entry in listed if entry["id"] == page.session]
    expect_equal(len(mine), 1, f"{page.session} in the list")
    expect_equal(sorted(mine[0]["copies"]), ["n1", "n2"], "where its copies are")
    in_three_forms(cluster, None, "session", "show", start)
    shown, _ = ctl(cluster, "session", "show", start)
    expect("count      int32  1" in shown, "its attribute", shown)
    places = in_three_forms(cluster, "places", "session", "where", start)
    copies = {p["what"]: p for p in places if p["step"] == "copy"}
    expect_equal({p["state"] for p in copies.values()}, {"present"}, "state of its copies")
    node = page.session.split("-")[1].split(".")[0]
    expect(copies["first"]["where"].startswith(node), f"the first copy on {node}", copies)
    key = copies["second"]["key"]
    held = cluster.cache(cluster.other_cache(node)).get(key)
    expect(held is not None, f"{key} in the other cache", held)
    routes = [p for p in places if p["step"] == "route"]
    expect_equal(routes[0]["what"], page.node, "its route")
    found = records(cluster, "session", "find", "--attribute", "count=1")
    expect(page.session in [entry["id"] for entry in found], "it by its attribute", found)
    ctl(cluster, "session", "find", "no-such-text", status=1)
    expect_equal(records(cluster, "session", "list", "--idle", "3600"), [], "idle for an hour")
    output, _ = ctl(cluster, "session", "expire", start)
    expect_equal(output.strip(), f"expired {page.session}", "what it says")
    ctl(cluster, "session", "show", start, status=1)
    fresh = read_page(browser.get(COUNTER))
    expect(fresh.session[:8] != start and fresh.count == 1, "a new session", fresh)
    until(lambda: records(cluster, "session", "list", "--idle", "1"), "sessions idle for 1 s")
    dry, _ = ctl(cluster, "session", "expire", "--idle", "1", "--dry-run")
    expect("would expire" in dry, "what would end", dry)
    ended, _ = ctl(cluster, "session", "expire", "--idle", "1")
    expect(ended.count("expired ") >= 1, "what has ended", ended)
    in_three_forms(cluster, "locks", "session", "locks")
    saw(f"{start}… on {node}, {ended.count('expired ')} ended after a second")


def as_nobody(cluster, *arguments, **options):
    """Runs a copy of ctl as a user who may only read."""
    os.chmod(cluster.folder, 0o755)
    os.chmod(cluster.sockets, 0o755)
    copy = os.path.join(cluster.folder, "ctl")
    if not os.path.exists(copy):
        shutil.copy(cluster.program("ctl"), copy)
        os.chmod(copy, 0o755)
    variables = {"HOLDFAST_RUN": cluster.sockets, "COLUMNS": "80"}
    wrap = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"]
    ended, output, errors = run_command([*wrap, copy, *arguments], 20.0, variables)
    wanted = options.get("status", 0)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    expect(ended in wanted, f"{arguments} to end with one of {wanted}", f"{ended}: {errors}")
    return output, errors


def guest(cluster, saw):
    """Everything another user of the machine may and may not do."""
    page = read_page(cluster.browser().get(COUNTER))
    base = page.session[:32]
    output, _ = as_nobody(cluster, "session", "list", "-o", "jsonl")
    ids = [json_of(line)["id"] for line in output.splitlines()]
    expect(any(i.startswith(base[:8] + "…") for i in ids), f"{base[:8]}… in {ids}", ids)
    for arguments in (
        ("session", "list"),
        ("session", "show", base[:8]),
        ("session", "show", base[:8], "-o", "json"),
        ("session", "where", base[:8], "-o", "json"),
        ("status", "-o", "json"),
        ("events", "-o", "json"),
        ("log", "-o", "json"),
    ):
        output, _ = as_nobody(cluster, *arguments)
        expect(base not in output, f"no whole id from {arguments}", output)
        expect("int32" not in output, f"no attribute from {arguments}", output)
    refused = [
        ("session", "expire", base[:8]),
        ("balancer", "server", "node4", "maint"),
        ("balancer", "weight", "node4", "9"),
        ("reload",),
        ("level", "--set", "debug"),
        ("config", "show"),
    ]
    for arguments in refused:
        _, errors = as_nobody(cluster, *arguments, status=FORBIDDEN)
        expect("the group holdfast" in errors, f"who may {arguments}", errors)
    expect_equal(peers(cluster)["node4"]["state"], "up", "the server that was not to be touched")
    logs = "".join(program.log() for program in cluster.programs)
    told = f"refused on the control socket: DELETE /v1/sessions/{base[:8]} by user {NOBODY}"
    expect(told in logs, told, logs)
    expect(base not in logs, "no whole id in the logs", "one")
    saw(f"{len(refused)} changes refused, each logged")


def configuration(cluster, saw):
    """A file is edited: badly first."""
    path = cluster.balancer_configuration
    shown, _ = ctl(cluster, "config", "show", "balancer")
    expect(f"# balancer: {path}" in shown and "upstream" in shown, "the file", shown[:200])
    settings = records(cluster, "config", "show", "--settings", "n1")
    expect("maxbytes" in {entry["setting"] for entry in settings}, "maxbytes", settings)
    ctl(cluster, "config", "diff")
    ctl(cluster, "config", "test", "--for", "nginx", path)
    before = open(path, encoding="utf-8").read()
    rewrite(path, lambda text: text + "\nnonsense on;\n")
    difference, _ = ctl(cluster, "config", "diff", "balancer", status=1)
    expect("\n+nonsense on;" in difference, "the new line", difference)
    _, errors = ctl(cluster, "config", "test", "--for", "nginx", path, status=1)
    line = before.count("\n") + 2
    expect(f":{line}:1" in errors, f"line {line}", errors)
    _, errors = ctl(cluster, "reload", "balancer", status=1)
    expect(f"{path}:{line}:1" in errors and "nonsense" in errors, "the place", errors)
    health = records(cluster, "health", "balancer", status=1)
    expect_equal(health[0]["health"], "degraded", "health after a refused reload")
    rewrite(path, lambda text: before + "\n# a remark\n")
    output, _ = ctl(cluster, "reload", "--wait", "balancer")
    expect_equal(output.strip(), "balancer: configuration taken", "what it says")
    ctl(cluster, "config", "diff", "balancer")
    saw(f"refused at line {line}")


def lines(cluster, saw):
    """Streams are followed."""
    in_log = records(cluster, "log", "-n", "3", "balancer")
    expect_equal(len(in_log), 3, "lines of the log")
    following = subprocess.Popen(
        [cluster.program("ctl"), "events", "-f", "-n", "0", "-o", "jsonl"],
        env={**os.environ, "HOLDFAST_RUN": cluster.sockets},
        stdout=subprocess.PIPE,
        text=True,
    )
    told = []
    reader = threading.Thread(target=lambda: told.extend(map(json_of, following.stdout)))
    reader.start()

    def set_level():
        # Again until it is followed: what came before that is not told.
        ctl(cluster, "level", "--set", "debug", "n1")
        return [event for event in told if "log-level" in event["message"]]

    try:
        seen = until(set_level, "the event of a change that was followed", 15)[0]
        expect_equal((seen["name"], seen["event"]), ("n1", "control_done"), "the event")
        expect_equal(records(cluster, "level", "n1"), [{"name": "n1", "level": "debug"}], "level")
        ctl(cluster, "level", "--set", "info", "n1")
        ctl(cluster, "level", "--set", "loud", "n1", status=USAGE)
    finally:
        following.kill()
        following.wait()
        reader.join()
        following.stdout.close()
    important = records(cluster, "log", "--at-least", "error")
    expect({entry["level"] for entry in important} <= {"error", "critical"}, "levels", important)
    only = records(cluster, "events", "--only", "reloaded")
    expect_equal({entry["event"] for entry in only}, {"reloaded"}, "events")
    saw(f"{seen['message']}")


def other_machine(cluster, saw):
    """An ssh of our own that runs the words here."""
    folder = os.path.join(cluster.folder, "bin")
    os.makedirs(folder, exist_ok=True)
    ssh = os.path.join(folder, "ssh")
    with open(ssh, "w", encoding="utf-8") as script:
        script.write('#!/bin/sh\n[ "$2" = nowhere ] && exit 255\nshift 2\nexec sh -c "$*"\n')
    os.chmod(ssh, stat.S_IRWXU)
    here = {"PATH": f"{folder}:{cluster.binaries}:{os.environ['PATH']}"}
    for words in (("--host", "there", "level", "n1"), ("level", "--host", "there", "n1")):
        output, _ = ctl(cluster, *words, environment=here)
        expect("n1    info" in output, "the level", output)
    _, errors = ctl(cluster, "level", "--host", "there", "it's n1", environment=here, status=1)
    expect("there is no daemon it's n1 here" in errors, "the word as it was", errors)
    _, errors = ctl(cluster, "level", "--host", "nowhere", environment=here, status=UNREACHABLE)
    expect_equal(errors.strip(), "ctl: nowhere: not reachable by ssh", "what it says")
    saw("the words arrive as they were")


def helps(cluster, saw):
    """The help of everything."""
    dump = json_of(ctl(cluster, "--experimental-dump-help")[0])
    found = []

    def visit(command, above):
        name = [*above, command["commandName"]]
        if command["commandName"] == "help":
            return
        text = command.get("discussion") or ""
        expect("Examples:" in text, f"examples in the help of {' '.join(name)}", text)
        expect(command.get("abstract"), f"an abstract of {' '.join(name)}", "none")
        found.append(name)
        for below in command.get("subcommands") or []:
            visit(below, name)

    visit(dump["command"], [])
    for name in found:
        output, _ = ctl(cluster, *name[1:], "--help")
        wide = [line for line in output.splitlines() if len(line) > 80 and "USAGE" not in line]
        expect(not wide, f"80 columns in the help of {' '.join(name)}", wide)
    for shell in ("bash", "zsh", "fish"):
        script, _ = ctl(cluster, "completion", shell)
        expect("balancer" in script, f"a script for {shell}", script[:80])
        expect("holdfastctl" in script, f"ctl's other name for {shell}", script[:80])
    completed_by_bash(cluster)
    saw(f"{len(found)} commands")


def completed_by_bash(cluster):
    """What bash offers when somebody presses Tab, by both names."""
    path = os.path.join(cluster.folder, "completion.bash")
    with open(path, "w", encoding="utf-8") as file:
        file.write(ctl(cluster, "completion", "bash")[0])
    for name in ("ctl", "holdfastctl"):
        line = f"{name} balancer ser"
        script = (
            f"source {path}; complete -p {name} >/dev/null || exit 1; "
            f"COMP_WORDS=({line}); COMP_CWORD=2; COMP_LINE='{line}'; "
            'COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; _ctl; echo "${COMPREPLY[@]}"'
        )
        status, output, errors = run_command(["bash", "-c", script])
        expect("server" in output.split(), f"'server' for {line}", (status, output, errors))


def versions(cluster, saw):
    """Programs as they were built, then copies that a package of another version would hold."""
    folder = os.path.join(REPOSITORY, "Packaging", "debian")
    with open(os.path.join(folder, "changelog"), encoding="utf-8") as file:
        built = file.readline().split("(")[1].split(")")[0]
    newer = "7:12.34.5~rc1-2"
    copies = os.path.join(cluster.folder, "stamped")
    os.makedirs(copies)
    programs = ("cached", "balancerd", "sessiond", "ctl")

    def said(of):
        texts = {}
        for name in programs:
            status, output, errors = run_command([os.path.join(of, name), "--version"])
            expect_equal(status, 0, f"status of {name} --version")
            texts[name] = output + errors
        return texts

    for name, text in said(cluster.binaries).items():
        expect(re.search(rf"(^|[ /]){re.escape(built)}(\s|$)", text), f"{built} of {name}", text)
    for name in programs:
        shutil.copy(cluster.program(name), copies)
    stamp = [os.path.join(folder, "stamp-version")]
    status, _, errors = run_command([*stamp, newer, *(os.path.join(copies, n) for n in programs)])
    expect_equal(status, 0, f"status of stamp-version: {errors}")
    for name, text in said(copies).items():
        expect("12.34.5~rc1-2" in text and built not in text, f"the package's of {name}", text)
    status, _, errors = run_command([*stamp, "1", "/bin/true"])
    expect(status == 1 and "0 places for a version" in errors, "not any program", errors)
    status, _, errors = run_command([*stamp, "1" * 60, os.path.join(copies, "ctl")])
    expect(status == 1 and "characters" in errors, "not any version", errors)
    control = os.path.join(cluster.folder, "stamped.sock")
    command = [os.path.join(copies, "cached"), "-u", "root", "-l", "127.0.0.1", "-p", -1]
    daemon = Process(
        "stamped", [*command, "--control", control], cluster.folder, [control]).start()
    try:
        asked = ("--socket", control)
        found = records(cluster, "status", *asked)
        expect_equal([e["version"] for e in found], ["12.34.5~rc1-2"], "in ctl status")
        labels = [e["labels"] for e in records(cluster, "metrics", *asked)
                  if e["name"] == "holdfast_build_info"]
        expect_equal(labels[0]["version"], "12.34.5~rc1-2", "in its metrics")
        stats = records(cluster, "cache", "stats", "--match", "version", *asked)
        expect(stats[0]["value"].startswith("1.6.45"), "memcached's version for clients", stats)
        expect("12.34.5~rc1-2 listens" in daemon.log(), "in its log", daemon.log())
    finally:
        daemon.stop()
    saw(f"{built}, and {newer} without its epoch")


def manual(cluster, saw):
    """The page is made anew and compared."""
    script = os.path.join(REPOSITORY, "Packaging", "make-ctl-manual")
    status, output, errors = run_command([script, "--check", "--bin", cluster.binaries])
    expect_equal(status, 0, f"status of make-ctl-manual --check: {output}{errors}")
    saw("it is")
