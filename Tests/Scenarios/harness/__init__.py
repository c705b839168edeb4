"""What the scenario tests stand on: processes, HTTP and memcache clients, load, and the runner."""
