"""Writes grades into an nbgrader gradebook, as nbgrader's own autograding would have."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..kit import Kit
from ..models import Report


class GradebookError(Exception):
    """The gradebook cannot be opened or written; the text says what to do."""


def database_url(place: str) -> str:
    """The URL of a gradebook: `place` itself, or that of an SQLite file of this name."""
    return place if "://" in place else f"sqlite:///{place}"


def write_gradebook(place: str, kit: Kit, reports: Mapping[str, Report]) -> None:
    """Write the reports of a class, by student, into the gradebook at a URL or in an SQLite file.

    Assignment, notebook and grade cells are those of the kit's course folder, and are made where they are
    missing; a task is a grade cell. Grades that people gave stay, and count before these. What the grader
    failed on has no automatic score and waits for a person. Raises GradebookError.
    """
    try:
        with _nbgraders_tools(), warnings.catch_warnings():
            # What nbgrader asks of its database is deprecated there.
            warnings.simplefilter("ignore")
            _write(database_url(place), kit, reports)
    except ImportError as error:
        raise GradebookError(
            f"--gradebook needs nbgrader: install the package's extra `staff` ({error})."
        ) from error
    except Exception as error:
        raise GradebookError(
            f"Cannot write the gradebook {place}: {_first_line(error)}. The grades on disk are whole; run "
            "the same command again once the gradebook can be written."
        ) from error


@contextmanager
def _nbgraders_tools() -> Iterator[None]:
    """Let nbgrader find alembic, which it starts by its name to make a new gradebook."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _write(url: str, kit: Kit, reports: Mapping[str, Report]) -> None:
    from nbgrader.api import Gradebook  # over a second, and only staff have it

    with Gradebook(url) as gradebook:
        gradebook.update_or_create_assignment(kit.slug)
        gradebook.update_or_create_notebook(kit.module, kit.slug)
        for task in kit.tasks:
            points = kit.points(task)
            gradebook.update_or_create_grade_cell(
                task, kit.module, kit.slug, max_score=points, cell_type="code"
            )
        for student, report in reports.items():
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(kit.slug, student)
            for task, score in report.tasks.items():
                grade = gradebook.find_grade(task, kit.module, kit.slug, student)
                grade.auto_score = score.score
                grade.needs_manual_grade = score.score is None or grade.manual_score is not None
        gradebook.db.commit()
