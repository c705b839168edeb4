"""An HTTP/1.1 client on raw sockets: it sees exactly the bytes that came."""

import re
from dataclasses import dataclass, field

from .sockets import CONNECT_SECONDS, connect

RECEIVE_BYTES = 65536
HEAD_BYTES_MAX = 65536


class ConnectionEnded(Exception):
    """The server closed; `received` is what had come of the answer by then."""

    def __init__(self, received):
        super().__init__(
            f"connection closed after {len(received)} bytes: {bytes(received[:120])!r}"
        )
        self.received = bytes(received)


@dataclass
class Response:
    """An answer, headers in the order they came."""

    status: int
    reason: str
    headers: list
    body: bytes
    head: bytes = b""
    cut: bool = field(default=False)

    def header(self, name):
        """The first header of that name, or None."""
        values = self.header_values(name)
        return values[0] if values else None

    def header_values(self, name):
        """All headers of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def text(self):
        """The body as UTF-8."""
        return self.body.decode("utf-8", "replace")


class Connection:
    """One connection, kept alive as long as the server allows."""

    def __init__(self, address, seconds=CONNECT_SECONDS):
        self.stream = connect(address, seconds)
        self.received = bytearray()
        self.usable = True

    def close(self):
        """Closes it."""
        self.usable = False
        self.stream.close()

    def send(self, data):
        """Writes exactly these bytes."""
        self.stream.sendall(data)

    def fill(self):
        """One read; False when the server has finished sending."""
        try:
            data = self.stream.recv(RECEIVE_BYTES)
        except ConnectionResetError:
            data = b""
        self.received += data
        return bool(data)

    def read_head(self):
        """Reads up to the empty line: (status, reason, headers, the head). 1xx are skipped."""
        while True:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                if len(self.received) > HEAD_BYTES_MAX or not self.fill():
                    self.usable = False
                    raise ConnectionEnded(self.received)
                continue
            head = bytes(self.received[: end + 4])
            del self.received[: end + 4]
            lines = head[:-4].decode("latin-1").split("\r\n")
            version, status, *reason = lines[0].split(" ", 2)
            headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
            if not 100 <= int(status) < 200:
                return int(status), "".join(reason), headers, head

    def read_exactly(self, count):
        """`count` bytes; raises `ConnectionEnded` when fewer come."""
        while len(self.received) < count:
            if not self.fill():
                self.usable = False
                raise ConnectionEnded(self.received)
        data = bytes(self.received[:count])
        del self.received[:count]
        return data

    def read_line(self):
        """Up to CR LF, without it."""
        while b"\r\n" not in self.received:
            if not self.fill():
                self.usable = False
                raise ConnectionEnded(self.received)
        line, _, rest = bytes(self.received).partition(b"\r\n")
        self.received = bytearray(rest)
        return line

    def read_response(self, method="GET"):
        """The next answer, whole. An answer that ends early comes back with `cut` set."""
        status, reason, headers, head = self.read_head()
        response = Response(status, reason, headers, b"", head)
        if method != "HEAD" and status not in (204, 304):
            try:
                response.body = self._read_body(response)
            except ConnectionEnded as ended:
                response.body, response.cut = ended.received, True
        if "close" in (response.header("Connection") or "").lower():
            self.close()
        return response

    def _read_body(self, response):
        if "chunked" in (response.header("Transfer-Encoding") or "").lower():
            return self._read_chunks()
        length = response.header("Content-Length")
        if length is not None:
            return self.read_exactly(int(length))
        while self.fill():
            pass
        self.usable = False
        body = bytes(self.received)
        self.received.clear()
        return body

    def _read_chunks(self):
        body = bytearray()
        try:
            while True:
                size = int(self.read_line().split(b";")[0], 16)
                if size == 0:
                    while self.read_line():
                        pass
                    return bytes(body)
                body += self.read_exactly(size)
                self.read_exactly(2)
        except ConnectionEnded as ended:
            raise ConnectionEnded(bytes(body) + ended.received) from None


def compose(method, target, headers=(), body=None, host="localhost"):
    """The bytes of a request."""
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in names:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


class Client:
    """Requests to one address over one connection, opened again when the server closed it."""

    def __init__(self, address, seconds=CONNECT_SECONDS, host="localhost"):
        self.address = address
        self.seconds = seconds
        self.host = host
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes the connection, if there is one."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def request(self, method, target, headers=(), body=None):
        """One request and its answer.

        A kept connection may have been closed by the server meanwhile, which a client expects: when
        not a byte of an answer came on a used connection, an idempotent request is sent once more
        on a new one.
        """
        data = compose(method, target, headers, body, self.host)
        reused = self.connection is not None and self.connection.usable
        try:
            return self._exchange(method, data)
        except (ConnectionEnded, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            started = isinstance(error, ConnectionEnded) and error.received
            if not reused or started or method in ("POST", "PATCH", "LOCK"):
                raise
            return self._exchange(method, data)

    def _exchange(self, method, data):
        if self.connection is None or not self.connection.usable:
            self.close()
            self.connection = Connection(self.address, self.seconds)
        self.connection.send(data)
        return self.connection.read_response(method)


def get(
    address, target, headers=(), method="GET", body=None, seconds=CONNECT_SECONDS, host="localhost"
):
    """One request over its own connection."""
    with Client(address, seconds, host) as client:
        return client.request(method, target, headers, body)


SESSION_COOKIE = re.compile(r"JSESSIONID=([^;]*)")


class Browser:
    """A client that keeps its session cookie, as a person's browser does."""

    def __init__(self, address, seconds=CONNECT_SECONDS, session=None):
        self.client = Client(address, seconds)
        self.session = session
        self.last_cookie = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes the connection; the cookie stays."""
        self.client.close()

    def get(self, target, method="GET", body=None, headers=()):
        """One request with the cookie; `last_cookie` is what the answer set, or None."""
        extra = [("Cookie", f"JSESSIONID={self.session}")] if self.session else []
        response = self.client.request(method, target, list(headers) + extra, body)
        self.last_cookie = None
        for value in response.header_values("Set-Cookie"):
            found = SESSION_COOKIE.match(value)
            if found:
                self.last_cookie = value
                self.session = found.group(1)
        return response
