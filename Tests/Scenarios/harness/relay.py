"""Something between a client and a server that counts what passes, and may change it."""

import socket
import threading

from .sockets import connect, listen


class Relay:
    """Passes connections on from `address` (0: any free port) to `target`.

    `change` is given what the server says, piece by piece, and answers what the client is to get;
    `ask` the same of what the client says.
    """

    def __init__(self, address, target, change=None, ask=None):
        self.target = target
        self.change = change or (lambda piece: piece)
        self.ask = ask or (lambda piece: piece)
        self.answered = 0
        self.connections = []
        self.listener = listen(address)
        self.address = address or self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in (self.listener, *self.connections):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended by itself
            end.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = connect(self.target, None)
            except OSError:
                return
            self.connections += [client, server]
            for source, sink, change in (
                (client, server, self.ask), (server, client, self._answer),
            ):
                threading.Thread(
                    target=self._pass, args=(source, sink, change), daemon=True).start()

    def _answer(self, piece):
        self.answered += len(piece)
        return self.change(piece)

    @staticmethod
    def _pass(source, sink, change):
        try:
            while piece := source.recv(65536):
                sink.sendall(change(piece))
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the two has ended


class Turnstile:
    """For `change`: lets the server's pieces through one by one, then all of them."""

    def __init__(self):
        self.permits = threading.Semaphore(0)
        self.is_open = False

    def __call__(self, piece):
        if not self.is_open:
            self.permits.acquire(timeout=60)
        return piece

    def turn(self):
        """Lets one more piece through."""
        self.permits.release()

    def open(self):
        """Stands in nobody's way any more."""
        self.is_open = True
        self.permits.release(1000)
