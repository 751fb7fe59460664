"""Whatever ends `kit grade`, nothing of a submission lives on, at any level of isolation."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from in_reach import in_reach

from autograder.sandbox.guest.process_tree import descendants

pytestmark = [
    pytest.mark.needs("bubblewrap"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root has every level"),
]

SECONDS = 60
NAME = "survivor"
KIT = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from autograder.cli import main; main()"
)
# It does not want to end with its parent, ignores every signal that it can, and catches every exception.
STUBBORN = f"""
import ctypes, signal, time

libc = ctypes.CDLL(None)
libc.prctl(1, 0, 0, 0, 0)
for number in signal.valid_signals() - {{signal.SIGKILL, signal.SIGSTOP}}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass

def add(left, right):
    libc.prctl(15, b"{NAME}", 0, 0, 0)
    end = time.monotonic() + 200
    while time.monotonic() < end:
        try:
            time.sleep(1)
        except BaseException:
            pass
"""


def name_of(process: int) -> str:
    try:
        return Path("/proc", str(process), "comm").read_text().strip()
    except OSError:
        return ""


def until_called(process: int) -> list[int]:
    """Wait until the submission's function runs; return all processes there are then."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = [process, *descendants(process)]
        if NAME in map(name_of, found):
            return found
        time.sleep(0.05)
    return pytest.fail("the submission was never called")


def outlived(pidfds: list[int]) -> list[int]:
    """Return those whose process does not end in time."""
    poll = select.poll()
    for descriptor in pidfds:
        poll.register(descriptor, select.POLLIN)
    waiting, end = set(pidfds), time.monotonic() + SECONDS
    while waiting and time.monotonic() < end:
        for descriptor, _ in poll.poll((end - time.monotonic()) * 1000):
            poll.unregister(descriptor)
            waiting.discard(descriptor)
    return sorted(waiting)


@pytest.mark.parametrize(
    ("isolation", "number", "group"),
    [
        ("bubblewrap", signal.SIGKILL, False),
        ("user", signal.SIGKILL, False),
        ("process", signal.SIGKILL, False),
        ("process", signal.SIGKILL, True),
        ("process", signal.SIGTERM, False),
        ("process", signal.SIGINT, True),
        ("process", signal.SIGHUP, True),
    ],
)
def test_nothing_outlives_the_command(isolation, number, group, toy, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(STUBBORN)
    arguments = ["grade", "sums", tmp_path / "class", "--out", tmp_path / "grades", "--root", toy]
    # Other users must reach the scratch folder.
    command_line = [sys.executable, "-c", KIT, *map(str, arguments), "--isolation", isolation]
    environment = os.environ | {"TMPDIR": "/tmp", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    with subprocess.Popen(
        in_reach(command_line), env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as command:
        pidfds = [os.pidfd_open(process) for process in until_called(command.pid)]
        try:
            (os.killpg if group else os.kill)(command.pid, number)
            assert outlived(pidfds) == []
        finally:
            for descriptor in pidfds:
                os.close(descriptor)
