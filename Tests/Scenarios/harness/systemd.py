"""What systemd does for a service, done here: sockets passed by name, the notify socket."""

import os
import socket
import sys

from .waiting import until

# Puts the passed descriptors at 3, 4, … and names this process in LISTEN_PID, as systemd does.
_PASS_ON = """
import os, sys
numbers = [int(number) for number in sys.argv[1].split(",") if number]
high = [os.dup2(number, 200 + index) for index, number in enumerate(numbers)]
for index, number in enumerate(high):
    os.dup2(number, 3 + index, inheritable=True)
    os.close(number)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def with_sockets(command, listeners, names):
    """(command, environment, descriptors to pass) to start the command as systemd would."""
    numbers = [listener.fileno() for listener in listeners]
    wrapped = [sys.executable, "-c", _PASS_ON, ",".join(map(str, numbers)), *map(str, command)]
    environment = {"LISTEN_FDS": str(len(listeners)), "LISTEN_FDNAMES": ":".join(names)}
    return wrapped, environment, numbers


class NotifySocket:
    """The datagram socket a service reports to."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.messages = []
        self.kept = []  # descriptors that the service asked to be kept

    def close(self):
        """Closes it."""
        self.socket.close()
        for number in self.kept:
            os.close(number)

    @property
    def environment(self):
        """What the service needs to find it."""
        return {"NOTIFY_SOCKET": self.path}

    def receive(self):
        """Everything reported so far, one assignment an entry."""
        while True:
            try:
                text, numbers, _, _ = socket.recv_fds(self.socket, 65536, 16)
                self.messages += text.decode().split("\n")
                self.kept += numbers
            except BlockingIOError:
                return self.messages

    def wait_for(self, message, seconds=10.0):
        """Waits until the service has reported `message`."""
        until(lambda: message in self.receive(), f"{message} on the notify socket", seconds)
