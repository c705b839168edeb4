"""Which stories there are, with which files and programs each is told, and in which order."""

import importlib
import os
from dataclasses import dataclass, replace

from .cluster import Variant
from .runner import StoryEnded
from .settings import REPOSITORY

EXAMPLES = Variant()
HTTPD = replace(EXAMPLES, front="httpd")
UNIX = replace(EXAMPLES, transport="unix")
STOCK = replace(EXAMPLES, cache="memcached")
SEED = replace(EXAMPLES, files="seed")
SEED_HTTPD = replace(SEED, front="httpd")

FIRST_FIVE = (
    "story_01_one_session",
    "story_02_counter",
    "story_03_cache_dies",
    "story_04_server_dies",
    "story_05_balancer_dies",
)


@dataclass
class Tale:
    """One story file told with one variant."""

    module: str
    variant: Variant
    seed: bool = False

    @property
    def name(self):
        """As chosen on the command line."""
        suffix = str(self.variant).replace(", ", "-").replace(" ", "-").lower()
        return self.module.removeprefix("story_") + (f"-{suffix}" if suffix else "")

    @property
    def part(self):
        """What is told one after another; parts may be told side by side."""
        name = str(self.variant).replace(", ", "-").replace(" ", "-")
        return name or ("examples" if self.tells_cluster else "rest")

    @property
    def tells_cluster(self):
        """Whether it is one of the five that every variant tells."""
        return self.module in FIRST_FIVE

    @property
    def summary(self):
        """The first line of the story's file."""
        return (importlib.import_module(self.module).__doc__ or "").splitlines()[0]

    def matches(self, names):
        """Whether it was chosen; nothing chosen means all. A whole name chooses one story only."""
        return not names or any(
            self.name == name or (self.name.startswith(name) and name.isdigit()) for name in names
        )

    def tell(self, run):
        """Runs it to its end, or to where it cannot go on."""
        try:
            importlib.import_module(self.module).tell(run, self.variant)
        except StoryEnded:
            pass


def tales(quick=False):
    """Every story in its order; quickstart's check tells it on the ports it has just found free."""
    first = replace(EXAMPLES, fixed_ports=True) if quick else EXAMPLES
    told = [Tale(name, first) for name in FIRST_FIVE]
    told += [Tale(name, EXAMPLES) for name in ALONE if exists(name)]
    others = [HTTPD, UNIX, STOCK]
    told += [Tale(name, variant) for variant in others for name in FIRST_FIVE]
    told += [
        Tale(name, variant, seed=True) for variant in (SEED, SEED_HTTPD) for name in FIRST_FIVE
    ]
    return told


ALONE = (
    "story_00_telnet",
    "story_06_httpd",
    "story_07_sticky",
    "story_08_ignored",
    "story_09_no_cache",
    "story_10_signals",
    "story_11_systemd",
    "story_12_ctl",
    "story_13_ctl_cache",
    "story_14_control_api",
    "story_15_ctl_screens",
    "story_16_ctl_cases",
    "story_17_ctl_options",
    "story_18_installed",
    "story_19_ctl_doctor",
    "story_20_tls",
    "story_21_datagrams",
    "story_22_logins",
    "story_23_clients",
    "story_30_restart",
    "story_31_replication",
    "story_32_partition",
    "story_33_hostile",
    "story_34_hit_path",
    "story_35_options",
)


def exists(module):
    """Whether that story is written."""
    return os.path.exists(os.path.join(REPOSITORY, "Tests", "Scenarios", module + ".py"))


def default_binaries():
    """The newest build: release or debug."""
    builds = [os.path.join(REPOSITORY, ".build", kind) for kind in ("release", "debug")]
    built = [build for build in builds if os.path.exists(os.path.join(build, "balancerd"))]
    return max(
        built,
        key=lambda build: os.path.getmtime(os.path.join(build, "balancerd")),
        default=builds[1],
    )
