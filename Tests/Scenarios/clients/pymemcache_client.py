"""pymemcache: text commands."""

import sys

from pymemcache.client.base import Client

client = Client((sys.argv[1], int(sys.argv[2])), default_noreply=False)
large = b"x" * 900_000
assert client.set("a", b"1") and client.get("a") == b"1"
assert client.set_many({"b": b"2", "c": b"3"}) == []
assert client.get_many(["a", "b", "c", "none"]) == {"a": b"1", "b": b"2", "c": b"3"}
assert client.add("a", b"9") is False and client.replace("a", b"10")
assert client.incr("a", 5) == 15 and client.decr("a", 6) == 9 and client.incr("none", 1) is None
value, cas = client.gets("b")
assert client.cas("b", b"new", cas) and client.cas("b", b"newer", cas) is False
assert client.append("b", b"!") and client.prepend("b", b"?") and client.get("b") == b"?new!"
assert client.touch("b", 100) and client.delete("b") and client.get("b") is None
assert client.set("large", large) and client.get("large") == large
assert b"curr_items" in client.stats() and client.version().startswith(b"1.6")
assert client.flush_all() and client.get("a") is None
client.quit()
print("text: all well")
