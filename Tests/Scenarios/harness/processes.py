"""Real processes: started with a readiness condition, ended by their own pid, their logs kept."""

import os
import shutil
import signal
import subprocess

from .sockets import answers
from .waiting import Failed, until

READY_SECONDS = 15.0
STOP_SECONDS = 10.0
LOG_LINES_SHOWN = 8

# The kernel ends a child whose parent was killed: an interrupted run leaves nothing behind.
TIED_TO_US = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []


class Process:
    """One program with its command line, started and stopped as often as a scenario likes.

    `ready` holds the addresses that must accept connections before `start` returns.
    """

    def __init__(self, name, command, folder, ready=(), environment=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.folder = folder
        self.ready = list(ready)
        self.environment = dict(environment or {})
        self.log_path = os.path.join(folder, f"{name}.out")
        self.popen = None

    @property
    def pid(self):
        """The pid of the running process."""
        return self.popen.pid

    @property
    def running(self):
        """Whether it was started and has not ended."""
        return self.popen is not None and self.popen.poll() is None

    def start(self, pass_fds=(), wait=True):
        """Starts it and waits until every address of `ready` accepts connections."""
        if self.running:
            raise Failed(f"{self.name} runs already")
        environment = {**os.environ, **self.environment}
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(
                TIED_TO_US + self.command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
                process_group=0,  # the terminal's Ctrl-C is for the runner, which then ends this
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        """Waits until every address of `ready` accepts connections."""

        def is_ready():
            if self.popen.poll() is not None:
                raise Failed(
                    f"{self.name} ended with {self.popen.returncode} before it was ready\n"
                    + self.tail()
                )
            return all(answers(address) for address in self.ready)

        try:
            until(is_ready, f"{self.name} to accept connections at {self.ready}", READY_SECONDS)
        except Failed as failure:
            raise Failed(f"{failure}\n{self.tail()}") from None

    def signal(self, number):
        """Sends a signal to this process and to no other."""
        if self.running:
            self.popen.send_signal(number)

    def kill(self):
        """`kill -9`: returns when the kernel has taken it away."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self, seconds=STOP_SECONDS):
        """The exit status; negative signal number when a signal ended it."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(
                f"{self.name} (pid {self.pid}) still runs after {seconds:g} s\n{self.tail()}"
            ) from None

    def stop(self):
        """Ends it: politely first, then with force."""
        if not self.running:
            return
        self.signal(signal.SIGINT)
        try:
            self.popen.wait(2)
        except subprocess.TimeoutExpired:
            self.kill()

    def log(self):
        """All it has written so far."""
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def tail(self):
        """The end of its log, for messages about failures."""
        lines = self.log().splitlines()[-LOG_LINES_SHOWN:]
        return "\n".join(f"    {self.name} | {line}" for line in lines)


def run(command, seconds=20.0, environment=None, cwd=None, input_text=None):
    """Runs a command to its end: (exit status, standard output, standard error)."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            timeout=seconds,
            text=True,
            errors="replace",
            env={**os.environ, **(environment or {})},
            cwd=cwd,
            input=input_text,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(map(str, command))} took longer than {seconds:g} s") from None
    return done.returncode, done.stdout, done.stderr
