"""`kit mistakes`: what is not known yet, ready to be named."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.storage import NoGradesError
from autograder.kit import Kit
from autograder.models import Report
from autograder.proof.answers import mistakes
from autograder.proof.written_files import known_replies
from autograder.reports.mistake_entries import mistake_entries

TOY = Path(__file__).parents[1] / "toy"
MULTIPLIES = "def add(left, right):\n    # ada\n    return left * right\n"


@pytest.fixture
def folder(make_report: Callable[..., Report], write_grades: Callable[..., Path]) -> Path:
    """Three students who multiply, one of whom replied otherwise, and one whose mistake is known."""

    def report(student: str, digest: str) -> Report:
        failed = ("test_adds_two_numbers", "test_adds_negative_numbers")
        return replace(make_report(student, failed), replies={"add": digest}, source=MULTIPLIES)

    known = known_replies(TOY, "sums")["subtracts"]["add"]
    return write_grades([report("ada", "x"), report("bob", "x"), report("cem", "y"), report("kim", known)])


def test_an_unknown_mistake_is_an_entry_of_mistakes_py(folder: Path, toy_root: Path, toy: Kit) -> None:
    """With a name and a misconception filled in, the kit reads it."""
    text = mistake_entries(folder, TOY)
    assert "# 3 students failed these checks; 2 of them gave exactly these replies." in text
    assert "# Fails like subtracts, with other replies." in text
    (entry,) = ast.parse(text).body
    assert isinstance(entry, ast.ClassDef)
    with (toy_root / "solutions" / "sums" / "mistakes.py").open("a") as file:
        file.write(f"\n\n{text}")
    added = mistakes(toy_root, toy)[-1]
    assert (added.name, added.tasks) == ("unknown_1", ("add",))
    assert added.fails == {"test_adds_two_numbers", "test_adds_negative_numbers"}
    assert "left * right" in added.own
    assert "ada" not in text


def test_a_folder_without_grades_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(NoGradesError, match="Expected grades"):
        mistake_entries(tmp_path / "none", None)
