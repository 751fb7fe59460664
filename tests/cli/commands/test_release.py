"""`kit release` releases what is proven, and `kit list` shows the calendar."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from autograder.cli.commands.release import is_out, state
from autograder.kit import Kit

pytestmark = pytest.mark.needs("bubblewrap")
Command = Callable[..., "subprocess.CompletedProcess[str]"]
TODAY = date(2031, 2, 3)


def dated(root: Path, release: str) -> Kit:
    """The toy kit with a release date."""
    toml = root / "autograder/kits/sums/kit.toml"
    toml.write_text(f"{toml.read_text()}\n[dates]\nrelease = {release}\n")
    return Kit.load(root, "sums")


@pytest.mark.parametrize(
    ("release", "proven", "where"),
    [
        ("2031-02-03", True, "released"),
        ("2031-02-04", True, "proven"),
        ("2031-02-03", False, "draft"),
        ("2031-02-04", False, "draft"),
    ],
)
def test_a_kit_is_a_draft_then_proven_then_released(
    release: str, proven: bool, where: str, toy_root: Path
) -> None:
    assert state(dated(toy_root, release), proven=proven, today=TODAY) == where


def test_a_kit_without_a_date_is_never_out(toy_root: Path) -> None:
    assert not is_out(Kit.load(toy_root, "sums"), TODAY)


def test_a_kit_is_proven_once_and_then_released(
    toy_root: Path,
    tmp_path: Path,
    kit_command: Command,
    kit_here: Callable[..., tuple[int, str]],
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The calendar tells; a second release finds the proof on record, as nothing has changed."""
    dated(toy_root, "2001-02-03")
    assert "draft" in kit_command("list", "--root", toy_root).stdout
    first = kit_command("release", "sums", "--out", tmp_path / "dist", "--root", toy_root)
    assert first.returncode == 0, first.stderr
    assert "has no proof in its current state. Proving it now." in first.stdout
    assert {path.name for path in (tmp_path / "dist" / "sums").iterdir()} == {
        *("sums.zip", "otter", "gradescope", "nbgrader", "github", "manifest.json")
    }
    (listed,) = kit_command("list", "--root", toy_root).stdout.splitlines()[1:]
    assert listed.split()[:5] == ["sums", "Sums", "released", "10", "2001-02-03"]
    # The folder for temporary files is one that other users can enter, as the container's sandbox must.
    monkeypatch.setenv("XDG_CACHE_HOME", environment["XDG_CACHE_HOME"])
    status, said = kit_here("release", "--out", tmp_path / "again", "--root", toy_root)
    assert (status, "proving" in said) == (0, False)
    words = r"\nGradescope needs \d+ MB for the solution: its default container of 768 MB is enough\."
    assert re.search(words, said)
    assert (tmp_path / "again" / "sums" / "sums.zip").is_file()


def test_what_is_not_proven_is_not_released(toy_root: Path, tmp_path: Path, kit_command: Command) -> None:
    """A check that misses its mistake: the problem is shown, nothing is written, the status is 1."""
    checks = toy_root / "autograder/kits/sums/test_hidden.py"
    checks.write_text(checks.read_text().replace("assert total == -7", "assert total is not None"))
    done = kit_command("release", "sums", "--out", tmp_path / "dist", "--root", toy_root)
    assert done.returncode == 1
    assert "test_adds_negative_numbers missed the mistake" in done.stdout
    assert "was not released" in done.stdout
    assert not (tmp_path / "dist").exists()


def test_nothing_is_out_before_its_date(toy_root: Path, tmp_path: Path, kit_command: Command) -> None:
    dated(toy_root, "9999-01-01")
    done = kit_command("release", "--out", tmp_path / "dist", "--root", toy_root)
    assert (done.returncode, done.stdout.startswith("No kit was released")) == (0, True)


def test_the_calendar_names_kits_that_lack_a_language_of_the_course(
    toy_root: Path, kit_here: Callable[..., tuple[int, str]]
) -> None:
    """A kit may go without; that it does is said."""
    (toy_root / "solutions/sums/translations/zh").mkdir(parents=True)
    for tree in ("autograder/kits", "solutions"):
        (toy_root / tree / "plain").mkdir()
        for path in (toy_root / tree / "sums").iterdir():
            if path.is_file():
                (toy_root / tree / "plain" / path.name).write_bytes(path.read_bytes())
    status, said = kit_here("list", "--root", toy_root)
    assert status == 0
    assert said.endswith("plain has no handout in zh, as other kits have.\n")
