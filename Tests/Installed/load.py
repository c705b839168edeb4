"""Asks an address again and again, each time by a connection of its own, until it is told to stop.

    load.py http|cache PORT COUNT      COUNT at a time; a line on standard input ends it

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
    kind, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    asking = Asking(kind, port)
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

    def __init__(self, kind, port):
        self.question, self.expected = QUESTIONS[kind]
        self.port = port
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

    def ask(self):
        """One."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as stream:
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
