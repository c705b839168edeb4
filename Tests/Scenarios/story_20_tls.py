"""Step 20: a cache that speaks TLS (-Z): certificates, who is let in, certificates read again."""

import os
import signal
import ssl
import tempfile

from harness.processes import run as run_command
from harness.single import SingleCache
from harness.sockets import connect, free_port
from harness.waiting import Failed, expect, expect_equal, until


def tell(run, _):
    """One cache after another."""
    with tempfile.TemporaryDirectory(prefix="hf-") as folder:
        made = Certificates(folder)
        steps = [
            ("20.1", "get and set over TLS, a large value too, among them a stranger's plain text",
             values),
            ("20.2", "notls, btls and mtls listeners: who needs a certificate", listeners),
            ("20.3", "refresh_certs and SIGHUP take the new certificate; a broken file changes "
             "nothing", refreshed),
            ("20.4", "ssl_min_version=3: TLS 1.2 is refused; ssl_session_cache: a session goes on",
             versions),
            ("20.5", "ssl_verify_mode=2, ssl_ciphers, ssl_keyformat=DER", narrowed),
            ("20.6", "certificates that cannot be used: status 64 and the file's name", bad_files),
        ]
        for number, what, step in steps:
            with run.step(number, what) as saw:
                step(run, folder, made, saw)


class Certificates:
    """An authority, a server's certificate, another of the server's, and a client's."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = self.path("authority.pem")
        self._make("authority", ["-x509", "-subj", "/CN=authority"])
        for name in ("first", "second", "client"):
            self._make(name, ["-subj", f"/CN={name}"])
            self.openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-days", "2",
                          "-CA", self.authority, "-CAkey", self.path("authority.key"),
                          "-CAcreateserial", "-out", self.path(f"{name}.pem"))

    def path(self, name):
        """Where a file lies."""
        return os.path.join(self.folder, name)

    def _make(self, name, how):
        out = f"{name}.pem" if "-x509" in how else f"{name}.csr"
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                      "-nodes", "-keyout", self.path(f"{name}.key"), "-out", self.path(out), *how)

    @staticmethod
    def openssl(*words):
        """Runs it."""
        status, _, error = run_command(["openssl", *words])
        if status != 0:
            raise Failed(f"openssl {' '.join(words)}: {error}")

    def context(self, with_certificate=False):
        """A client's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self.authority)
        if with_certificate:
            context.load_cert_chain(self.path("client.pem"), self.path("client.key"))
        return context

    def options(self, name="first"):
        """-Z and what goes with it."""
        return ["-Z", "-o", f"ssl_chain_cert={self.path(name + '.pem')},"
                            f"ssl_key={self.path(name + '.key')},ssl_ca_cert={self.authority}"]


def secure(port, context, session=None):
    """A connection that speaks TLS."""
    plain = connect(port)
    try:
        return context.wrap_socket(plain, session=session)
    except OSError:
        plain.close()
        raise


def ask(stream, text, end):
    """Sends, and reads until the answer ends so."""
    stream.sendall(text)
    answer = b""
    while not answer.endswith(end):
        data = stream.recv(1 << 16)
        if not data:
            raise Failed(f"the connection ended after {answer[-100:]!r}")
        answer += data
    return answer


def statistics(stream):
    """`stats` as a dictionary."""
    lines = ask(stream, b"stats\r\n", b"END\r\n").decode().split("\r\n")
    return dict(line.split(" ", 2)[1:] for line in lines if line.startswith("STAT"))


def issuer_of(stream):
    """The common name of the server's certificate."""
    return dict(part[0] for part in stream.getpeercert()["subject"])["commonName"]


def values(run, folder, made, saw):
    """Plain text on a TLS port is a failed handshake."""
    with SingleCache(run, folder, *made.options()) as cache:
        with secure(cache.port, made.context()) as stream:
            large = os.urandom(900_000)
            text = b"set large 0 0 %d\r\n%s\r\n" % (len(large), large)
            expect_equal(ask(stream, text, b"\r\n"), b"STORED\r\n", "set")
            answer = ask(stream, b"get large\r\n", b"END\r\n")
            expect_equal(answer, b"VALUE large 0 900000\r\n" + large + b"\r\nEND\r\n", "get")
            many = b"".join(b"set k%d 0 0 1\r\nx\r\n" % number for number in range(500))
            expect_equal(ask(stream, many + b"mn\r\n", b"MN\r\n"), b"STORED\r\n" * 500 + b"MN\r\n",
                         "500 at once")
            before = int(statistics(stream)["ssl_handshake_errors"])
            with connect(cache.port) as stranger:
                stranger.sendall(b"get large\r\n" * 50)
                expect(b"VALUE" not in drained(stranger), "no value in plain text", "one")
            until(lambda: int(statistics(stream)["ssl_handshake_errors"]) == before + 1,
                  "one failed handshake more")
            expect_equal(statistics(stream)["ssl_proto_errors"], "0", "ssl_proto_errors")
            saw(f"{stream.version()}, {stream.cipher()[0]}")


def drained(stream):
    """All that comes until the end."""
    answer = b""
    try:
        while data := stream.recv(4096):
            answer += data
    except OSError:
        pass
    return answer


def listeners(run, folder, made, saw):
    """Four ports of one cache."""
    ports = {mode: free_port() for mode in ("notls", "btls", "mtls")}
    where = ",".join(f"{mode}:127.0.0.1:{port}" for mode, port in ports.items())
    options = made.options() + ["-o", "ssl_verify_mode=1", "-l", f"127.0.0.1,{where}"]
    with SingleCache(run, folder, *options) as cache:
        with connect(ports["notls"]) as stream:
            expect_equal(ask(stream, b"set a 0 0 1\r\nx\r\n", b"\r\n"), b"STORED\r\n", "notls")
        for name, port in (("usual", cache.port), ("btls", ports["btls"])):
            with secure(port, made.context()) as stream:
                expect_equal(ask(stream, b"get a\r\n", b"END\r\n"), b"VALUE a 0 1\r\nx\r\nEND\r\n",
                             name)
        with secure(ports["mtls"], made.context(with_certificate=True)) as stream:
            expect_equal(ask(stream, b"mg a v\r\n", b"x\r\n"), b"VA 1\r\nx\r\n", "mtls")
        expect(is_refused(ports["mtls"], made.context()), "no entry without a certificate", "entry")
    saw("mtls turned one away")


def is_refused(port, context):
    """Whether a client is turned away; with TLS 1.3 it hears of that at its first read."""
    try:
        with secure(port, context) as stream:
            stream.sendall(b"version\r\n")
            return stream.recv(100) == b""
    except OSError:
        return True


def refreshed(run, folder, made, saw):
    """The names of the files stay."""
    for end in ("pem", "key"):
        replace(made, f"first.{end}", f"live.{end}")
    with SingleCache(run, folder, *made.options("live")) as cache:
        kept = secure(cache.port, made.context())
        with kept:
            expect_equal(issuer_of(kept), "first", "the first certificate")
            for end in ("pem", "key"):
                replace(made, f"second.{end}", f"live.{end}")
            expect_equal(ask(kept, b"refresh_certs\r\n", b"\r\n"), b"OK\r\n", "refresh_certs")
            with secure(cache.port, made.context()) as stream:
                expect_equal(issuer_of(stream), "second", "after refresh_certs")
            with open(made.path("live.pem"), "w", encoding="ascii") as file:
                file.write("nothing\n")
            answer = ask(kept, b"refresh_certs\r\n", b"\r\n")
            expect(b"live.pem" in answer and answer.startswith(b"SERVER_ERROR"), "an error", answer)
            cache.process.signal(signal.SIGHUP)
            until(lambda: cache.process.log().count("live.pem") >= 1, "the reload's refusal")
            with secure(cache.port, made.context()) as stream:
                expect_equal(issuer_of(stream), "second", "with a broken file")
            for end in ("pem", "key"):
                replace(made, f"first.{end}", f"live.{end}")
            cache.process.signal(signal.SIGHUP)
            until(lambda: presented(cache.port, made) == "first", "the certificate after SIGHUP")
            expect_equal(ask(kept, b"mn\r\n", b"\r\n"), b"MN\r\n", "the connection that stood")
        saw(answer.decode().strip())


def presented(port, made):
    """Which certificate the server shows."""
    with secure(port, made.context()) as stream:
        return issuer_of(stream)


def replace(made, source, target):
    """Puts a file in the place of another in one step."""
    with open(made.path(source), "rb") as file:
        contents = file.read()
    with open(made.path(target + ".new"), "wb") as file:
        file.write(contents)
    os.rename(made.path(target + ".new"), made.path(target))


def versions(run, folder, made, saw):
    """TLS 1.2 has sessions that a client can hold on to at once."""
    with SingleCache(run, folder, *made.options(), "-o", "ssl_min_version=3") as cache:
        old = made.context()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        expect(is_refused(cache.port, old), "TLS 1.2 to be refused", "an entry")
        with secure(cache.port, made.context()) as stream:
            expect_equal(stream.version(), "TLSv1.3", "version")
    with SingleCache(run, folder, *made.options(), "-o", "ssl_session_cache") as cache:
        context = made.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with secure(cache.port, context) as stream:
            session = stream.session
            ask(stream, b"mn\r\n", b"\r\n")
        with secure(cache.port, context, session) as stream:
            expect(stream.session_reused, "the session to go on", "a new one")
            expect_equal(statistics(stream)["ssl_new_sessions"], "1", "ssl_new_sessions")
        with secure(cache.port, made.context()) as stream:
            # As memcached: each of the two tickets of TLS 1.3 counts.
            expect_equal(statistics(stream)["ssl_new_sessions"], "3", "ssl_new_sessions")
    saw("TLS 1.3 only; one session, two connections")


def narrowed(run, folder, made, saw):
    """Who has no certificate, or another cipher, stays out."""
    with SingleCache(run, folder, *made.options(), "-o", "ssl_verify_mode=2") as cache:
        expect(is_refused(cache.port, made.context()), "a client without a certificate", "an entry")
        with secure(cache.port, made.context(with_certificate=True)) as stream:
            expect_equal(ask(stream, b"mn\r\n", b"\r\n"), b"MN\r\n", "with a certificate")
    taken, other = "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"
    with SingleCache(run, folder, *made.options(), "-o", f"ssl_ciphers={taken}") as cache:
        context = made.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(other)
        expect(is_refused(cache.port, context), f"{other} to be refused", "an entry")
        context.set_ciphers(f"{other}:{taken}")
        with secure(cache.port, context) as stream:
            expect_equal(stream.cipher()[0], taken, "cipher")
    key = made.path("first.der")
    made.openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", made.path("first.key"),
                 "-out", key)
    options = made.options() + ["-o", f"ssl_keyformat=DER,ssl_key={key}"]
    with SingleCache(run, folder, *options) as cache:
        with secure(cache.port, made.context()) as stream:
            expect_equal(issuer_of(stream), "first", "the certificate of a key in DER")
    saw(f"{taken} only")


def bad_files(run, folder, made, saw):
    """Before anything listens."""
    program = os.path.join(run.binaries, "cached")
    base = [program, "-l", "127.0.0.1", "-p", str(free_port()), "-Z", "-o"]
    status, _, error = run_command([*base, f"ssl_chain_cert={made.path('none.pem')}"])
    expect_equal(status, 64, "exit status")
    expect("none.pem" in error, "the file's name", error)
    words = f"ssl_chain_cert={made.path('first.pem')},ssl_key={made.path('second.key')}"
    status, _, error = run_command([*base, words])
    expect_equal(status, 64, "exit status of a key that is another's")
    expect("second.key" in error, "the key's name", error)
    saw(error.strip())
