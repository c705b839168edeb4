"""Step 17: -o and --watch of every command: taken, or refused in one line that says why."""

import os
import subprocess
import threading

from harness.cluster import COUNTER, json_of
from harness.settings import rewrite
from harness.waiting import expect, expect_equal, until
from story_12_ctl import USAGE, ctl, in_three_forms, records


def tell(run, variant):
    """One cluster, asked in every form."""
    with run.cluster("17", variant) as cluster:
        steps = [
            ("17.1", "metrics, config and top in each form", looked),
            ("17.2", "config test and diff tell programs file, line and sentence", configuration),
            ("17.3", "cache meta, dump, load and watch tell programs what came of it", cached),
            ("17.4", "--watch does it again, for what only looks", watched),
            ("17.5", "what cannot apply is refused in one line, with the reason", refused),
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
    )
    for words, why in cases:
        output, errors = ctl(cluster, *words, status=USAGE)
        expect_equal((output, len(errors.splitlines())), ("", 1), f"lines of {errors!r}")
        expect("is not for this command" in errors and why in errors, f"why not {words}", errors)
    kept = ctl(cluster, "cache", "get", "form", "--server", "n1")[0]
    expect_equal(kept, "value", "the item that was not deleted")
    saw(f"{len(cases)} commands")
