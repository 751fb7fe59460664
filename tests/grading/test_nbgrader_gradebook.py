"""Scores go into nbgrader's gradebook as its own autograding would write them."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.grading.late_rules import apply_penalty
from autograder.integrations.nbgrader_gradebook import GradebookError, database_url, write_gradebook
from autograder.kit import Kit
from autograder.models import Lateness, Report, Timeliness

Make = Callable[..., Report]
# One empty gradebook for all.
pytestmark = pytest.mark.xdist_group("gradebook")


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    with Gradebook(f"sqlite:///{path}") as gradebook:
        yield gradebook


@pytest.fixture(scope="module")
def empty(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook without a grade: nbgrader takes seconds to make one."""
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    write_gradebook(str(path), kit, {})
    return path


@pytest.fixture
def path(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty, tmp_path))


def grades(path: Path, student: str) -> dict[str, tuple[float | None, bool]]:
    """Automatic score and need of a person, by task."""
    with opened(path) as gradebook:
        notebook = gradebook.find_submission_notebook("sums", "sums", student)
        return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


def test_every_task_is_a_grade_cell_with_its_points(kit: Kit, report: Make, path: Path) -> None:
    write_gradebook(str(path), kit, {"ada": report(), "bob": report("bob", "test_adds_two_numbers")})
    assert grades(path, "ada") == {"add": (5, False), "mean": (4, False), "scale": (1, False)}
    assert grades(path, "bob")["add"] == (3, False)
    with opened(path) as gradebook:
        assert gradebook.find_assignment("sums").max_score == kit.points()
        assert gradebook.find_submission("sums", "bob").score == 8


def test_a_penalty_for_being_late_is_nbgraders_own(kit: Kit, report: Make, path: Path) -> None:
    late = Lateness(Timeliness.LATE, "2026-11-30T23:59:59+00:00", units=1, percent=10)
    write_gradebook(str(path), kit, {"ada": apply_penalty(report(), late)})
    with opened(path) as gradebook:
        submission = gradebook.find_submission("sums", "ada")
        assert (submission.score, submission.late_submission_penalty) == (10, 1)


def test_writing_again_replaces_scores_and_keeps_what_people_gave(kit: Kit, report: Make, path: Path) -> None:
    write_gradebook(str(path), kit, {"ada": report()})
    with opened(path) as gradebook:
        gradebook.find_grade("add", "sums", "sums", "ada").manual_score = 4.5
        gradebook.db.commit()
    write_gradebook(str(path), kit, {"ada": report("ada", "test_mean_of_other_numbers")})
    assert grades(path, "ada") == {"add": (5, True), "mean": (1, False), "scale": (1, False)}
    with opened(path) as gradebook:
        assert gradebook.find_submission("sums", "ada").score == 6.5


def test_what_the_grader_owes_waits_for_a_person(kit: Kit, report: Make, path: Path) -> None:
    write_gradebook(str(path), kit, {"ada": report("ada", "lost")})
    assert set(grades(path, "ada").values()) == {(None, True)}


def test_a_file_is_sqlite_and_a_url_is_taken_as_it_is() -> None:
    assert database_url("grades/gradebook.db") == "sqlite:///grades/gradebook.db"
    assert database_url("postgresql://course/grades") == "postgresql://course/grades"


@pytest.mark.filterwarnings("ignore:unclosed database", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_gradebook_that_cannot_be_opened_is_told(kit: Kit, report: Make, tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("This is no database, but a letter to one. " * 50)
    with pytest.raises(
        GradebookError, match=r"Cannot write the gradebook .*gradebook\.db.*run the same command again"
    ):
        write_gradebook(str(tmp_path / "gradebook.db"), kit, {"ada": report()})
    # nbgrader leaves the file open. Python 3.13 warns of it wherever garbage is collected next.
    gc.collect()
