"""The story of an administrator: install, look, break, restart, upgrade, remove, purge."""

import hashlib
import json
import os
import re
import sys

import cluster
from machine import Failed, until

HERE = os.path.dirname(os.path.abspath(__file__))
SERVICES = ("cached", "balancerd", "sessiond")
PAGE = "http://127.0.0.1:8000/"
MARK = "/root/cookies"
KEPT = "ctl cache keys --server cached --match 'kept:*' --limit 1000 -o jsonl"


def tell(run, booted):
    """All of it, in its order."""
    for number, what, check in STEPS:
        run.step(number, what, check, booted)


def installed(booted):
    """apt, from files alone."""
    booted.run("apt-get install -y -q /packages/first/holdfast*_0.1.0_*.deb", seconds=300)
    until(lambda: active(booted, *SERVICES), "three services")
    listed = booted.run("ctl status")
    for name in SERVICES:
        expect(name in listed, f"{name} in ctl status", listed)
    health = booted.run("ctl health --wait")
    return f"{visit(booted)} visit; {health.split()[1] if health.split() else ''}"


def active(booted, *names):
    """Whether services run."""
    return booted.status("systemctl is-active " + " ".join(names))[0] == 0


def visit(booted):
    """Loads the example page with the session's cookie; what it counts."""
    text = booted.run(f"curl -sS -f -m 20 -b {MARK} -c {MARK} {PAGE}")
    found = re.search(r'id="count">(\d+)<', text)
    expect(found, "a count on the page", text)
    return int(found.group(1))


def expect(holds, expected, got):
    """Raises unless it holds."""
    if not holds:
        raise Failed(f"expected {expected}; got {got}")


def counts_on(booted, what):
    """The session goes on after something."""
    before = visit(booted)
    after = visit(booted)
    expect(after == before + 1, f"{before + 1} {what}", after)
    return after


def hardened(booted):
    """As systemd judges."""
    scores = []
    for unit in ("cached", "balancerd", "sessiond", "cached@x", "sessiond@x"):
        status, text = booted.status(
            f"systemd-analyze security --no-pager --threshold=12 {unit}.service")
        score = text.strip().splitlines()[-1].split(":")[1].split()[0]
        expect(status == 0, f"at most 1.2 for {unit}", score)
        scores.append(f"{unit} {score}")
    return ", ".join(scores)


def killed(booted):
    """kill -9, one after another."""
    count = visit(booted)
    for name in SERVICES:
        before = booted.run(f"systemctl show -p MainPID --value {name}").strip()
        booted.run(f"kill -9 {before}")
        until(
            lambda: active(booted, name)
            and booted.run(f"systemctl show -p MainPID --value {name}").strip() != before,
            f"{name} to be there again",
        )
        count += 1
        now = visit(booted)
        expect(now == count, f"{count} after the end of {name}", now)
    return f"{count} visits of one session"


def restarted(booted):
    """systemctl restart while much is asked."""
    seen = []
    for name, kind, address in (
        ("cached", "cache", 11211), ("sessiond", "http", 8080), ("balancerd", "http", 8000),
        ("cached", "cache", booted.inside("/run/holdfast/data/cached.sock")),
    ):
        seen.append(f"{name} {under_load(booted, kind, address, f'systemctl restart {name}')}")
    counts_on(booted, "after the restarts")
    return "; ".join(seen)


def under_load(booted, kind, address, *lines):
    """Does something while an address is asked by four at a time; how many attempts there were."""
    load = booted.start([sys.executable, "-c", LOADER, kind, str(address), "4"])
    try:
        for line in lines:
            for _ in range(3):
                booted.run(line, seconds=300)
    finally:
        load.stdin.write("\n")
        load.stdin.flush()
        answer = load.communicate(timeout=60)[0].split()
    expect(int(answer[1]) == 0, "no attempt lost", " ".join(answer))
    return f"{answer[0]} attempts"


def kept(booted):
    """A cache's contents over a restart."""
    lines = "".join(f"set kept:{n} 0 0 5 noreply\\r\\nvalue\\r\\n" for n in range(500))
    booted.run(f"printf '{lines}quit\\r\\n' | nc -q 5 127.0.0.1 11211")
    booted.run("systemctl restart cached")
    found = booted.run(KEPT).strip().splitlines()
    expect(len(found) == 500, "500 items", len(found))
    return "500 items"


def broken(booted):
    """A reload with a file that is wrong."""
    booted.run("cp /etc/holdfast/balancerd.conf /root/good; "
               "echo 'nonsense;' >> /etc/holdfast/balancerd.conf")
    status, _ = booted.status("systemctl reload balancerd")
    expect(status != 0, "a reload that fails", status)
    journal = booted.run("journalctl -u balancerd --no-pager -n 20")
    expect("balancerd.conf:" in journal and "nonsense" in journal, "the reason", journal)
    counts_on(booted, "with the old configuration")
    booted.run("cp /root/good /etc/holdfast/balancerd.conf; systemctl reload balancerd")
    return "refused with file and line, served on"


def rights(booted):
    """Who may change what."""
    booted.run("useradd -m visitor; useradd -m -G holdfast steward")
    for user, wanted in (("visitor", 77), ("steward", 0)):
        status, text = booted.status(
            f"runuser -u {user} -- ctl balancer server 127.0.0.1:8080 drain")
        expect(status == wanted, f"{wanted} for {user}", f"{status}: {text}")
    booted.run("ctl balancer server 127.0.0.1:8080 ready; userdel -r visitor; userdel -r steward")
    journal = booted.run("journalctl -u balancerd -u sessiond -u cached --no-pager -o cat")
    whole = re.search(r"[0-9A-F]{32}", journal)
    expect(not whole, "no whole session id in the journal", whole and whole.group(0))
    return "one may only look, a member of the group may change"


def fields(booted):
    """Lines of one session are found in the journal by its hash, and by ctl."""
    session = hashlib.sha256(os.urandom(16)).hexdigest()[:32].upper()
    hashed = hashlib.sha256(session.encode()).hexdigest()[:16]
    booted.run("systemctl stop sessiond.socket sessiond; "
               f"curl -sS -o /dev/null -b JSESSIONID={session}-n1.node1 {PAGE}; "
               "systemctl start sessiond")
    text = booted.run(f"journalctl -u balancerd -o json --no-pager HOLDFAST_SESSION={hashed}")
    entries = [json.loads(line) for line in text.splitlines()]
    expect(entries, "an entry of the session", text)
    entry = entries[-1]
    expect(entry["_SYSTEMD_UNIT"] == "balancerd.service", "the unit", entry["_SYSTEMD_UNIT"])
    expect(entry["SYSLOG_IDENTIFIER"] == "balancerd", "the name", entry["SYSLOG_IDENTIFIER"])
    expect(entry["PRIORITY"] in "34", "an error's priority", entry["PRIORITY"])
    expect(entry["HOLDFAST_CLIENT"] == "127.0.0.1", "the client", entry["HOLDFAST_CLIENT"])
    request = entry["HOLDFAST_REQUEST"]
    expect(re.fullmatch("[0-9a-f]{32}", request), "the request", request)
    for option in (f"--session {session}-n1", f"--request {request}"):
        found = booted.run(f"ctl log balancerd -n 500 {option} -o jsonl").splitlines()
        expect(found and json.loads(found[-1])["request"] == request, f"lines by {option}", found)
    text = booted.run("journalctl -o json --no-pager _SYSTEMD_UNIT=balancerd.service -n 200")
    users = [json.loads(line).get("HOLDFAST_CLIENT", "") for line in text.splitlines()]
    expect(any(user.startswith("user ") for user in users), "who used the control socket", users)
    counts_on(booted, "after sessiond was away")
    page = "/var/lib/holdfast/sessiond/webapps/ROOT/mark.jsp"
    booted.run(f"echo '<% application.log(\"mark\"); %>' > {page}; chmod 644 {page}; "
               f"curl -sS -f -o /dev/null -b JSESSIONID={session}-n1 {PAGE}mark.jsp; rm {page}")
    text = booted.run(f"journalctl -u sessiond -o json --no-pager HOLDFAST_SESSION={hashed}")
    marks = [json.loads(line) for line in text.splitlines() if "mark" in line]
    expect(marks and re.fullmatch("[0-9a-f]{32}", marks[-1].get("HOLDFAST_REQUEST", "")),
           "sessiond's line with the balancer's name of the request", text)
    return f"{len(entries)} entries of balancerd, {len(marks)} of sessiond, by session and request"


def stuck(booted):
    """A loop that does nothing any more."""
    booted.run("mkdir -p /run/systemd/system/sessiond.service.d; printf "
               "'[Service]\\nWatchdogSec=2\\n' > /run/systemd/system/sessiond.service.d/w.conf; "
               "systemctl daemon-reload; systemctl restart sessiond")
    before = booted.run("systemctl show -p MainPID --value sessiond").strip()
    booted.run(f"kill -STOP {before}")
    until(
        lambda: booted.run("systemctl show -p MainPID --value sessiond").strip()
        not in (before, "0"), "the watchdog", 30)
    booted.run("rm -r /run/systemd/system/sessiond.service.d; systemctl daemon-reload; "
               "systemctl restart sessiond")
    counts_on(booted, "after the watchdog")
    return "restarted"


def secret(booted):
    """What only the service may read, for the service and for an instance."""
    booted.run("printf %s 0123456789abcdef > /etc/holdfast/cached.secrets/replication; "
               "chmod 600 /etc/holdfast/cached.secrets/replication; "
               "cp /etc/holdfast/cached.conf /root/cached.conf.before")
    options = "-X {port} -x 127.0.0.1:{peer} --replication-secret " \
              "/run/credentials/{unit}.service/secret_replication"
    for line in options.format(port=11212, peer=11214, unit="cached").replace(" -", "\n-").split(
            "\n"):
        booted.run(f"echo '{line}' >> /etc/holdfast/cached.conf")
    own = options.format(port=11214, peer=11212, unit="cached@vault")
    booted.run(f"echo 'OPTIONS={own}' > /etc/holdfast/cached@vault.env; "
               "systemctl restart cached; systemctl start cached@vault")
    until(lambda: linked(booted) == {"cached", "cached@vault"}, "both linked by the secret", 30)
    status = booted.run("systemctl show -p StatusText --value cached")
    until(lambda: "1 of 1 peers linked" in booted.run(
        "systemctl show -p StatusText --value cached"), "the link in STATUS", 30)
    expect("of 64 MB" in status, "memory in STATUS", status)
    for user in ("holdfast-cached", "nobody"):
        code, _ = booted.status(
            f"runuser -u {user} -- cat /etc/holdfast/cached.secrets/replication")
        expect(code != 0, f"no way for {user} to the file", code)
    # Another secret, and they do not talk to each other any more.
    booted.run("printf %s another-secret > /etc/holdfast/cached.secrets/replication; "
               "systemctl restart cached@vault")
    until(lambda: not linked(booted), "no link with another secret", 30)
    booted.run("mv /root/cached.conf.before /etc/holdfast/cached.conf; systemctl restart cached; "
               "systemctl stop cached@vault cached@vault.socket cached-control@vault.socket; "
               "rm /etc/holdfast/cached@vault.env; "
               "ctl health --wait")
    return "two caches by a secret of LoadCredential=, none with another one"


def linked(booted):
    """The caches that have a link to a peer."""
    text = booted.status("ctl repl status -o jsonl")[1]
    links = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return {link["cache"] for link in links if link["state"] == "streaming"}


def instances(booted):
    """A second cache, by its name, with TCP by a drop-in of its socket."""
    port = 11399
    booted.run(f"echo 'OPTIONS=-l 127.0.0.1 -p {port}' > /etc/holdfast/cached@second.env; "
               "mkdir -p /etc/systemd/system/cached@second.socket.d; "
               f"printf '[Socket]\\nListenStream=127.0.0.1:{port}\\n' "
               "> /etc/systemd/system/cached@second.socket.d/tcp.conf; "
               "systemctl daemon-reload; systemctl enable --now cached@second.socket "
               "cached@second.service")
    answer = booted.run("printf 'set a 0 0 1\\r\\nb\\r\\nget a\\r\\nquit\\r\\n' | "
                        "nc -U -q 2 /run/holdfast/data/cached@second.sock")
    expect("VALUE a 0 1" in answer, "an item", answer)
    expect("cached@second" in booted.run("ctl status"), "it in ctl status", "not")
    return "by its UNIX socket; " + under_load(
        booted, "cache", port, "systemctl restart cached@second") + " while it restarts"


def two_of_each(booted):
    """The cluster story on one machine."""
    return cluster.story(booted, visit, expect)


def upgraded(booted):
    """A newer version of everything, while it is asked."""
    before = visit(booted)
    line = "apt-get install -y -q /packages/second/holdfast*_0.1.1_*.deb"
    first = booted.run("systemctl show -p MainPID --value cached cached@second").split()
    load = under_load(booted, "http", 8000, line)
    version = booted.run("dpkg-query -W -f '${Version}' holdfast-cached").strip()
    expect(version == "0.1.1", "version 0.1.1", version)
    daemons = json.loads(booted.run("ctl status -o json"))["daemons"]
    versions = {name: document["version"] for name, document in daemons.items()}
    expect(set(versions.values()) == {"0.1.1"}, "0.1.1 of each daemon that runs", versions)
    for program in ("cached", "balancerd", "sessiond", "ctl"):
        said = booted.run(f"{program} --version")
        expect("0.1.1" in said, f"0.1.1 of {program} --version", said)
    answer = booted.run("printf 'version\\r\\nquit\\r\\n' | nc -q 2 127.0.0.1 11211")
    expect("VERSION 1.6.45" in answer, "memcached's version for its clients", answer)
    after = visit(booted)
    expect(after == before + 1, f"{before + 1} visits", after)
    found = booted.run(KEPT).strip().splitlines()
    expect(len(found) == 500, "500 items", len(found))
    second = booted.run("systemctl show -p MainPID --value cached cached@second").split()
    expect(not set(first) & set(second) and "0" not in second, "other processes", (first, second))
    answer = booted.run("printf 'get a\\r\\nquit\\r\\n' | nc -q 2 127.0.0.1 11399")
    expect("VALUE a 0 1" in answer, "the instance's item", answer)
    return f"{after} visits, 500 items, the instance's too, {load}"


def port_taken(booted):
    """Memcached was there first."""
    booted.run("apt-get remove -y -q holdfast-cached")
    booted.run("systemctl start memcached")
    booted.run("apt-get install -y -q /packages/second/holdfast-cached_0.1.1_*.deb "
               "/packages/second/holdfast_0.1.1_*.deb")
    failed = booted.run("systemctl list-units --failed --plain --no-legend").split()
    units = [word for word in failed if word.endswith((".socket", ".service"))]
    expect(units == ["cached.socket"], "cached.socket alone", units)
    advice = booted.status("ctl doctor")[1]
    expect("memcached" in advice and "11211" in advice, "who has the port", advice)
    booted.run("systemctl stop memcached; systemctl reset-failed; systemctl start cached")
    return "cached.socket failed, ctl doctor names memcached"


def discreet(booted):
    """What was logged by all units, instances too, up to now."""
    journal = booted.run("journalctl --no-pager -o cat -u 'cached*' -u 'balancerd*' "
                         "-u 'sessiond*'")
    whole = re.search(r"[0-9A-F]{32}", journal)
    expect(not whole, "no whole session id in the journal", whole and whole.group(0))
    return f"{len(journal.splitlines())} lines"


def removed(booted):
    """remove keeps, purge takes all; an instance that runs goes along."""
    booted.run("systemctl start cached@second")
    booted.run("apt-get remove -y -q 'holdfast*'")
    expect(not active(booted, "cached@second"), "no instance", "one that runs")
    booted.run("rm -r /etc/systemd/system/cached@second.socket.d")
    expect(booted.status("ls /etc/holdfast/cached.conf /etc/holdfast/balancerd.conf "
                         "/etc/holdfast/sessiond/conf/server.xml")[0] == 0, "configuration", "none")
    booted.run("apt-get purge -y -q 'holdfast*'")
    left = booted.run(
        "find / -xdev \\( -iname '*holdfast*' -o -name 'cached*' -o -name 'balancerd*' "
        "-o -name 'sessiond*' \\) -not -path '/proc/*' -not -path '/packages/*' "
        "-not -path '/var/log/journal/*'; ls -d /run/holdfast /etc/holdfast /var/lib/holdfast "
        "2>/dev/null; getent passwd | grep holdfast; getent group | grep holdfast",
        check=False).split()
    expect(not left, "nothing", left)
    return "nothing left"


STEPS = (
    ("I.1", "apt install: three daemons, one page", installed),
    ("I.2", "each unit's exposure is at most 1.2", hardened),
    ("I.3", "kill -9 of each: back by itself, the session goes on", killed),
    ("I.4", "restarts under load lose no connection attempt", restarted),
    ("I.5", "a restart keeps the cache's contents", kept),
    ("I.6", "a reload with a broken file fails with the reason", broken),
    ("I.7", "who may change what; no whole session id in the journal", rights),
    ("I.8", "the journal has fields: client, session's hash, request", fields),
    ("I.9", "a stuck loop is restarted by the watchdog", stuck),
    ("I.10", "an instance has a UNIX socket by its name, and TCP by a drop-in", instances),
    ("I.11", "an upgrade keeps sessions and contents, and refuses nobody", upgraded),
    ("I.12", "two of each: whichever is killed, stopped or drained, the session goes on",
     two_of_each),
    ("I.13", "11211 is taken: only cached.socket fails, ctl doctor names the holder", port_taken),
    ("I.14", "secrets by LoadCredential, for the service and for an instance", secret),
    ("I.15", "no whole session id in the journal at the end", discreet),
    ("I.16", "remove keeps the configuration, purge leaves nothing", removed),
)

with open(os.path.join(HERE, "load.py"), encoding="utf-8") as file:
    LOADER = file.read()
