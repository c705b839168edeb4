"""Step 17: -o and --watch of every command: taken, or refused in one line that says why."""

import os
import pty
import re
import subprocess
import threading

from harness.cluster import COUNTER, json_of
from harness.processes import run as run_command
from harness.settings import rewrite
from harness.sockets import listen
from harness.waiting import expect, expect_equal, until
from story_12_ctl import UNREACHABLE, USAGE, ctl, in_three_forms, records

UNWRITABLE, BROKEN_PIPE = 74, 141
# Every command with words that make it whole; {dump} is a file, {start} a session's id.
LOOKING = """
status
health
stat
metrics n1
doctor
top --interval 0.25
top --interval 0.25 --view caches
top --interval 0.25 --view servers
top --interval 0.25 --view sessions
cache get many:1 --server n1
cache gets many:1 many:2 --server n1
cache meta mg many:1 v t --server n1
cache keys --server n1
cache keys --sort size --server n1
cache hotkeys --server n1
cache bigkeys --server n1
cache stats --server n1
cache slabs --server n1
cache items --server n1
cache sizes --server n1
cache settings --server n1
cache conns --server n1
repl status
repl lag
balancer list
balancer show application
session list
session find {start}
session show {start}
session where {start}
session locks
config show --settings n1
config diff
log -n 5
events -n 5
level
"""
CHANGING = """
cache set a b --server n1
cache add a b --server n1
cache replace a b --server n1
cache append a b --server n1
cache prepend a b --server n1
cache cas a b --cas 1 --server n1
cache touch a 1 --server n1
cache incr a --server n1
cache decr a --server n1
cache delete a --server n1
cache dump {dump} --server n1
cache load {dump} --server n1
cache flush --confirm --server n1
cache flush --confirm --prefix a --server n1
cache shell --server n1
cache watch --server n1
repl promote
repl resync
balancer server node4 drain
balancer weight node4 1
balancer wait --up node4
session expire {start}
session expire --idle 100000
config show
reload
bench cache --server n1
bench http http://127.0.0.1:1/
cache keys --cursor 1
log -f
events -f
"""
# What speaks to nobody.
ALONE = {"config test", "completion"}


def tell(run, variant):
    """One cluster, asked in every form."""
    with run.cluster("17", variant) as cluster:
        steps = [
            ("17.1", "metrics, config and top in each form", looked),
            ("17.2", "config test and diff tell programs file, line and sentence", configuration),
            ("17.3", "cache meta, dump, load and watch tell programs what came of it", cached),
            ("17.4", "--watch does it again, for what only looks", watched),
            ("17.5", "what cannot apply is refused in one line, with the reason", refused),
            ("17.6", "every command says in one line that nobody answers", unreachable),
            ("17.7", "every command that looks fits 80 columns, and is plain in a pipe", plain),
            ("17.8", "NO_COLOR and dumb terminals get no colour from any of them", uncoloured),
            ("17.9", "whose output nobody takes any more ends, and says so of a full disk", unread),
            ("17.10", "wrong usage is one clear line first, by its own status", misused),
            ("17.11", "daemons that hang are waited for at once, not one by one", hanging),
        ]
        for number, what, check in steps:
            with run.step(number, what) as saw:
                check(cluster, saw)


def looked(cluster, saw):
    """The same records in each form."""
    cluster.browser().get(COUNTER)
    found = records(cluster, "metrics", "n1", "node4")
    document = json_of(ctl(cluster, "metrics", "n1", "node4", "-o", "json")[0])["metrics"]
    expect_equal([list(e) for e in document], [list(e) for e in found], "fields")
    expect_equal({e["instance"] for e in found}, {"n1", "node4"}, "instances")
    hits = [e for e in found if e["labels"] == {"command": "get", "status": "hit"}]
    expect_equal([e["name"] for e in hits], ["memcached_commands_total"], "by its labels")
    rows = ctl(cluster, "metrics", "n1", "-o", "csv")[0].splitlines()
    expect_equal(rows[0], "instance,name,labels,value,kind", "the head line")
    expect(any("command=get status=hit" in row for row in rows), "labels in CSV", rows[:5])
    files = json_of(ctl(cluster, "config", "show", "-o", "json")[0])["files"]
    ours = [e for e in files if e["name"] == "balancer"]
    expect("upstream" in ours[0]["text"], "the file's text", ours)
    tops = {}
    for view in ("daemons", "caches", "servers", "sessions"):
        words = ("top", "--interval", "0.25", "--view", view)
        tops[view] = len(in_three_forms(cluster, view, *words))
    expect_equal((tops["daemons"], tops["caches"], tops["servers"]), (5, 2, 2), "rows of top")
    saw(f"{len(found)} numbers of two daemons")


def configuration(cluster, saw):
    """A file with a mistake."""
    path = cluster.balancer_configuration
    before = open(path, encoding="utf-8").read()
    expect_equal(in_three_forms(cluster, "changes", "config", "diff", "balancer"), [], "changes")
    expect_equal(in_three_forms(cluster, "findings", "config", "test", path), [], "findings")
    rewrite(path, lambda text: text + "\nnonsense on;\n")
    line = before.count("\n") + 2
    found = records(cluster, "config", "test", path, status=1)
    expect_equal(len(found), 1, f"findings of {found}")
    place = (found[0]["weight"], found[0]["file"], found[0]["line"], found[0]["column"])
    expect_equal(place, ("error", path, line, 1), "the place")
    expect('"nonsense"' in found[0]["message"], "the sentence", found)
    changes = records(cluster, "config", "diff", "balancer", status=1)
    told = [(e["change"], e["line"], e["text"]) for e in changes]
    expect(("added", line, "nonsense on;") in told, "the line that was added", told)
    os.rename(path, path + ".away")
    gone = records(cluster, "config", "diff", "balancer", status=1)
    expect_equal([(e["change"], e["path"]) for e in gone], [("unreadable", path)], "no file")
    os.rename(path + ".away", path)
    rewrite(path, lambda _: before)
    saw(f"line {line}")


def cached(cluster, saw):
    """What is done with items."""
    server = ("--server", "n1")
    ctl(cluster, "cache", "set", "form", "value", "--flags", "5", *server)
    got = records(cluster, "cache", "meta", "mg", "form", "v", "f", *server)
    expect_equal(got, [{"answer": "VA", "flags": {"f": "5"}, "value": "value"}], "an item")
    none = records(cluster, "cache", "meta", "mg", "nothing", "v", *server, status=1)
    expect_equal(none[0]["answer"], "EN", "no item")
    path = os.path.join(cluster.folder, "form.dump")
    dumped = ctl(cluster, "cache", "dump", "--match", "form", path, "-o", "json", *server)
    expect_equal(dumped[1], "", "nothing beside the record")
    size = os.path.getsize(path)
    wanted = {"file": path, "items": 1, "bytes": size, "leftOut": 0}
    expect_equal(json_of(dumped[0])["dumps"], [wanted], "the dump")
    loaded = records(cluster, "cache", "load", path, *server)
    wanted = {"file": path, "stored": 0, "kept": 1, "expired": 0, "refused": 0, "refusal": None}
    expect_equal(loaded, [wanted], "the load")
    words = ["cache", "watch", "fetchers", "--count", "2", "-o", "json", *server]
    watching = subprocess.Popen(
        [cluster.program("ctl"), *words], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "HOLDFAST_RUN": cluster.sockets})
    seen = []
    reader = threading.Thread(target=lambda: seen.append(watching.stdout.read()))
    reader.start()
    with cluster.cache("n1") as cache:
        until(lambda: cache.get("form") and watching.poll() is not None, "two lines", 15)
    reader.join()
    watching.stdout.close()
    lines = json_of(seen[0])["lines"]
    expect_equal([line["type"] for line in lines], ["item_get"] * 2, "the lines")
    saw(f"a dump of {size} bytes")


def watched(cluster, saw):
    """Each is read until it has come three times."""
    path = cluster.balancer_configuration
    for words, mark in (
        (("metrics", "n1"), "# TYPE holdfast_build_info "),
        (("config", "show", "balancer"), f"# balancer: {path}"),
        (("config", "test", path), "test is successful"),
        (("config", "show", "-o", "json", "balancer"), '{"files":['),
        (("cache", "meta", "mn", "--server", "n1"), "MN"),
        (("cache", "keys", "--server", "n1", "-o", "csv"), "key,bytes"),
        (("--watch", "0.1", "health", "n1"), "NAME "),
    ):
        with subprocess.Popen(
            [cluster.program("ctl"), *words, *(() if "--watch" in words else ("--watch", "0.1"))],
            stdout=subprocess.PIPE, text=True,
            env={**os.environ, "HOLDFAST_RUN": cluster.sockets},
        ) as again:
            try:
                count = 0
                for line in again.stdout:
                    count += line.startswith(mark) or line.rstrip().endswith(mark)
                    if count == 3:
                        break
                expect_equal(count, 3, f"times of {' '.join(words)}")
            finally:
                again.kill()
    saw("seven commands, three times each")


def refused(cluster, saw):
    """One line each, and nothing done."""
    cases = (
        (("top", "--watch", "1"), "--interval"),
        (("log", "--watch", "1"), "-f"),
        (("events", "--watch", "1"), "-f"),
        (("cache", "watch", "--watch", "1"), "by itself"),
        (("cache", "watch", "-o", "csv"), "jsonl"),
        (("cache", "shell", "--watch", "1"), "typed"),
        (("cache", "shell", "-o", "json"), "ctl cache gets"),
        (("cache", "dump", "-", "-o", "json"), "standard output is the dump"),
        (("cache", "meta", "md", "form", "--watch", "1"), "once"),
        (("level", "--set", "debug", "--watch", "1"), "once"),
        (("health", "--wait", "--watch", "1"), "by itself"),
        (("completion", "bash", "-o", "json"), "shell"),
        (("completion", "bash", "--watch", "1"), "change"),
        (("--watch", "1", "reload"), "once"),
        (("cache", "delete", "form", "--watch", "1"), "once"),
        (("session", "expire", "12345678", "--watch", "1"), "once"),
        (("config", "test", "--socket", "/run", "/etc/passwd"), "a new one"),
        (("bench", "http", "--socket", "/run", "http://127.0.0.1/"), "the address"),
    )
    for words, why in cases:
        output, errors = ctl(cluster, *words, status=USAGE)
        expect_equal((output, len(errors.splitlines())), ("", 1), f"lines of {errors!r}")
        expect("is not for this command" in errors and why in errors, f"why not {words}", errors)
    kept = ctl(cluster, "cache", "get", "form", "--server", "n1")[0]
    expect_equal(kept, "value", "the item that was not deleted")
    saw(f"{len(cases)} commands")


def lines_of(text, **words):
    """The commands of a text, each as a list of words."""
    return [line.format(**words).split() for line in text.split("\n") if line]


def unreachable(cluster, saw):
    """No control socket, and no cache where one is named."""
    dump = json_of(ctl(cluster, "--experimental-dump-help")[0])
    known = set(ALONE)

    def visit(command, above):
        words = [*above, command["commandName"]]
        below = command.get("subcommands") or []
        if words[1:2] == ["help"]:
            return
        if not below:
            asked.add(" ".join(words[1:]))
        for inner in below:
            visit(inner, words)

    asked = set()
    visit(dump["command"], [])
    nowhere = {"HOLDFAST_RUN": cluster.folder + "/nothing"}
    path = os.path.join(cluster.folder, "form.dump")
    for words in lines_of(LOOKING + CHANGING, dump=path, start="12345678"):
        known |= {" ".join(words[:count]) for count in (1, 2)}
        words = [
            "127.0.0.1:1" if word == "n1" and "--server" in words else word for word in words]
        if {"hotkeys", "bigkeys", "--prefix", "--cursor"} & set(words):
            words = words[: words.index("--server")] if "--server" in words else words
        output, errors = ctl(cluster, *words, status=UNREACHABLE, environment=nowhere)
        expect(not output and len(errors.splitlines()) == 1 and errors.startswith("ctl: "),
               f"one line from {words}", (output, errors))
    expect_equal(asked - known, set(), "commands that this test does not know")
    saw(f"{len(asked)} commands")


def prepared(cluster):
    """Items, a session and a dead cache, so that there is something to see and to alarm."""
    cluster.browser().get(COUNTER)
    with cluster.cache("n1") as cache:
        for number in range(30):
            cache.set(f"many:{number}", b"a line that is long enough to be cut" * 5)
        for _ in range(2000):
            cache.get("many:7")
    return records(cluster, "session", "list")[0]["id"][:8]


def plain(cluster, saw):
    """What people see of each, in a pipe."""
    start = prepared(cluster)
    for words in lines_of(LOOKING, start=start):
        table, errors = ctl(cluster, *words, status=(0, 1))
        expect("\x1b" not in table + errors, f"no escape sequence from {words}", repr(table))
        # Lines of text are as long as they are.
        if words[0] not in ("metrics", "log", "events") and words[1:2] not in (["get"], ["meta"]):
            wide = [line for line in table.splitlines() if len(line) > 80]
            expect(not wide, f"80 columns from {words}", wide)
    saw("80 columns each")


def on_terminal(cluster, words, **environment):
    """What a command writes to a terminal."""
    master, slave = pty.openpty()
    variables = {**os.environ, "HOLDFAST_RUN": cluster.sockets, "TERM": "xterm", **environment}
    variables.pop("COLUMNS", None)
    with subprocess.Popen(
        [cluster.program("ctl"), *words], stdin=slave, stdout=slave, stderr=slave, env=variables
    ) as command:
        os.close(slave)
        written = b""
        try:
            while piece := os.read(master, 65536):
                written += piece
        except OSError:
            pass  # how Linux says that a terminal has no other end any more
        os.close(master)
        command.wait(20)
    return written.decode(errors="replace")


def uncoloured(cluster, saw):
    """A cache is dead and a file has changed, so that there are alarms."""
    start = prepared(cluster)
    path = cluster.balancer_configuration
    before = open(path, encoding="utf-8").read()
    rewrite(path, lambda text: text + "\n# changed\n")
    cluster.caches["n2"].kill()
    cluster.browser().get(COUNTER)
    try:
        coloured = set()
        for words in lines_of(LOOKING, start=start):
            if words[0] == "top":
                continue  # the whole screen, see story 15
            seen = on_terminal(cluster, words)
            if re.search(r"\x1b\[[0-9;]*3[0-9]m", seen):
                coloured.add(words[0])
            for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
                seen = on_terminal(cluster, words, **variables)
                expect("\x1b" not in seen, f"no colour from {words} with {variables}", repr(seen))
        expect({"status", "doctor", "config"} <= coloured, "colours where wanted", coloured)
    finally:
        cluster.caches["n2"].start()
        rewrite(path, lambda _: before)
        cluster.wait_for_copies()
    saw(f"colours from {', '.join(sorted(coloured))}")


def unread(cluster, saw):
    """head has had enough; /dev/full has no room."""
    tool = cluster.program("ctl")
    here = {"HOLDFAST_RUN": cluster.sockets}
    for words in ("status --watch 0.1", "metrics --watch 0.1 -o jsonl", "health --watch 0.1"):
        line = f"{tool} {words} | head -n 1; echo ${{PIPESTATUS[0]}}"
        status, output, errors = run_command(["bash", "-c", line], 20, here)
        ended = output.splitlines()[-1]
        expect_equal((status, ended, errors), (0, str(BROKEN_PIPE), ""), f"end of {words}")
    line = f"{tool} metrics -o csv > /dev/full"
    status, output, errors = run_command(["bash", "-c", line], 20, here)
    said = "ctl: standard output cannot be written: No space left on device\n"
    expect_equal((status, errors), (UNWRITABLE, said), "what it says")
    saw(said.strip())


def hanging(cluster, saw):
    """Two that take a connection and say nothing: both are asked before one is given up."""
    folder = os.path.join(cluster.folder, "hanging")
    os.makedirs(folder)
    for words in (("status",), ("doctor",)):
        paths = [os.path.join(folder, name) for name in ("a.sock", "b.sock")]
        listeners = [listen(path) for path in paths]
        with subprocess.Popen(
            [cluster.program("ctl"), *words], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOLDFAST_RUN": folder},
        ) as command:
            taken = []
            try:
                for listener in listeners:
                    listener.settimeout(8)
                    taken.append(listener.accept()[0])
            finally:
                command.kill()
                for end in (*taken, *listeners):
                    end.close()
        for path in paths:
            os.remove(path)
    saw("both within eight seconds, of the fifteen that one is given")


def misused(cluster, saw):
    """What newcomers type."""
    for words, status, said in (
        (("--host", "x"), USAGE, "ctl: which command? See ctl --help"),
        (("--host",), USAGE, "ctl: which command? See ctl --help"),
        (("config", "test", "/no/file"), 1, "ctl: /no/file: No such file or directory"),
        (("session", "expire"), USAGE, "Error: either ids or --idle SECONDS is needed"),
        (("session", "expire", "12345678", "--idle", "1"), USAGE, "Error: either ids or --idle"),
        (("session", "expire", "12345678", "--context", "/a"), USAGE, "Error: --context goes with"),
        (("cache", "get"), USAGE, "Error: Missing expected argument '<key>'"),
        (("stat", "-o", "xml"), USAGE, "Error: The value 'xml' is invalid for '-o <form>'"),
        (("nonsense",), USAGE, "Error: Unexpected argument 'nonsense'"),
    ):
        _, errors = ctl(cluster, *words, status=status)
        expect(errors.startswith(said), f"{said!r} from {words}", errors)
    page = f"http://127.0.0.1:{cluster.front}/nothing"
    _, errors = ctl(cluster, "bench", "http", page, "-s", "0.2", "-c", "2", status=1)
    expect_equal(errors, f"ctl: {page}: the answer's status is 404\n", "why not")
    idle = [e["idleSeconds"] for e in records(cluster, "cache", "conns", "--server", "n1")]
    uptime = records(cluster, "cache", "stats", "--match", "uptime", "--server", "n1")[0]["value"]
    expect(max(idle) <= uptime + 1, "no connection older than its cache", (idle, uptime))
    saw("nine lines")
