"""Asks an address again and again, each time by a connection of its own, until it is told to stop.

    load.py http|cache ADDRESS COUNT   COUNT at a time; a line on standard input ends it

ADDRESS is a port of this machine, or the path of a UNIX socket.

Prints `ATTEMPTS FAILED REASON…`: an attempt has failed when no connection came about, or no answer
came on it.
"""

import socket
import sys
import threading

QUESTIONS = {
    "http": (b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200"),
    "cache": (b"version\r\n", b"VERSION"),
}


def main():
    kind, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    asking = Asking(kind, address)
    threads = [threading.Thread(target=asking.run) for _ in range(count)]
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    asking.stopping.set()
    for thread in threads:
        thread.join()
    print(asking.attempts, len(asking.failures), *sorted(set(asking.failures))[:5], flush=True)


class Asking:
    """What was asked so far."""

    def __init__(self, kind, address):
        self.question, self.expected = QUESTIONS[kind]
        self.address = address
        self.attempts = 0
        self.failures = []
        self.stopping = threading.Event()

    def run(self):
        """One after another."""
        while not self.stopping.is_set():
            self.attempts += 1
            try:
                self.ask()
            except OSError as error:
                self.failures.append(type(error).__name__)

    def connect(self):
        """A connection, which takes 20 s at the most for anything."""
        if not self.address.startswith("/"):
            return socket.create_connection(("127.0.0.1", int(self.address)), 20)
        stream = socket.socket(socket.AF_UNIX)
        stream.settimeout(20)
        stream.connect(self.address)
        return stream

    def ask(self):
        """One."""
        with self.connect() as stream:
            stream.sendall(self.question)
            answer = b""
            while len(answer) < len(self.expected):
                piece = stream.recv(65536)
                if not piece:
                    self.failures.append(f"closed-after-{len(answer)}")
                    return
                answer += piece
            if not answer.startswith(self.expected):
                self.failures.append(answer[:12].decode(errors="replace").replace(" ", "_"))


if __name__ == "__main__":
    main()
