"""Waiting without sleeping blindly: a condition is polled until it holds or its deadline passes."""

import signal
import threading
import time
from contextlib import contextmanager

# How often a condition is looked at. Short, because a scenario waits many times.
POLL_SECONDS = 0.004

_never = threading.Event()


class Failed(Exception):
    """A check that did not hold: what was expected and what was seen instead."""


def until(condition, what, seconds=8.0):
    """Polls `condition` until it returns something true, and returns that.

    Raises `Failed` with `what` and the last value seen when `seconds` pass first.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen = condition()
        if seen:
            return seen
        if time.monotonic() >= deadline:
            raise Failed(f"waited {seconds:g} s for {what}; last seen: {seen!r}")
        _never.wait(POLL_SECONDS)


def expect(holds, expected, got):
    """Raises `Failed` unless `holds`."""
    if not holds:
        raise Failed(f"expected {expected}; got {got}")


def expect_equal(got, expected, what):
    """Raises `Failed` unless both are equal."""
    if got != expected:
        raise Failed(f"{what}: expected {expected!r}; got {got!r}")


@contextmanager
def at_most(seconds):
    """Raises `Failed` inside when it takes longer, whatever it waits for; main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def out_of_time(*_):
        raise Failed(f"not done after {seconds} s")

    started = time.monotonic()
    handler = signal.signal(signal.SIGALRM, out_of_time)
    rest = signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
        if rest:
            # The limit of the whole run goes on.
            signal.alarm(max(1, rest - int(time.monotonic() - started)))
