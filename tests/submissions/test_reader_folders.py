"""What platforms lay out is read as everywhere: the kit's own files are no answer, times do not count."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.submissions.reader import read_folder, submitter_names


def test_files_of_the_platform_and_of_the_kit_are_no_answer(toy: Kit, tmp_path: Path) -> None:
    """Otter's tests lie beside the submission, and students hand in whole folders."""
    for name in ("sums.py", "lesson.py", "test_sums.py", "tests/add.py", "__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    submission = read_folder(tmp_path, toy, "ada", platform_files=("tests", "__init__.py"))
    assert [file.name for file in submission.files] == ["sums.py"]
    assert submission.student == "ada"
    assert submission.problem is None


def test_the_times_of_unpacking_decide_nothing(toy: Kit, tmp_path: Path) -> None:
    """A platform gives files the time at which it unpacked them."""
    for name, time in (("sums.py", 1_000), ("sums.ipynb", 2_000)):
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (time, time))
    assert {file.modified for file in read_folder(tmp_path, toy, "ada").files} == {0.0}


def test_an_empty_folder_is_a_problem_in_words(toy: Kit, tmp_path: Path) -> None:
    """The report then says what was expected."""
    problem = read_folder(tmp_path, toy, "ada").problem
    assert problem is not None
    assert "sums.py" in problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"users": [{"name": "Ada"}, {"name": "", "email": "bo@example.org"}]}', "Ada, bo@example.org"),
        ('{"users": [3, null]}', "otherwise"),
        ('{"users": {}}', "otherwise"),
        ("[]", "otherwise"),
        ("", "otherwise"),
    ],
)
def test_names_come_from_gradescopes_metadata(tmp_path: Path, text: str, expected: str) -> None:
    """Otter writes an empty file, or one with nothing in it, where there is no Gradescope."""
    (tmp_path / "metadata.json").write_text(text)
    assert submitter_names(tmp_path / "metadata.json", "otherwise") == expected
    assert submitter_names(tmp_path / "missing.json", json.dumps(expected)) == json.dumps(expected)
