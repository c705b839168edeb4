"""A Debian of its own that is booted in a container: made, started, asked, ended."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

# What the packages depend on, and what the test uses inside: the booted machine has no network.
PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "passwd", "procps", "iproute2", "curl", "logrotate",
    "libexpat1", "libpcre2-8-0", "libssl3", "libsystemd0", "libstdc++6", "libgcc-s1",
    "memcached", "netcat-openbsd",
)
BOOT_SECONDS = 90
PROBE_SECONDS = 30
# Without a systemd on the outside.
NSPAWN = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network")
_never = threading.Event()


class Failed(Exception):
    """A check that did not hold."""


def missing():
    """Why the test cannot run here; None when it can."""
    if os.geteuid():
        return "not root"
    for program in ("systemd-nspawn", "mmdebstrap", "nsenter"):
        if not shutil.which(program):
            return f"{program} is not there"
    return refused()


def refused():
    """Why systemd-nspawn cannot run anything here; None when it can.

    It is given this machine's programs to run one of them with what a booted machine needs:
    namespaces, mounts, a network and control groups of its own. So a kernel, or a container around
    this, that allows no containers is told from a machine that boots, and then fails.
    """
    with tempfile.TemporaryDirectory(prefix="holdfast-probe-", dir="/var/tmp") as root:
        os.mkdir(os.path.join(root, "usr"))
        for name in ("bin", "lib", "lib64", "sbin"):
            os.symlink(f"usr/{name}", os.path.join(root, name))
        try:
            done = subprocess.run(
                [*NSPAWN, f"--machine=holdfast-probe-{os.getpid()}", "-D", root, "--bind-ro=/usr",
                 "/usr/bin/true"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                timeout=PROBE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"systemd-nspawn runs nothing within {PROBE_SECONDS} seconds"
    if not done.returncode:
        return None
    said = (done.stdout + done.stderr).strip().splitlines() or [f"status {done.returncode}"]
    return f"systemd-nspawn is not allowed here: {said[-1]}"


def own_sources():
    """The files that say where this machine's packages come from (sources.list(5))."""
    names = ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))]
    return [
        name for name in names
        if name.endswith((".list", ".sources")) and os.path.isfile(name)
        and any(line.strip() and not line.lstrip().startswith("#") for line in open(
            name, encoding="utf-8"))
    ]


def make_image(folder):
    """A Debian 12 of this machine's own apt sources."""
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=apt", "--mode=root",
         "--include=" + ",".join(PACKAGES),
         # Memcached is there to be in the way later, not from the start.
         "--customize-hook=chroot \"$1\" systemctl disable --quiet memcached.service",
         "bookworm", folder, *own_sources()],
        check=True,
    )


class Machine:
    """The booted machine."""

    def __init__(self, root, shared, log):
        self.root = root
        self.log_path = log
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [*NSPAWN, "-b", "--machine=holdfast-test", "-D", root,
             f"--bind-ro={shared}:/packages"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        self.leader = None
        try:
            self.leader = until(self._find_leader, "the container's first process", 20)
            until(self._is_booted, "the machine to be booted", BOOT_SECONDS)
        except Exception:
            self.close()
            raise

    def _fail_if_ended(self):
        if self.process.poll() is None:
            return
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            tail = log.read().strip().splitlines()[-10:]
        raise Failed("\n    ".join([f"the machine ended with {self.process.returncode}", *tail]))

    def _find_leader(self):
        self._fail_if_ended()
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/status", encoding="utf-8") as file:
                    fields = dict(line.split(":", 1) for line in file if ":" in line)
            except (FileNotFoundError, ProcessLookupError):
                continue
            numbers = fields.get("NSpid", "").split()
            if int(fields["PPid"]) == self.process.pid and numbers[-1:] == ["1"]:
                return int(entry)
        return None

    def _is_booted(self):
        self._fail_if_ended()
        state = self.run("systemctl is-system-running", check=False).strip()
        return state in ("running", "degraded")

    def command(self, line, network_only=False):
        """The words that run a line of shell inside; with this machine's programs if wanted."""
        namespaces = ["-n"] if network_only else ["-m", "-u", "-i", "-n", "-p", "-C"]
        clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                 "DEBIAN_FRONTEND=noninteractive", "HOME=/root", "TERM=dumb"]
        return ["nsenter", "-t", str(self.leader), *namespaces, *clean, "sh", "-c", line]

    def run(self, line, check=True, seconds=120):
        """What a line of shell prints; its failure is one when `check` says so."""
        done = subprocess.run(
            self.command(line), capture_output=True, text=True, timeout=seconds, check=False)
        if check and done.returncode:
            raise Failed(f"`{line}` ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def inside(self, path):
        """A path of the machine's as this one sees it."""
        return f"/proc/{self.leader}/root{path}"

    def status(self, line, seconds=120):
        """(exit status, what it prints)."""
        done = subprocess.run(
            self.command(line), capture_output=True, text=True, timeout=seconds, check=False)
        return done.returncode, done.stdout + done.stderr

    def start(self, words):
        """A program of this machine with the other's network."""
        return subprocess.Popen(
            ["nsenter", "-t", str(self.leader), "-n", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        """Ends it: in order, else at once."""
        if self.process.poll() is None and self.leader is None:
            self.process.kill()
            self.process.wait()
        if self.process.poll() is None:
            os.kill(self.leader, signal.SIGRTMIN + 4)  # poweroff, see systemd(1)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def until(condition, what, seconds=15.0):
    """Polls until a condition holds, and returns what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds:g} s for {what}")
        _never.wait(0.05)
