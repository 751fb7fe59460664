"""`kit new` takes flags, asks a person for what they leave open, and refuses what will not do."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from autograder.cli import app
from autograder.kit import Kit

FLAGS = ["--title", "Scaling", "--task", "shift", "--release", "2026-12-07", "--due", "2026-12-14"]


def new(root: Path, slug: str, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["new", slug, "--root", str(root), *options])
    return result.exit_code, result.output


def test_it_writes_a_kit_and_says_what_to_do_next(toy_root: Path) -> None:
    status, said = new(toy_root, "week11_scaling", *FLAGS)
    assert status == 0, said
    assert "wrote solutions/week11_scaling/scaling.py\n" in said
    assert "kit prove week11_scaling\n" in said


def test_what_is_there_stays(toy_root: Path) -> None:
    """The toy kit exists already."""
    status, said = new(toy_root, "sums", *FLAGS)
    assert status == 2
    assert "Expected no sums yet" in said


def test_bad_names_are_refused_before_anything_is_written(toy_root: Path) -> None:
    status, said = new(toy_root, "week11_statistics", *FLAGS)
    assert status == 2
    assert "name another with --module" in said
    assert not (toy_root / "solutions/week11_statistics").exists()


def test_without_a_terminal_a_missing_flag_is_named(toy_root: Path) -> None:
    status, said = new(toy_root, "week11_scaling", *FLAGS[2:])
    assert status == 2
    assert "Expected --title" in said


def test_on_a_terminal_it_asks_until_it_knows(toy_root: Path) -> None:
    """Title, tasks and days; a day that is none is asked for again."""
    ours, theirs = pty.openpty()
    answers = "Scaling\nshift, squeeze\n2026-13-07\n2026-12-07\n2026-12-14\n"
    os.write(ours, answers.encode())
    kit = str(Path(sys.executable).parent / "kit")
    done = subprocess.run(
        [kit, "new", "week11_scaling", "--root", str(toy_root)],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert "Expected a day such as 2026-12-07" in done.stderr
    made = Kit.load(toy_root, "week11_scaling")
    assert made.title == "Scaling"
    assert made.tasks == ("shift", "squeeze")
    assert (str(made.dates.release), str(made.dates.due)) == ("2026-12-07", "2026-12-14")
