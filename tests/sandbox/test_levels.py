"""The behaviour of this folder's sandbox once more: by an ordinary user, and at the weaker levels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from in_reach import in_reach

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOBODY = 64_321

pytestmark = [
    pytest.mark.needs("bubblewrap"),
    pytest.mark.skipif("SANDBOX_LEVEL" in os.environ, reason="this is the inner run"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user"),
    pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is missing"),
]


def as_nobody(command: list[str]) -> list[str]:
    """The command, run by an ordinary user."""
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]


def run_here(level: str, nobody: bool = False) -> None:
    """Run the behaviour tests at a level; their own report is the message of a failure."""
    tests = [str(HERE / name) for name in ("test_sandbox.py", "test_confinement.py", "test_fork_server.py")]
    command = [sys.executable, "-m", "pytest", "-q", *tests]
    done = subprocess.run(
        in_reach(as_nobody(command) if nobody else command),
        env=os.environ | {"SANDBOX_LEVEL": level, "TMPDIR": "/tmp", "HOME": "/nowhere"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]


def test_an_ordinary_user_has_the_same_bubblewrap():
    run_here("bubblewrap", nobody=True)


def test_the_level_user_confines_as_far_as_it_promises():
    run_here("user")


def test_the_level_process_confines_an_ordinary_users_submissions():
    run_here("process", nobody=True)
