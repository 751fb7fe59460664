"""Write all pages and upload files of a grades folder, from its reports and the record of the class."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

import msgspec

from ..grading.review_reasons import find_review_items
from ..grading.storage import Attendance, ClassRecord, GradesFolder, StudentRecord, write_if_changed
from ..language import ENGLISH
from ..models import Report
from ..text import clean_line
from .class_page import StudentRow, class_page
from .context import find_context
from .feedback import feedback_page
from .upload_files import Grade, title_warnings, uploads

FEEDBACK = "feedback.html"
CLASS = "class.html"
UPLOADS = "uploads"
SETTINGS = "pages.json"


@dataclass(frozen=True)
class WrittenPages:
    """The files that were written: the class page, and the students that the upload files omit.

    `unmatched` are submissions that do not match one roster entry with certainty, and the students who may
    have submitted them. `missing` are students without a submission. `warnings` are about the upload files.
    """

    class_page: Path
    unmatched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageSettings:
    """The language of pages, and whether whoever is missing gets 0 points in upload files."""

    language: str = ENGLISH
    missing_as_zero: bool = False

    def updated(self, *, language: str | None, missing_as_zero: bool | None) -> PageSettings:
        """Return these settings with those that are given, not None."""
        return PageSettings(
            self.language if language is None else language,
            self.missing_as_zero if missing_as_zero is None else missing_as_zero,
        )


@dataclass(frozen=True)
class Student:
    """One student of the class: the displayed name, and the report, if there is one."""

    name: str
    record: StudentRecord
    report: Report | None


def write_pages(
    folder: Path,
    root: Path | None,
    *,
    missing_as_zero: bool | None = None,
    language: str | None = None,
) -> WrittenPages:
    """Write a page per student, the page of the class and the upload files.

    Scores are those of the reports, including overrides. `root` is the repository of the kit, which provides
    titles, expected networks, known mistakes and the translations of pages, which are in `language`. Upload
    files omit unmatched students, and missing ones unless `missing_as_zero`. Settings that are None are those
    of the last run in this folder. Raises NoGradesError.
    """
    grades = GradesFolder(folder)
    record = grades.required_record()
    settings = read_settings(folder).updated(language=language, missing_as_zero=missing_as_zero)
    write_settings(folder, settings)
    context = find_context(record, root, settings.language)
    students = read_students(grades, record)
    reports = {student.name: student.report for student in students if student.report}
    for student in students:
        if student.report:
            page = feedback_page(student.report, context)
            write_if_changed(folder / student.record.folder / FEEDBACK, page)
    review = find_review_items(reports, {student.name: student.record.review for student in students})
    rows = [_row(student, record) for student in students]
    write_if_changed(folder / CLASS, class_page(rows, list(reports.values()), review, context))
    exported = [student for student in students if is_exported(student, settings.missing_as_zero)]
    upload = [make_grade(student, record) for student in exported]
    for name, text in uploads(upload, context.title, record.kit).items():
        write_if_changed(folder / UPLOADS / name, text)
    left_out = [student for student in students if student not in exported]
    return WrittenPages(
        class_page=folder / CLASS,
        unmatched=tuple(
            student.name for student in left_out if student.record.attendance != Attendance.MISSING
        ),
        missing=tuple(
            student.name for student in left_out if student.record.attendance == Attendance.MISSING
        ),
        warnings=tuple(title_warnings(context.title)),
    )


def read_students(grades: GradesFolder, record: ClassRecord) -> list[Student]:
    """Return the students of a class with their reports, without those whose report was removed."""
    students = [_shown(student, grades) for student in record.students]
    return [student for student in students if student.report or not student.record.folder]


def _shown(record: StudentRecord, grades: GradesFolder) -> Student:
    name = clean_line(record.student)
    report = grades.in_folder(record.folder) if record.folder else None
    return Student(name, record, replace(report, student=name) if report else None)


def is_exported(student: Student, missing_as_zero: bool) -> bool:
    """Return whether other systems get a score for this student."""
    if student.record.attendance == Attendance.SUBMITTED:
        return student.record.on_roster
    return missing_as_zero and student.record.attendance == Attendance.MISSING


def _row(student: Student, record: ClassRecord) -> StudentRow:
    report = student.report
    if report is None:
        attendance = student.record.attendance
        score = 0.0 if attendance == Attendance.MISSING else None
        tasks = dict.fromkeys(record.tasks, score)
        return StudentRow(student.name, score, record.max_score, attendance.value, tasks)
    return StudentRow(
        student=student.name,
        score=report.score,
        max_score=report.max_score,
        status=report.status,
        tasks={name: task.score for name, task in report.tasks.items()},
        seconds=report.seconds,
        page=f"{quote(student.record.folder)}/{FEEDBACK}",
    )


def make_grade(student: Student, record: ClassRecord) -> Grade:
    """Return what other systems get for a student."""
    report = student.report
    score, max_score = (report.score, report.max_score) if report else (0.0, record.max_score)
    return Grade(
        student=student.record.roster_name or student.record.student,
        id=student.record.id,
        platform=student.record.platform,
        platform_id=student.record.platform_id,
        sis_id=student.record.sis_id,
        login=student.record.login,
        email=student.record.email,
        section=student.record.section,
        score=score,
        max_score=max_score,
        comments=" ".join(remark.text for remark in report.remarks) if report else "",
    )


def read_settings(folder: Path) -> PageSettings:
    """Return the settings of the last run in a grades folder, or the defaults before the first."""
    try:
        return msgspec.convert(json.loads((folder / SETTINGS).read_text(encoding="utf-8")), PageSettings)
    except (OSError, ValueError):
        return PageSettings()


def write_settings(folder: Path, settings: PageSettings) -> None:
    """Write the settings for later runs. Raises OSError."""
    write_if_changed(folder / SETTINGS, json.dumps(asdict(settings), indent=2) + "\n")
