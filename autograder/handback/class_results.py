"""Collect what goes back to each student: the score, the comments and the feedback page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..grading.storage import Attendance, ClassRecord, GradesFolder
from ..models import Remark, Report
from ..reports.upload_files import Grade
from ..reports.write import (
    FEEDBACK,
    Student,
    is_exported,
    make_grade,
    read_settings,
    read_students,
)
from ..text import clean_line

MAX_COMMENT = 4_000


@dataclass(frozen=True)
class StudentResult:
    """The result of one student. `page` is the feedback page; missing students have none."""

    grade: Grade
    comments: tuple[str, ...] = ()
    page: Path | None = None

    @property
    def name(self) -> str:
        """Return the student's name on one line."""
        return clean_line(self.grade.student)


@dataclass(frozen=True)
class ClassResults:
    """The results of a class by student. `left_out` has a sentence for each student without a result."""

    title: str
    max_score: float
    students: tuple[StudentResult, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Handback:
    """The files for a platform by path, who is left out, and what to know before the upload."""

    files: Mapping[str, str | bytes]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_results(folder: Path, title: str = "", *, missing_as_zero: bool | None = None) -> ClassResults:
    """Return the results in a grades folder; raise NoGradesError if there are none.

    `title` replaces the title of the kit. Students without a certain owner or without a score are left out,
    and so are missing ones unless `missing_as_zero`. None means the setting of the pages in this folder.
    """
    grades = GradesFolder(folder)
    record = grades.required_record()
    as_zero = read_settings(folder).updated(language=None, missing_as_zero=missing_as_zero).missing_as_zero
    students: list[StudentResult] = []
    left_out: list[str] = []
    for student in read_students(grades, record):
        if reason := _why_left_out(student, as_zero):
            left_out.append(f"{student.name}: {reason}")
        else:
            students.append(_result(folder, student, record))
    return ClassResults(
        title=title or record.title or record.kit,
        max_score=record.max_score,
        students=tuple(students),
        left_out=tuple(left_out),
    )


def _why_left_out(student: Student, missing_as_zero: bool) -> str:
    """Return why a student has no result, as the end of a sentence, or "" for one who has."""
    if not is_exported(student, missing_as_zero):
        is_missing = student.record.attendance == Attendance.MISSING
        return "handed in nothing." if is_missing else "not certain whose submission this is."
    if student.report and student.report.score is None:
        return "has no score, because the grader failed."
    return ""


def _result(folder: Path, student: Student, record: ClassRecord) -> StudentResult:
    page = folder / student.record.folder / FEEDBACK
    comments = _comments(student.report, record) if student.report else ()
    return StudentResult(
        grade=make_grade(student, record),
        comments=comments,
        page=page if student.report and page.is_file() else None,
    )


def _comments(report: Report, record: ClassRecord) -> tuple[str, ...]:
    """Return the comments and answers of a report as text, each with the sentence of its check."""
    sentences = {
        check.name: check.sentence
        for check in report.checks
        if not check.hidden or record.feedback != "nothing"
    }
    return tuple(_comment(remark, sentences.get(remark.check, "")) for remark in report.remarks)


def _comment(remark: Remark, sentence: str) -> str:
    about = f"“{sentence.rstrip('.')}”: " if sentence else ""
    asked = f"You asked: {remark.request} Answer: " if remark.request else ""
    return clean_line(f"{about}{asked}{remark.text}", MAX_COMMENT)
