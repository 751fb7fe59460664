"""The command starts quickly, because nothing heavy is imported before a command needs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "numpy", "pytest", "IPython", "nbformat", "rich.progress")


def test_help_imports_nothing_heavy():
    code = "import sys, autograder.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(done.stdout.split())


def test_help_lists_the_commands(kit_command):
    done = kit_command("--help")
    assert done.returncode == 0
    assert {"grade", "show"} <= set(done.stdout.split())


@pytest.mark.parametrize("arguments", [["grade"], ["nonsense"], ["show", "nowhere", "ada"]])
def test_wrong_use_is_status_2(kit_command, arguments):
    assert kit_command(*arguments).returncode == 2
