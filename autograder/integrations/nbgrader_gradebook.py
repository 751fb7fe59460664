"""Write grades into an nbgrader gradebook."""

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


def database_url(gradebook: str) -> str:
    """Return `gradebook` if it is a URL, else the URL of the SQLite file of this name."""
    return gradebook if "://" in gradebook else f"sqlite:///{gradebook}"


def write_gradebook(gradebook: str, kit: Kit, reports: Mapping[str, Report]) -> None:
    """Write the reports of a class, by student, into a gradebook; raises GradebookError.

    `gradebook` is a database URL or an SQLite file. Assignment, notebook and one grade cell per task are
    created if they are missing. Manual grades stay and take precedence. A task that the grader failed on
    gets no automatic score and needs manual grading. If the kit has rules for late submissions, the penalty
    is written as nbgrader's own late penalty.
    """
    try:
        with _alembic_on_path(), warnings.catch_warnings():
            # nbgrader uses deprecated interfaces of its database library.
            warnings.simplefilter("ignore")
            _write(database_url(gradebook), kit, reports)
    except ImportError as error:
        raise GradebookError(
            f"--gradebook needs nbgrader: install the package's extra `staff` ({error})."
        ) from error
    except Exception as error:
        raise GradebookError(
            f"Cannot write the gradebook {gradebook}: {_first_line(error)}. The grades on disk are whole; "
            "run the same command again once the gradebook can be written."
        ) from error


@contextmanager
def _alembic_on_path() -> Iterator[None]:
    """Put alembic on the PATH: nbgrader starts it by name to create a gradebook."""
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
            if report.lateness:
                notebook = gradebook.find_submission_notebook(kit.module, kit.slug, student)
                notebook.late_submission_penalty = report.penalty
        gradebook.db.commit()
