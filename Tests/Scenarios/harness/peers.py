"""Scripted peers: servers that do exactly one thing, and remember what reached them."""

import socket
import threading

from . import http
from .sockets import listen


class ScriptedServer:
    """An HTTP server at `address`: reads a request whole, then sends `answer`.

    `answer` is bytes, or a function of the request; None closes the connection without a byte.
    `requests` holds the head and body of each.
    """

    def __init__(self, address, answer):
        self.answer = answer
        self.requests = []
        self.listener = listen(address)
        self.address = address or self.listener.getsockname()[1]
        self.closing = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def close(self):
        """Stops listening."""
        self.closing = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.thread.join(5)

    def _accept(self):
        while not self.closing:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream):
        stream.settimeout(20)
        connection = http.Connection.__new__(http.Connection)
        connection.stream, connection.received, connection.usable = stream, bytearray(), True
        try:
            while True:
                request = read_request(connection)
                if request is None:
                    return
                self.requests.append(request)
                answer = self.answer(request) if callable(self.answer) else self.answer
                if answer is None:
                    return
                stream.sendall(answer)
        except (OSError, http.ConnectionEnded):
            pass
        finally:
            stream.close()


def read_request(connection):
    """(head, body) of the next request, or None when the client has finished."""
    while b"\r\n\r\n" not in connection.received:
        if not connection.fill():
            return None
    head, _, rest = bytes(connection.received).partition(b"\r\n\r\n")
    connection.received = bytearray(rest)
    fields = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    if "chunked" in fields.get("transfer-encoding", "").lower():
        return head, connection._read_chunks()
    return head, connection.read_exactly(int(fields.get("content-length", "0")))
