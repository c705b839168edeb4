"""Steps and their lines: `ok` or `FAIL`, the step, and what was seen; at the end the sum."""

import os
import sys
import time
import traceback
from contextlib import contextmanager

from .cluster import Cluster, started_cluster
from .waiting import Failed, at_most

# What hangs in one step ends it, not the run.
STEP_SECONDS = 180


class StoryEnded(Exception):
    """A story cannot go on; its failure has been counted."""


class Run:
    """One run of scenarios: where the programs are, and what passed and failed so far."""

    def __init__(self, binaries, output=sys.stdout):
        self.binaries = os.path.abspath(binaries)
        self.output = output
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.failures = []
        self.clusters = []
        self.colour = output.isatty() and "NO_COLOR" not in os.environ

    def line(self, verdict, step, what, seen=""):
        """Prints one step's line."""
        mark = {"ok": "ok  ", "FAIL": "FAIL", "skip": "skip"}[verdict]
        if self.colour:
            colours = {"ok": "\033[32m", "FAIL": "\033[31m"}
            mark = (
                colours.get(verdict, "\033[33m")
                + mark
                + "\033[0m"
            )
        first, _, rest = seen.partition("\n")
        text = f"{mark} {step} {what}" + (f": {first}" if first else "")
        print(text + (f"\n{rest}" if rest else ""), file=self.output, flush=True)

    @contextmanager
    def step(self, number, what, variant=""):
        """One check: give what was seen to the function it yields; any error is a FAIL line."""
        seen = []
        started = time.monotonic()
        label = f"{number}{f' [{variant}]' if str(variant) else ''}"
        try:
            with at_most(STEP_SECONDS):
                yield lambda text: seen.append(str(text))
        except Exception as error:
            self.fail(label, what, error)
        else:
            self.passed += 1
            taken = time.monotonic() - started
            self.line("ok", label, what, "; ".join(seen) + f" ({taken:.1f} s)")

    def skip(self, number, what, reason):
        """A step that cannot run here, with the reason. It counts neither way."""
        self.skipped += 1
        self.line("skip", number, what, reason)

    @contextmanager
    def cluster(self, number, variant):
        """A running cluster for some steps.

        What breaks outside a step is one FAIL line, and ends the story, not the run.
        """
        try:
            with started_cluster(self.binaries, variant) as cluster:
                self.clusters.append(cluster)
                try:
                    yield cluster
                finally:
                    self.clusters.remove(cluster)
        except Exception as error:
            self.fail(f"{number}{f' [{variant}]' if str(variant) else ''}", "the cluster", error)
            raise StoryEnded from error

    def fail(self, label, what, error):
        """Counts and prints one failure, with the end of every log."""
        message = str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}"
        if not isinstance(error, Failed):
            message += f"\n{_trace(error)}"
        self.failed += 1
        self.failures.append(f"{label} {what}: {message.splitlines()[0] if message else ''}")
        tails = [cluster.tails() for cluster in self.clusters]
        self.line("FAIL", label, what, "\n".join([message, *tails]))

    def make_cluster(self, variant):
        """A cluster that is not started: its files may be changed first."""
        return Cluster(self.binaries, variant)

    @property
    def sum_line(self):
        """The last line of a run."""
        return f"{self.passed} passed, {self.failed} failed"


def _trace(error):
    here = os.path.dirname(os.path.abspath(__file__))
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("/usr/lib")
    ]
    return "\n".join(
        f"    {os.path.relpath(frame.filename, here)}:{frame.lineno} {frame.line}"
        for frame in frames[-4:]
    )
