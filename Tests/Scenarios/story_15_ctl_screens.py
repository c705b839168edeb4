"""Step 15: ctl on a terminal: top, shell, progress, colours; judged by what the screen shows."""

import os
import re
from dataclasses import replace

from harness.cluster import COUNTER, read_page
from harness.processes import Process
from harness.relay import Relay, Turnstile
from harness.screen import TMUX, Screen
from harness.sockets import answers
from harness.waiting import expect, expect_equal, until
from story_12_ctl import ctl, records


def tell(run, variant):
    """One cluster with affinity; without tmux there is no terminal."""
    if TMUX is None:
        run.skip("15", "ctl on a terminal", "there is no tmux here")
        return
    with run.cluster("15", replace(variant, sticky=True)) as cluster:
        steps = [
            ("15.1", "top: tables, sorting, help, resizing, the screen given back", top),
            ("15.2", "shell: history, completion, help, values, the end", shell),
            ("15.3", "a load and a dump show their progress", progress),
            ("15.4", "--watch draws again; colours where a terminal wants them", colours),
            ("15.5", "doctor finds what was broken, and says what to do", doctor),
            ("15.6", "benchmarks show their progress", benchmarks),
        ]
        for number, what, check in steps:
            with run.step(number, what) as saw:
                check(cluster, saw)


def screen(cluster, *arguments, environment=None, **size):
    """ctl in a terminal."""
    variables = {
        "HOLDFAST_RUN": cluster.sockets,
        "HOLDFAST_HISTORY": os.path.join(cluster.folder, "history"),
        **(environment or {}),
    }
    return Screen([cluster.program("ctl"), *arguments], cluster.folder, variables, **size)


def rows(text, head):
    """The lines below a table's head."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(head))
    return [line for line in lines[start + 1 :] if line.strip()]


def top(cluster, saw):
    """Browsers make numbers move."""
    browser = cluster.browser()
    page = read_page(browser.get(COUNTER))
    shown = screen(cluster, "top", "--interval", "0.3")
    try:
        text = shown.until_shows("node5")
        names = [line.split()[0] for line in rows(text, "NAME")]
        expect_equal(names, ["balancer", "n1", "n2", "node4", "node5"], "daemons on the screen")

        def requests():
            browser.get(COUNTER)
            line = next(l for l in shown.text().splitlines() if l.startswith("balancer"))
            found = re.search(r"running +\S+ +\S+ MiB +\d+ +(\d+\.\d)", line)
            return found and float(found.group(1)) > 1

        until(requests, "a rate of requests above 1", 15)
        shown.press("2")
        text = shown.until_shows("%HIT")
        expect_equal([line.split()[0] for line in rows(text, "NAME")], ["n1", "n2"], "caches")
        shown.press("Tab")
        shown.until_shows("[3 servers]")
        ctl(cluster, "balancer", "server", "node5", "maint")
        text = shown.until_shows("down")
        expect("node5" in text, "the server by its route", text)
        expect("\x1b[1m\x1b[31m" in shown.colours() or "31m" in shown.colours(), "red", "none")
        ctl(cluster, "balancer", "server", "node5", "ready")
        shown.press("4")
        shown.until_shows(page.session[:8])
        shown.press(">")
        shown.until_shows("by SESSION")
        shown.press("1")
        shown.press(">")
        shown.until_shows("by NAME")
        shown.press("r")
        until(
            lambda: rows(shown.text(), "NAME")[0].startswith("node5"), "the names turned round", 10
        )
        shown.press("h")
        shown.until_shows("any key goes back")
        shown.press("x")
        shown.until_shows("[1 daemons]")
        shown.press("p")
        shown.until_shows("PAUSED")
        shown.resize(60, 8)
        until(lambda: max(map(len, shown.text().splitlines())) <= 60, "60 columns", 10)
        shown.press("q")
        text = shown.until_shows("ended with 0")
        expect("daemons]" not in text, "the screen as it was", text)
        saw("five daemons, two caches, two servers")
    finally:
        shown.close()


def shell(cluster, saw):
    """A session by hand."""
    shown = screen(cluster, "cache", "shell", "--server", "n1")
    try:
        address = f"127.0.0.1:{cluster.address('n1')}> "
        shown.until_shows("help explains the commands")
        shown.type("set typed 0 0 5")
        shown.press("Enter")
        shown.until_shows("5 bytes>")
        shown.type("hello")
        shown.press("Enter")
        shown.until_shows("STORED")
        shown.type("vers")
        shown.press("Tab", "Enter")
        shown.until_shows("VERSION 1.6")
        shown.type("stats s")
        shown.press("Tab")
        shown.until_shows("sizes  slabs")
        shown.press("C-u")
        shown.type("get typex")
        shown.press("BSpace")
        shown.type("d")
        shown.press("Enter")
        shown.until_shows("VALUE typed 0 5")
        shown.press("C-l", "Up", "Up", "Up")
        shown.until_shows(address + "set typed 0 0 5")
        shown.press("Down", "Down", "Down", "C-c")
        shown.type("help touch")
        shown.press("Home", "C-e", "Enter")
        shown.until_shows("touch KEY SECONDS  another time to live")
        shown.press("C-d")
        shown.until_shows("ended with 0")
    finally:
        shown.close()
    again = screen(cluster, "cache", "shell", "--server", "n1")
    try:
        again.until_shows("connected to")
        again.press("Up")
        again.until_shows("> help touch")
        again.press("Enter")
        again.type("quit")
        again.press("Enter")
        again.until_shows("ended with 0")
    finally:
        again.close()
    mode = os.stat(os.path.join(cluster.folder, "history")).st_mode & 0o777
    expect_equal(mode, 0o600, "permissions of the history")
    dead = screen(cluster, "cache", "shell", "--server", "127.0.0.1:1")
    try:
        dead.until_shows("ended with 69")
    finally:
        dead.close()
    saw("two sessions, the second with the lines of the first")


def bar_of(shown, what):
    """A bar that is partly full, with numbers behind it."""
    text = shown.text()
    found = re.search(what + r" \[(#+)(-+)\] (\d+) %  \d+ items  \S+ \S+  \S+ \S+/s", text)
    if not found:
        return None
    expect_equal(len(found.group(1) + found.group(2)), 30, f"width of the bar in {text}")
    filled, percent = len(found.group(1)), int(found.group(3))
    expect(percent * 30 // 100 <= filled <= percent * 30 // 100 + 1, "as much as is said", text)
    expect(max(map(len, text.splitlines())) < 80, "80 columns", text)
    return percent


def progress(cluster, saw):
    """A cache whose answers come piece by piece, so that the bar can be looked at."""
    path = os.path.join(cluster.folder, "large.dump")
    with open(path, "wb") as file:
        for number in range(60_000):
            file.write(b"add progress:%d 0 0 20\r\n%s\r\n" % (number, b"x" * 20))
    seen = []
    for what, end in (("load", "60000 items stored"), ("dump", r"6\d{4} items, ")):
        gate = Turnstile()
        with Relay(0, cluster.address("n2"), gate) as relay:
            server = f"127.0.0.1:{relay.address}"
            shown = screen(cluster, "cache", what, "--server", server, path)
            try:

                def half():
                    gate.turn()
                    percent = bar_of(shown, what)
                    return percent and percent >= 10 and percent

                seen.append(f"{what} at {until(half, f'a {what} of 10 %', 60)} %")
                gate.open()
                text = shown.until_shows("ended with 0", 60)
                expect(re.search(end, text), "the sum", text)
                expect(f"{what} [" not in text, "the bar gone", text)
            finally:
                gate.open()
                shown.close()
    ctl(cluster, "cache", "flush", "--confirm", "--server", "n2")
    saw(", ".join(seen))


def benchmarks(cluster, saw):
    """bench cache and bench http say how far they are."""
    seen = []
    for words in (
        ("cache", "--server", "n1"), ("http", f"http://127.0.0.1:{cluster.front}{COUNTER}"),
    ):
        shown = screen(cluster, "bench", *words, "-c", "4", "-s", "4")
        try:
            first = until(lambda: bar_of(shown, "bench"), "a bar", 15)
            later = until(lambda: (bar_of(shown, "bench") or 0) > first, "a longer bar", 15)
            expect(later, "it grows", later)
            text = shown.until_shows("ended with 0", 30)
            expect("bench [" not in text, "the bar gone", text)
            expect("OPERATIONS" in text and " µs  #" in text, "numbers and bars", text)
        finally:
            shown.close()
        # What is piped has no bar in it.
        _, errors = ctl(cluster, "bench", *words, "-c", "4", "-s", "0.3")
        expect_equal(errors, "", "what is written beside the numbers")
        seen.append(f"{words[0]} from {first} %")
    saw(", ".join(seen))


def colours(cluster, saw):
    """status --watch with a dead node: red on a terminal, plain with NO_COLOR."""
    cluster.caches["n2"].kill()
    shown = screen(cluster, "status", "--watch", "0.2")
    plain = screen(cluster, "status", "--watch", "0.2", environment={"NO_COLOR": "1"})
    try:
        for terminal in (shown, plain):
            terminal.until_shows("n2: not reachable")
        expect("31m" in shown.colours(), "red", shown.colours())
        expect("31m" not in plain.colours(), "no red", plain.colours())
        cluster.caches["n2"].start()
        until(lambda: "not reachable" not in shown.text(), "the screen without it", 15)
        for _ in range(20):
            expect_equal(shown.text().count("NAME "), 1, "tables on the screen")
    finally:
        shown.close()
        plain.close()
    cluster.wait_for_copies()
    saw("red, or not")


def doctor(cluster, saw):
    """What is broken is found, what is mended is not."""

    def rules(status=1):
        return {e["rule"]: e for e in records(cluster, "doctor", status=status)}

    cluster.wait_for_copies()
    # Another program may hold 11211 on this machine: then there is always one finding.
    until(lambda: not [r for r in rules((0, 1)) if r != "port_taken"], "nothing wrong", 20)
    cluster.caches["n2"].kill()
    cluster.browser().get(COUNTER)
    found = rules()
    expect({"silent", "cache_down"} <= set(found), "a dead cache", found)
    expect("systemctl" in found["silent"]["advice"], "what to do", found["silent"])
    cluster.caches["n2"].start()
    ctl(cluster, "balancer", "server", "node4", "maint")
    with open(cluster.balancer_configuration, "a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    found = rules()
    expect_equal(found["last_server"]["weight"], "warning", "one server left")
    expect("server_taken_out" in found and "configuration_changed" in found, "both", found)
    ctl(cluster, "balancer", "server", "node4", "ready")
    ctl(cluster, "reload", "balancer")
    table, _ = ctl(cluster, "doctor", status=(0, 1))
    expect(all(len(line) <= 80 for line in table.splitlines()), "80 columns", table)
    expect(not any(r in table for r in ("server_taken_out", "last_server")), "mended", table)
    port = holder(cluster)
    saw(f"{len(found)} findings, each gone once mended{port}")


def holder(cluster):
    """Where 11211 is free, a memcached of ours holds it for a moment, and is named."""
    if answers(11211):
        return ""
    command = ["memcached", "-u", "root", "-l", "127.0.0.1", "-p", 11211]
    peer = Process("memcached", command, cluster.logs, [11211]).start()
    try:
        found = {e["rule"]: e for e in records(cluster, "doctor", status=1)}
        expect(
            f"held by memcached, process {peer.pid}" in found["port_taken"]["what"], "who", found
        )
    finally:
        peer.stop()
    return ", the holder of 11211 named"
