"""`kit grade` hands grades on: into nbgrader's gradebook, and into a comparison with earlier ones."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

pytestmark = pytest.mark.needs("bubblewrap")
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_changed_kit_shows_whose_grade_it_changes_and_the_gradebook_follows(
    toy_root: Path, tmp_path: Path, kit_command: Command
) -> None:
    """A check gets another right answer: who had the old one loses its points, the others are not named."""
    folder, gradebook = tmp_path / "class", tmp_path / "gradebook.db"
    folder.mkdir()
    solved = (toy_root / "solutions/sums/sums.py").read_text()
    (folder / "ada.py").write_text(solved)
    (folder / "bob.py").write_text(solved + "\n\ndef add(left, right):\n    return left - right\n")
    words = ("grade", "sums", folder, "--root", toy_root, "--jobs", "1", "--gradebook", gradebook)
    first = kit_command(*words, "--out", tmp_path / "old")
    assert first.returncode == 0, first.stderr
    assert f"Gradebook: {gradebook}" in first.stdout
    checks = toy_root / "autograder/kits/sums/test_hidden.py"
    checks.write_text(checks.read_text().replace("total == -7", "total == 3"))
    again = kit_command(*words, "--out", tmp_path / "new", "--compare", tmp_path / "old")
    assert again.returncode == 0, again.stderr
    told = again.stdout.partition(f"2 of 2 grades differ from those in {tmp_path / 'old'}:")[2].splitlines()
    assert [line.split() for line in told[1:4]] == [
        ["student", "old", "new", "check"],
        ["ada", "10", "7", "test_adds_negative_numbers:", "3", "→", "0"],
        ["bob", "5", "8", "test_adds_negative_numbers:", "0", "→", "3"],
    ]
    with Gradebook(f"sqlite:///{gradebook}") as book:
        scores = {each.student.id: each.score for each in book.assignment_submissions("sums")}
    assert scores == {"ada": 7, "bob": 8}


def test_grades_compared_with_themselves_are_the_same(
    toy_root: Path, tmp_path: Path, kit_command: Command
) -> None:
    """The old folder may be the new one."""
    (tmp_path / "ada.py").write_text((toy_root / "solutions/sums/sums.py").read_text())
    out = tmp_path / "grades"
    out.mkdir()
    words = ("grade", "sums", tmp_path / "ada.py", "--out", out, "--compare", out, "--root", toy_root)
    for _ in range(2):
        done = kit_command(*words)
        assert done.returncode == 0, done.stderr
        assert f"No grade differs from those in {out}." in done.stdout
