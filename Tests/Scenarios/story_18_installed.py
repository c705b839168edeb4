"""Step 18: Tests/Installed says why it cannot run, and fails where a machine does not boot."""

import importlib.util
import os
import shutil
import tempfile

from harness.processes import run as run_command
from harness.settings import REPOSITORY
from harness.waiting import Failed, expect, expect_equal

INSTALLED = os.path.join(REPOSITORY, "Tests", "Installed")
NOBODY = 65534


def tell(run, _variant):
    """No machine is booted here: what would boot it is played by scripts."""
    steps = [
        ("18.1", "who is not root, has no nspawn, or may not use it, is told so", skipped),
        ("18.2", "a machine that does not boot is a failure, with its last words", failed),
    ]
    for number, what, check in steps:
        with run.step(number, what) as saw:
            folder = tempfile.mkdtemp(prefix="hf-")
            try:
                os.chmod(folder, 0o755)
                check(folder, saw)
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def programs(folder, **scripts):
    """A PATH with these programs, and those that a script needs, before anything else."""
    path = os.path.join(folder, "bin")
    os.makedirs(path, exist_ok=True)
    for name, text in scripts.items():
        file = os.path.join(path, name.replace("_", "-"))
        with open(file, "w", encoding="utf-8") as script:
            script.write(f"#!/bin/sh\n{text}\n")
        os.chmod(file, 0o755)
    return path


def installed(path, *wrap):
    """What Tests/Installed/run prints when it is skipped."""
    script = os.path.join(INSTALLED, "run")
    status, output, errors = run_command(
        [*wrap, "/usr/bin/python3", script], environment={"PATH": path})
    expect_equal(status, 0, f"exit status: {output}{errors}")
    lines = output.splitlines()
    expect_equal((len(lines), lines[-1]), (2, "0 passed, 0 failed"), f"lines of {output!r}")
    return lines[0].removeprefix("skip Installed: ")


def skipped(folder, saw):
    """Each reason."""
    if os.geteuid():
        expect_equal(installed(os.environ["PATH"]), "not root", "the reason")
        return saw("not root, the others need root")
    wrap = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"]
    tools = {"mmdebstrap": "exit 1", "nsenter": "exit 1"}
    path = programs(folder, **tools)
    setpriv = [shutil.which("setpriv"), *wrap[1:]]
    # A checkout that only its owner may read is not there for others.
    status, _, _ = run_command([*setpriv, "test", "-r", os.path.join(INSTALLED, "run")])
    if status == 0:
        expect_equal(installed(path, *setpriv), "not root", "the reason")
    expect_equal(installed(path), "systemd-nspawn is not there", "the reason")
    words = os.path.join(folder, "words")
    refusal = "Failed to create mount namespace: Operation not permitted"
    script = f'echo "$@" > {words}; echo first; echo "{refusal}" >&2; exit 1'
    programs(folder, systemd_nspawn=script)
    reason = installed(path)
    expect_equal(reason, f"systemd-nspawn is not allowed here: {refusal}", "the reason")
    asked = open(words, encoding="utf-8").read().split()
    expect("--private-network" in asked and "-b" not in asked, "what was tried", asked)
    root = asked[asked.index("-D") + 1]
    expect(not os.path.exists(root), "nothing left behind", root)
    programs(folder, systemd_nspawn="exit 7")
    expect_equal(installed(path), "systemd-nspawn is not allowed here: status 7", "the reason")
    os.remove(os.path.join(path, "mmdebstrap"))
    expect_equal(installed(path), "mmdebstrap is not there", "the reason")
    saw(reason)
    return None


def failed(folder, saw):
    """nspawn that runs a program, and no machine."""
    spec = importlib.util.spec_from_file_location(
        "installed_machine", os.path.join(INSTALLED, "machine.py"))
    machine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(machine)
    nspawn = 'case "$*" in *" -b "*) echo "no init here"; exit 3;; esac; exit 0'
    before = os.environ["PATH"]
    os.environ["PATH"] = programs(folder, systemd_nspawn=nspawn) + ":" + before
    try:
        expect_equal(machine.refused(), None, "a kernel that refuses")
        try:
            machine.Machine(folder, folder, os.path.join(folder, "console.log"))
        except machine.Failed as failure:
            said = str(failure)
        else:
            raise Failed("a machine that has ended was taken for one that is booted")
    finally:
        os.environ["PATH"] = before
    expect("ended with 3" in said and "no init here" in said, "its last words", said)
    saw(" ".join(said.split()))
