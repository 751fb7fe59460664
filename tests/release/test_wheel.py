"""The wheel is the engine alone, and the same wherever and whenever it is built."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from autograder.files import unpack
from autograder.release.wheel import PROJECT, Wheel, WheelError, build


def test_another_checkout_of_the_same_sources_gives_the_same_bytes(tmp_path: Path) -> None:
    """No time, no mode and no place of a file is in it."""
    first = _copy(PROJECT, tmp_path / "first")
    second = _copy(first, tmp_path / "elsewhere" / "second")
    for path in second.rglob("*.py"):
        path.chmod(0o600)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert build(first) == build(second)


def test_no_kit_is_in_it(wheel: Wheel) -> None:
    """Students install it: no check, no threshold, no answer."""
    names = unpack(wheel.content)
    assert "autograder/examiner/client.py" in names
    assert "autograder/handout/static/notebook_checks.py" in names
    assert "autograder/translations/zh/LC_MESSAGES/kit.mo" in names
    assert not [name for name in names if "kits/" in name or "solutions" in name or "/test_" in name]


def _copy(project: Path, to: Path) -> Path:
    ignored = shutil.ignore_patterns("kits", "__pycache__")
    shutil.copytree(project / "autograder", to / "autograder", ignore=ignored)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(project / name, to / name)
    return to


def test_without_a_checkout_the_error_says_what_to_do(tmp_path: Path) -> None:
    """An installed engine cannot build itself."""
    with pytest.raises(WheelError, match="release from a checkout"):
        build(tmp_path)
