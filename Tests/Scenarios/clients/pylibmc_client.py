"""pylibmc: text and binary, with a login when one is given."""

import sys

import pylibmc

where, binary = f"{sys.argv[1]}:{sys.argv[2]}", sys.argv[3] == "binary"
login = {"username": sys.argv[4], "password": sys.argv[5]} if len(sys.argv) > 4 else {}
client = pylibmc.Client([where], binary=binary, behaviors={"cas": not binary}, **login)
large = b"x" * 900_000
assert client.set("a", b"one") and client.get("a") == b"one"
assert client.set_multi({"b": b"2", "c": b"3"}) == []
assert client.get_multi(["a", "b", "c", "none"]) == {"a": b"one", "b": b"2", "c": b"3"}
assert client.add("a", b"9") is False and client.replace("a", b"two")
assert client.append("b", b"!") and client.prepend("b", b"?") and client.get("b") == b"?2!"
client.set("n", 10)
assert client.incr("n", 5) == 15 and client.decr("n", 6) == 9
if not binary:
    value, cas = client.gets("c")
    assert client.cas("c", b"new", cas) and not client.cas("c", b"newer", cas)
assert client.touch("c", 100) and client.delete("c") and client.get("c") is None
assert client.set("large", large) and client.get("large") == large
assert client.get_stats() and client.flush_all() and client.get("a") is None
print(f"{'binary' if binary else 'text'}: all well")
