"""A terminal for programs of the whole screen: tmux, and what it shows."""

import itertools
import os
import shutil
import subprocess

from .waiting import Failed, until

TMUX = shutil.which("tmux")
# No two screens have the same server, also when one is still ending.
_numbers = itertools.count(1)


class Screen:
    """One program in a terminal of its own, with a tmux server of its own."""

    def __init__(self, command, folder, environment=None, columns=80, rows=24):
        self.socket = os.path.join(folder, f"tmux-{next(_numbers)}")
        assignments = [f"{name}={value}" for name, value in (environment or {}).items()]
        # The shell stays behind, so that the end of the program can be seen.
        words = ["env", *assignments, *map(str, command)]
        line = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
        began = self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
            "sh", "-c", f"{line}; echo ended with $?; sleep 600",
        )
        if began.returncode:
            raise Failed(f"tmux did not begin: {began.stderr}")

    def _tmux(self, *arguments):
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        environment.pop("TMUX", None)
        return subprocess.run(
            [TMUX, "-u", "-S", self.socket, *arguments],
            capture_output=True, text=True, timeout=20, check=False, env=environment,
        )

    def press(self, *keys):
        """Presses keys by tmux's names: q, Enter, Up, C-c."""
        self._tmux("send-keys", *keys)

    def type(self, text):
        """Types text as it is."""
        self._tmux("send-keys", "-l", text)

    def resize(self, columns, rows):
        """Another size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def text(self):
        """What is shown, lines without trailing blanks."""
        return self._tmux("capture-pane", "-p").stdout

    def colours(self):
        """What is shown, with its escape sequences."""
        return self._tmux("capture-pane", "-p", "-e").stdout

    def until_shows(self, text, seconds=15.0):
        """Waits until a text is shown, and returns the screen."""
        try:
            until(lambda: text in self.text(), f"{text!r} on the screen", seconds)
        except Failed:
            raise Failed(f"{text!r} is not on the screen:\n{self.text()}") from None
        return self.text()

    def close(self):
        """Ends the terminal and what runs in it."""
        self._tmux("kill-server")
