"""A handout on a student's machine: plain pytest, and nothing of this project to import."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

NOTHING_OF_OURS = """
import importlib.util


def test_nothing_of_this_project_can_be_imported():
    assert importlib.util.find_spec("autograder") is None
"""


@pytest.fixture
def plain_pytest(tmp_path: Path) -> Run:
    """Runs `python -m pytest` in a folder, without the project that this environment has installed.

    `-S` leaves out the `.pth` file of the editable install; a check of its own makes sure.
    """
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        (folder / "test_alone.py").write_text(NOTHING_OF_OURS, encoding="utf-8")
        command = [sys.executable, "-S", "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run
