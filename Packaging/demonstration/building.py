"""What comes before the first start: the toolchain, Debian's packages, the build."""

import os
import re
import shutil
import subprocess
import sys
import time

TOOLCHAIN = (6, 3)
TO_BUILD = ("pkg-config", "libsystemd-dev", "libpcre2-dev", "libexpat1-dev", "libssl-dev")
# The story asks Debian's memcached to stand in for cached, and systemd's tool to pass sockets.
TO_CHECK = ("memcached", "systemd", "iproute2", "util-linux")

LINES_SHOWN_ON_FAILURE = 15
SECONDS_BETWEEN_LINES = 5.0


class Refused(Exception):
    """Why it cannot go on, in one line."""


def require_toolchain():
    """Swift 6.3 or newer on the PATH."""
    wanted = ".".join(map(str, TOOLCHAIN))
    swift = shutil.which("swift")
    if not swift:
        raise Refused(
            f"no Swift toolchain on the PATH: Swift {wanted} or newer is needed,"
            " see https://swift.org/install"
        )
    said = subprocess.run([swift, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"Swift version (\d+)\.(\d+)", said)
    if not found or tuple(map(int, found.groups())) < TOOLCHAIN:
        version = found.group(0) if found else "an unknown version"
        raise Refused(
            f"{swift} is {version}: Swift {wanted} or newer is needed,"
            " see https://swift.org/install"
        )


def install_packages(for_check):
    """Debian's packages, only those that are missing."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    names = TO_BUILD + (TO_CHECK if for_check else ())
    if subprocess.call([os.path.join(here, "install-packages"), *names]) != 0:
        raise Refused("the packages that the build needs could not be installed, see above")


def build(repository):
    """Builds the four programs in release mode, showing progress; returns their folder."""
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib"]
    started = time.monotonic()
    progress = Progress(sys.stdout)
    kept = []
    with subprocess.Popen(
        command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            kept.append(line.rstrip())
            progress.show(line.rstrip())
    progress.end()
    if process.returncode != 0:
        errors = [line for line in kept if "error:" in line] or kept
        print("\n".join(errors[-LINES_SHOWN_ON_FAILURE:]), file=sys.stderr)
        raise Refused(f"the build failed ({' '.join(command)})")
    print(f"built in {time.monotonic() - started:.0f} s", flush=True)
    where = subprocess.run(
        [*command, "--show-bin-path"], cwd=repository, capture_output=True, text=True, check=True
    )
    return where.stdout.strip()


class Progress:
    """The build's last line, in place on a terminal; elsewhere a line every few seconds."""

    def __init__(self, output):
        self.output = output
        self.in_place = output.isatty()
        self.last = 0.0

    def show(self, line):
        """The build said something."""
        if self.in_place:
            columns = shutil.get_terminal_size().columns - 1
            self.output.write(f"\r\033[K{line[:columns]}")
        elif time.monotonic() - self.last >= SECONDS_BETWEEN_LINES:
            self.last = time.monotonic()
            self.output.write(f"build: {line}\n")
        self.output.flush()

    def end(self):
        """Takes the line in place away."""
        if self.in_place:
            self.output.write("\r\033[K")
            self.output.flush()
