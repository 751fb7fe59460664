"""`kit review` and `kit mistakes` as real processes."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

TOY = Path(__file__).parents[2] / "toy"


@pytest.fixture
def grades(graded: tuple[Path, str], tmp_path: Path) -> Path:
    """Grades of the class that a test may change."""
    return Path(shutil.copytree(graded[0], tmp_path / "grades"))


def test_a_review_is_served_until_ctrl_c_and_then_written(
    grades: Path, kit_process: Callable[..., subprocess.Popen[str]]
) -> None:
    """The address works, what a person wrote into the file counts, and the pages are new."""
    (grades / "overrides.toml").write_text('[[comment]]\ntext = "Which sign?"\nstudents = ["wrong"]\n')
    with kit_process("review", grades, "--no-browser", "--as", "Grace", "--root", TOY) as run:
        assert run.stdout is not None
        line = run.stdout.readline().rstrip()
        try:
            found = re.search(r"as Grace: (http://127\.0\.0\.1:\d+/\S+/)$", line)
            assert found, line
            with urllib.request.urlopen(found[1]) as page:
                text = page.read().decode()
        finally:
            run.send_signal(signal.SIGINT)
        said = run.stdout.read()
    assert run.returncode == 0, said
    assert "subtracts" in text
    assert "certain" in text
    assert f"Class page: {grades / 'class.html'}" in said
    assert "Which sign?" in (grades / "wrong" / "feedback.html").read_text()
    assert "Which sign?" in (grades / "grades.csv").read_text()


def test_the_overrides_file_in_the_grades_folder_counts_after_every_regrade(
    grades: Path, class_folder: Path, kit_command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (grades / "overrides.toml").write_text('[[comment]]\ntext = "See me."\ncheck = "test_adds_two_numbers"\n')
    done = kit_command("grade", "sums", class_folder, "--out", grades, "--root", TOY)
    assert done.returncode == 0, done.stderr
    assert "See me." in (grades / "wrong" / "feedback.html").read_text()
    assert "See me." not in (grades / "ada" / "feedback.html").read_text()


def test_mistakes_are_printed_for_mistakes_py(
    grades: Path, kit_command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Only those that are not known: of whoever subtracts, the proof knows."""
    done = kit_command("mistakes", grades, "--root", TOY)
    assert done.returncode == 0, done.stderr
    assert "left - right" not in done.stdout
    assert "class unknown_1:" in done.stdout
    assert "os._exit(3)" in done.stdout


def test_a_folder_without_grades_is_told(tmp_path: Path, kit_here: Callable[..., tuple[int, str]]) -> None:
    for command in ("review", "mistakes"):
        status, said = kit_here(command, tmp_path)
        assert status == 2
        assert "Expected grades in" in said
