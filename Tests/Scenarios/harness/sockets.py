"""Addresses: a TCP port on loopback is an int, a UNIX socket is its path."""

import socket

CONNECT_SECONDS = 5.0

_given_out = set()


def free_port():
    """A loopback port nobody listens on, never the same twice in one run."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given_out:
            _given_out.add(port)
            return port


def connect(address, seconds=CONNECT_SECONDS):
    """A connected stream socket; every later operation on it has the same time limit."""
    if isinstance(address, int):
        stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        target = ("127.0.0.1", address)
    else:
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        target = address
    stream.settimeout(seconds)
    try:
        stream.connect(target)
    except OSError:
        stream.close()
        raise
    if isinstance(address, int):
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


def answers(address):
    """Whether somebody accepts connections at `address`."""
    try:
        connect(address, 1.0).close()
    except OSError:
        return False
    return True


def listen(address, backlog=64):
    """A listening socket at `address` (0: any free port), for peers and for passing on."""
    if isinstance(address, int):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", address))
    else:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(address)
    listener.listen(backlog)
    return listener
