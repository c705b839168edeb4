"""Load: threads that repeat one piece of work until told to stop, and count what they saw."""

import threading
import traceback

STOP_SECONDS = 20.0
FAILURES_KEPT = 20


class Load:
    """`workers` threads, each calling `work(state)` over and over.

    `prepare(number)` makes a thread's state.

    Whatever `work` raises is a failure: it is kept, and that thread goes on.
    """

    def __init__(self, workers, prepare, work):
        self.prepare, self.work = prepare, work
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.done = 0
        self.failures = []
        self.failure_count = 0
        self.threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True)
            for number in range(workers)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def _run(self, number):
        state = None
        while not self.stopping.is_set():
            try:
                if state is None:
                    state = self.prepare(number)
                self.work(state)
                with self.lock:
                    self.done += 1
            except Exception as error:  # every kind of failure is a finding of the load
                with self.lock:
                    self.failure_count += 1
                    if len(self.failures) < FAILURES_KEPT:
                        place = traceback.extract_tb(error.__traceback__)[-1]
                        self.failures.append(
                            f"{type(error).__name__}: {error} (line {place.lineno})"
                        )
                self.stopping.wait(0.01)

    def stop(self):
        """Lets every thread finish the work it is at."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(STOP_SECONDS)

    def passed(self, count):
        """A condition for `until`: `count` more pieces of work were done than now."""
        target = self.done + count
        return lambda: self.done >= target

    @property
    def summary(self):
        """One line: how many went well, and the first failure."""
        first = f"; first: {self.failures[0]}" if self.failures else ""
        return f"{self.done} answers as expected, {self.failure_count} not{first}"


def in_parallel(count, work):
    """Runs `work(number)` in `count` threads at once; the results, or the first failure raised."""
    results, errors = [None] * count, []
    barrier = threading.Barrier(count)

    def run(number):
        try:
            barrier.wait(STOP_SECONDS)
            results[number] = work(number)
        except Exception as error:  # handed to the caller below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(STOP_SECONDS * 2)
    if errors:
        raise errors[0]
    return results
