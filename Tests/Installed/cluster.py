"""Two of each behind the balancer, by systemctl and ctl: whichever goes, the session stays."""

from machine import until

SECOND = "/etc/holdfast/sessiond@two"
SOCKET = "/run/holdfast/data/sessiond@two.sock"
UNITS = ("cached", "cached@two", "sessiond", "sessiond@two")

PREPARE = rf"""
set -e
cp /etc/holdfast/balancerd.conf /root/balancerd.conf.before
cp /etc/holdfast/sessiond/conf/server.xml /root/server.xml.before
echo 'OPTIONS=-m 64 -l 127.0.0.1 -p 11311' > /etc/holdfast/cached@two.env
sed -i 's|"n1:127.0.0.1:11211"|"n1:127.0.0.1:11211,n2:127.0.0.1:11311"|' \
    /etc/holdfast/sessiond/conf/server.xml
cp -a /etc/holdfast/sessiond {SECOND}
sed -i 's|port="8080" address="127.0.0.1"|unixDomainSocketPath="{SOCKET}"|' \
    {SECOND}/conf/server.xml
sed -i 's|^ *server  127.0.0.1:8080  fail_timeout=1s;|& server unix:{SOCKET} fail_timeout=1s;|' \
    /etc/holdfast/balancerd.conf
systemctl start cached@two sessiond@two
systemctl restart sessiond
systemctl reload balancerd
"""

RESTORE = rf"""
set -e
mv /root/balancerd.conf.before /etc/holdfast/balancerd.conf
mv /root/server.xml.before /etc/holdfast/sessiond/conf/server.xml
systemctl reload balancerd
systemctl restart sessiond
systemctl stop sessiond@two sessiond@two.socket sessiond-control@two.socket
systemctl stop cached@two cached@two.socket cached-control@two.socket
rm -r {SECOND} /etc/holdfast/cached@two.env
"""


def story(booted, visit, expect):
    """All of it; `visit` loads the page and answers its count."""
    booted.run(PREPARE)
    listed = booted.run("ctl status")
    for unit in UNITS:
        expect(unit in listed, f"{unit} in ctl status", listed)
    count = visit(booted)
    killed = kills(booted, visit, expect, count)
    count = stops(booted, visit, expect, killed)
    count = drained(booted, visit, expect, count)
    findings = booted.status("ctl doctor -o jsonl")[1]
    expect("no_backup" not in findings, "two caches that ctl doctor is content with", findings)
    booted.run(RESTORE)
    return f"{count} visits of one session"


def kills(booted, visit, expect, count):
    """kill -9 of each, and a visit while it may be away and when it is back."""
    for unit in UNITS:
        before = booted.run(f"systemctl show -p MainPID --value {unit}").strip()
        booted.run(f"kill -9 {before}")
        count += 1
        expect(visit(booted) == count, f"{count} right after the end of {unit}", "another count")
        until(lambda: booted.run(f"systemctl show -p MainPID --value {unit}").strip()
              not in (before, "0"), f"{unit} to be there again")
        booted.run("ctl health --wait")
        count += 1
        expect(visit(booted) == count, f"{count} with {unit} back", "another count")
    return count


def stops(booted, visit, expect, count):
    """Each is gone for a while, its socket too."""
    for unit in UNITS:
        booted.run(f"systemctl stop {unit}.socket {unit}")
        for _ in range(3):
            count += 1
            expect(visit(booted) == count, f"{count} without {unit}", "another count")
        booted.run(f"systemctl start {unit}.socket {unit}; ctl health --wait")
        count += 1
        expect(visit(booted) == count, f"{count} with {unit} again", "another count")
    return count


def drained(booted, visit, expect, count):
    """A server is taken out by ctl, and the other has all visits."""
    booted.run("ctl balancer server 127.0.0.1:8080 drain; ctl balancer wait --drained "
               "127.0.0.1:8080")
    for _ in range(4):
        count += 1
        expect(visit(booted) == count, f"{count} while one is drained", "another count")
    booted.run("ctl balancer server 127.0.0.1:8080 ready")
    return count
