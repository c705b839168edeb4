"""Step 14: the control sockets answer as Docs/control-api.json says, all of it, in all daemons."""

import json
import os
from dataclasses import replace
from urllib.parse import quote

from harness import http
from harness.cluster import COUNTER, read_page
from harness.replicas import Replica, settled
from harness.schema import ControlAPI
from harness.settings import rewrite
from harness.waiting import Failed, expect, expect_equal

# The user `nobody` of Debian.
NOBODY = 65_534
DAEMONS = {"n1": "cached", "balancer": "balancerd", "node4": "sessiond"}


def tell(run, variant):
    """One cluster with affinity."""
    api = ControlAPI()
    with run.cluster("14", replace(variant, sticky=True)) as cluster:
        with run.step("14.1", "each daemon has the documented paths, with their access") as saw:
            routes(cluster, api, saw)
        with run.step("14.2", "each path answers as documented, errors too") as saw:
            answers(cluster, api, saw)
        with run.step("14.3", "who may only read is answered as documented, too") as saw:
            guests(cluster, api, saw)
        with run.step("14.4", "a validator that cannot fail proves nothing") as saw:
            validator(api, saw)


def routes(cluster, api, saw):
    """What the daemon lists and what the file lists."""
    count = 0
    for name, daemon in DAEMONS.items():
        listed = json.loads(cluster.control(name, "/v1/routes").text)["routes"]
        has = {(entry["method"], entry["path"]): entry["access"] for entry in listed}
        documented = {
            key: operation["x-access"] for key, operation in api.operations(daemon).items()
        }
        expect_equal(has, documented, f"paths of {daemon} (and of the file)")
        count += len(has)
    used, there = api.references()
    expect_equal(used, there, "schemas that are used (and that there are)")
    saw(f"{count} paths")


class Asking:
    """Asks a daemon and holds each answer against the file."""

    def __init__(self, cluster, api, name, connect=None):
        self.cluster, self.api, self.name = cluster, api, name
        self.connect = connect or (lambda path: http.Connection(path, 20))
        self.operations = api.operations(DAEMONS[name])
        self.seen = set()

    def __call__(self, method, path, expected, body=None, query="", **parameters):
        target = path
        for key, value in parameters.items():
            target = target.replace("{" + key + "}", quote(value, safe=""))
        connection = self.connect(self.cluster.control_path(self.name))
        data = None if body is None else json.dumps(body).encode()
        connection.send(http.compose(method, target + query, body=data))
        response = connection.read_response()
        connection.close()
        where = f"{self.name} {method} {target}{query}"
        expect_equal(response.status, expected, f"status of {where}: {response.text[:200]}")
        operation = self.operations[(method, path)]
        kind = response.header("Content-Type")
        self.api.check(operation, response.status, kind, response.text, where)
        self.seen.add((method, path))
        return response.text


def answers(cluster, api, saw):
    """Every path of every daemon, with what it needs, and with what it refuses."""
    session = read_page(cluster.browser().get(COUNTER)).session
    count = 0
    for name in DAEMONS:
        ask = Asking(cluster, api, name)
        for path in ("/v1/status", "/v1/health", "/v1/routes", "/metrics", "/v1/config"):
            ask("GET", path, 200)
        for path in ("/v1/log", "/v1/events"):
            ask("GET", path, 200)
            ask("GET", path, 400, query="?recent=many")
            ask("GET", path, 400, query="?follow=perhaps")
        ask("GET", "/v1/log-level", 200)
        ask("PUT", "/v1/log-level", 200, body={"level": "info"})
        ask("PUT", "/v1/log-level", 400, body={"level": "loud"})
        ask("POST", "/v1/reload", 200)
        if name == "n1":
            of_cache(cluster, ask)
        if name == "balancer":
            of_balancer(cluster, ask)
        if name == "node4":
            of_server(ask, session if session.endswith("node4") else local(cluster))
        missed = set(ask.operations) - ask.seen
        # What another story asks (replication) is documented, and asked there.
        expect(not missed, f"every path of {name} asked", missed)
        count += len(ask.seen)
    saw(f"{count} paths")


def as_guest(path):
    """A connection of a user who may only read: the kernel remembers who connected."""
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        return http.Connection(path, 20)
    finally:
        os.seteuid(0)
        os.setegid(0)


def guests(cluster, api, saw):
    """What is read is shortened, what is confidential or a change is refused; all by the file."""
    os.chmod(cluster.folder, 0o755)
    os.chmod(cluster.sockets, 0o755)
    session = local(cluster)
    refused = 0
    for name in DAEMONS:
        ask = Asking(cluster, api, name, as_guest)
        for (method, path), operation in ask.operations.items():
            if operation["x-access"] != "read":
                names = {"upstream": "u", "server": "s", "id": session}
                wanted = {key: value for key, value in names.items() if "{" + key in path}
                ask(method, path, 403, body={}, **wanted)
                refused += 1
        for path in ("/v1/status", "/v1/health", "/v1/log", "/v1/events", "/metrics"):
            ask("GET", path, 200)
    text = ask("GET", "/v1/sessions", 200)
    text += ask("GET", "/v1/sessions/{id}", 200, id=session[:8])
    text += ask("GET", "/v1/sessions/{id}/places", 200, id=session[:8])
    ask("GET", "/v1/sessions", 400, query=f"?match={session[:9]}")
    ask("GET", "/v1/sessions/{id}", 404, id=session[:9])
    expect(session[:9] not in text, "8 digits of ids", text)
    saw(f"{refused} paths refused")


def local(cluster):
    """A session that node4 has in memory."""
    for _ in range(20):
        page = read_page(cluster.browser().get(COUNTER))
        if page.node == "node4":
            return page.session
    raise Failed("node4 made no session")


def of_balancer(cluster, ask):
    """Upstreams and servers; a reload that is refused."""
    upstream = json.loads(ask("GET", "/v1/upstreams", 200))["upstreams"][0]
    name, server = upstream["name"], upstream["peers"][0]["name"]
    ask("GET", "/v1/upstreams/{upstream}", 200, upstream=name)
    ask("GET", "/v1/upstreams/{upstream}", 404, upstream="none")
    path = "/v1/upstreams/{upstream}/servers/{server}"
    for body in ({"state": "drain"}, {"weight": 2}, {"state": "ready", "weight": 1}):
        ask("PATCH", path, 200, body=body, upstream=name, server=server)
    for body in ({}, {"state": "off"}, {"weight": 0}, {"colour": "red"}):
        ask("PATCH", path, 400, body=body, upstream=name, server=server)
    ask("PATCH", path, 404, body={"weight": 2}, upstream=name, server="none:1")
    ask("DELETE", path + "/override", 200, upstream=name, server=server)
    ask("DELETE", path + "/override", 404, upstream=name, server="none:1")
    text = open(cluster.balancer_configuration, encoding="utf-8").read()
    rewrite(cluster.balancer_configuration, lambda before: before + "\nnonsense;\n")
    ask("POST", "/v1/reload", 422)
    rewrite(cluster.balancer_configuration, lambda before: text)


def replicating(cluster, ask):
    """The answers of a cache that has a peer, held against the same file."""
    one, two = (Replica(cluster, cluster.folder, name) for name in ("first", "second"))
    try:
        one.start(two)
        operation = ask.operations[("POST", "/v1/replication/promote")]
        alone = one.ask("POST", "/v1/replication/promote")
        ask.api.check(operation, 503, alone.header("Content-Type"), alone.text, "promote, alone")
        expect_equal(alone.status, 503, "promote, alone")
        two.start(one)
        settled(one, two)
        for method, path in (
            ("GET", "/v1/replication"),
            ("POST", "/v1/replication/promote"),
            ("POST", "/v1/replication/resync"),
        ):
            answer = one.ask(method, path)
            expect_equal(answer.status, 200, path)
            kind = answer.header("Content-Type")
            ask.api.check(ask.operations[(method, path)], 200, kind, answer.text, path)
    finally:
        one.stop()
        two.stop()


def of_cache(cluster, ask):
    """Keys by pages, the large and the hot ones; the flush of a prefix."""
    with cluster.cache("n1") as cache:
        for number in range(300):
            cache.set(f"page:{number}", b"x" * (number + 1))
        for _ in range(2000):
            cache.get("page:7")
    page = json.loads(ask("GET", "/v1/cache/keys", 200, query="?match=page:*&limit=10"))
    ask("GET", "/v1/cache/keys", 200, query=f"?match=page:*&cursor={page['cursor']}")
    big = json.loads(ask("GET", "/v1/cache/bigkeys", 200, query="?limit=2"))
    expect_equal([key["key"] for key in big["keys"]], ["page:299", "page:298"], "large keys")
    hot = json.loads(ask("GET", "/v1/cache/hotkeys", 200, query="?limit=1"))
    expect_equal([key["key"] for key in hot["keys"]], ["page:7"], "the hot key")
    for path in ("keys", "bigkeys", "hotkeys"):
        ask("GET", "/v1/cache/" + path, 400, query="?limit=0")
    ask("GET", "/v1/cache/keys", 400, query="?cursor=x")
    flushed = json.loads(ask("POST", "/v1/cache/flush", 200, body={"prefix": "page:"}))
    expect_equal(flushed["flushed"], 300, "items flushed")
    ask("POST", "/v1/cache/flush", 400, body={})
    json.loads(ask("GET", "/v1/replication", 200))
    ask("POST", "/v1/replication/promote", 409)
    ask("POST", "/v1/replication/resync", 409)
    replicating(cluster, ask)


def of_server(ask, session):
    """Sessions and their places."""
    ask("GET", "/v1/sessions", 200)
    ask("GET", "/v1/sessions", 200, query=f"?limit=1&idle=0&match={session[:8]}")
    ask("GET", "/v1/sessions", 400, query="?limit=-1")
    for path in ("/v1/sessions/{id}", "/v1/sessions/{id}/places"):
        ask("GET", path, 200, id=session)
        ask("GET", path, 200, id=session[:8])
        ask("GET", path, 400, id="short")
        ask("GET", path, 404, id="F" * 12)
    ask("GET", "/v1/sessions/{id}", 404, id="F" * 32)
    ask("GET", "/v1/locks", 200)
    ask("DELETE", "/v1/sessions/{id}", 200, id=session)
    ask("DELETE", "/v1/sessions/{id}", 404, id=session)


def validator(api, saw):
    """Answers that are not as documented are found."""
    operation = api.operations("cached")[("GET", "/v1/health")]
    good = {"daemon": "cached", "state": "running", "health": "ok", "warnings": []}
    api.check(operation, 200, "application/json", json.dumps(good), "good")
    wrong = [
        (200, {**good, "health": "fine"}), (200, {**good, "more": 1}),
        (200, {**good, "warnings": [1]}), (200, {**good, "state": None}), (418, good),
        (200, {name: good[name] for name in ("daemon", "state", "health")}),
    ]
    for status, document in wrong:
        try:
            api.check(operation, status, "application/json", json.dumps(document), "wrong")
        except Failed:
            continue
        raise Failed(f"{status} {document} passed")
    saw(f"{len(wrong)} wrong answers found")
