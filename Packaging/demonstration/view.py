"""The picture as lines: redrawn in place on a terminal, changes only elsewhere."""

import os
import shutil
import time

GREEN, RED, YELLOW, PLAIN = "\033[32m", "\033[31m", "\033[33m", "\033[0m"


def picture(seen):
    """The lines of one look. A line is a list of (colour or None, text)."""
    lines = []
    for name, where, pid, running in seen.programs:
        again = seen.restarting.get(name)
        state = (GREEN, f"pid {pid}") if running else (RED, "killed")
        rest = f"   started again in {again:.0f} s" if again is not None and not running else ""
        served = f"   {seen.served[name]} requests served" if name in seen.served else ""
        lines.append([(None, f"  {name:<10}{where:<18}"), state, (None, served + rest)])
    lines.append([])
    missing = (YELLOW if seen.copies_missing else GREEN, f"copies missing: {seen.copies_missing}")
    last = f"   last served by {seen.last_served}" if seen.last_served else ""
    lines.append([(None, f"  sessions: {seen.session_count}   "), missing, (None, last)])
    for session in seen.sessions:
        copies = ", ".join(session.copies) or "this server only"
        shown = f"  {session.identifier:<42} served by {session.served_by}, in {copies}"
        lines.append([(None, shown)])
    lines += [[(YELLOW, f"  {note}")] for note in seen.notes]
    return lines


class Screen:
    """A terminal: the picture is drawn over the one before."""

    def __init__(self, output):
        self.output = output
        self.colour = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.height = 0

    def show(self, lines):
        """Draws it."""
        columns, rows = shutil.get_terminal_size()
        drawn = [self.text(line, columns - 1) for line in lines[: rows - 1]]
        up = f"\033[{self.height}A" if self.height else ""
        self.output.write(up + "\r\033[J" + "\n".join(drawn) + "\n")
        self.output.flush()
        self.height = len(drawn)

    def text(self, line, columns):
        """One line in colours, cut at the terminal's edge."""
        text = ""
        for colour, part in line:
            part = part[: max(0, columns)]
            columns -= len(part)
            text += f"{colour}{part}{PLAIN}" if colour and self.colour and part else part
        return text


class Plain:
    """Not a terminal: a line for each thing that changed, with the time."""

    def __init__(self, output):
        self.output = output
        self.before = None

    def show(self, lines):
        """Prints what was not there before."""
        now = ["".join(part for _, part in line).strip() for line in lines]
        now = [line for line in now if line and "started again in" not in line]
        for line in now:
            if self.before is None or line not in self.before:
                self.output.write(f"{time.strftime('%H:%M:%S')} {line}\n")
        self.output.flush()
        self.before = set(now)
