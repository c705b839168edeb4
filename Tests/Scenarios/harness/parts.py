"""Parts of a run side by side: each a process of its own, in a network namespace of its own.

Namespaces keep the parts' ports apart (and let the seed's files have the fixed ones that they
name). Most of a story is waiting, so that two processors carry several parts at once.
"""

import os
import queue
import subprocess
import sys
import threading

from . import settings
from .processes import TIED_TO_US

RUN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "run")


def namespace_command():
    """What puts a command into a network namespace of its own, or None where that may not be."""
    inside = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-r", "-n"]
    try:
        made = subprocess.run([*inside, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return inside if made.returncode == 0 else None


def bring_loopback_up():
    """A new namespace has its loopback interface down."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def tell(run, tales, quick, jobs):
    """Tells the stories, those of one part one after another, `jobs` parts at a time."""
    waiting = list(dict.fromkeys(tale.part for tale in tales))
    inside = namespace_command()
    seeds = {tale.part for tale in tales if tale.seed}
    if seeds:
        reason = None
        if not os.path.isdir(settings.SEED):
            reason = f"{settings.SEED} is not there"
        elif inside is None:
            reason = "no network namespace may be made here"
        if reason:
            waiting = [part for part in waiting if part not in seeds]
            run.skip("seed", "the seed's own files, unchanged", reason)
    if inside is None:
        jobs = 1
    lines = queue.Queue()
    running = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            part = waiting.pop(0)
            names = [tale.name for tale in tales if tale.part == part]
            # The examples are told on the ports that quickstart has just found free.
            stays = inside is None or (quick and part == "examples")
            running[part] = _start(run, part, names, quick, [] if stays else inside, lines)
        part, line = lines.get()
        if line is not None:
            print(line, end="", flush=True)
            continue
        process, last = running.pop(part)
        process.wait()
        _count(run, part, last)


def _start(run, part, names, quick, inside, lines):
    """Starts one part; its lines come by the queue, the last one as the sum, then None."""
    # A part ends with the run, as what it starts ends with it.
    command = [*TIED_TO_US, *inside, sys.executable, RUN, "--part", part, "--bin", run.binaries]
    command += ["--quick"] * quick + ["--inside"] * bool(inside)
    process = subprocess.Popen(
        [*command, *names], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    last = [""]
    threading.Thread(target=_read, args=(process, part, last, lines), daemon=True).start()
    return process, last


def _read(process, part, last, lines):
    for line in process.stdout:
        if last[0]:
            lines.put((part, last[0]))
        last[0] = line
    lines.put((part, None))


def _count(run, part, last):
    """Adds up what a part's last line says."""
    try:
        passed, _, failed, _ = last[0].replace(",", "").split()
        run.passed += int(passed)
        run.failed += int(failed)
        if int(failed):
            run.failures.append(f"{part}: {failed} steps, see above")
    except ValueError:
        print(last[0])
        run.failed += 1
        run.failures.append(f"{part}: ended early")
