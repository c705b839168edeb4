"""The whole cluster on this machine: checks, builds, starts, shows.

quickstart            starts it on loopback and shows what it does, until Ctrl-C
quickstart --check    tells the story without a person: a line a step, exit status 0 or 1
"""

import argparse
import os
import signal
import subprocess
import sys

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCENARIOS = os.path.join(REPOSITORY, "Tests", "Scenarios")
sys.path.insert(0, SCENARIOS)

import building  # noqa: E402
import ports  # noqa: E402
from building import Refused  # noqa: E402


def main():
    parser = argparse.ArgumentParser(
        prog="quickstart", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="tell the story without a person")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        building.require_toolchain()
        ports.require_free()
        building.install_packages(for_check=arguments.check)
        binaries = building.build(REPOSITORY)
        if arguments.check:
            runner = [sys.executable, os.path.join(SCENARIOS, "run"), "--quick", "--jobs", "4"]
            return subprocess.call([*runner, "--bin", binaries])
        import tour

        return tour.give(binaries)
    except Refused as refused:
        print(f"quickstart: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nquickstart: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
