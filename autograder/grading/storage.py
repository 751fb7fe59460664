"""Store the grades of a class in a folder, writing every file atomically."""

from __future__ import annotations

import errno
import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from ..files import UNFINISHED, sha256, write_atomic
from ..kit_config import Feedback
from ..models import Points, Report, ReviewNote, Submission
from ..submissions.identity import safe_name
from .late_rules import LateRecord

REPORT, EXAMINED, REVIEW = "report.json", "examined.json", "review.json"
SOURCE = "submission.py"
TABLE, CLASS_RECORD, LATE, LOCK = "grades.csv", "class.json", "late.json", ".lock"
INCOMPLETE = "incomplete"

Record = TypeVar("Record")


class StorageError(Exception):
    """Raised if the grades folder cannot be used or written. The message says what to do."""


class WrongFolderError(StorageError):
    """Raised if the grades folder contains, or is inside, something else."""


class NoGradesError(WrongFolderError):
    """Raised if the grades folder contains no grades."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"Expected grades in {path}, as `kit grade --out {path}` writes them, found none.")


@dataclass(frozen=True)
class Examination:
    """The examiner's result for one submission.

    `findings` is a hash of the facts found while reading the submission; see `hash_findings`. It is
    INCOMPLETE, which equals no hash, if a run was interrupted while it saved the report.
    """

    report: Report
    findings: str = ""


class Attendance(StrEnum):
    """Whether a student submitted something. Only students of the roster are missing or unmatched."""

    SUBMITTED = "submitted"
    MISSING = "missing"
    # A submission that matches several students may be this student's.
    UNMATCHED = "unmatched"


@dataclass(frozen=True)
class StudentRecord:
    """One student of a class.

    `folder` contains the student's report, if there is a submission. `roster_name`, `id`, `sis_id`, `login`,
    `email` and `section` are values from the roster. `platform_id` is the student's id on the platform named
    `platform`, which may also provide the `email`. Without a roster, `on_roster` is true if the submission
    identifies its student. `review` contains the notes that only the class as a whole can provide. Students
    with the same `group` share a grade; `class.json` has the field only for these.
    """

    student: str
    attendance: Attendance = Attendance.SUBMITTED
    folder: str = ""
    roster_name: str = ""
    id: str = ""
    platform: str = ""
    platform_id: str = ""
    sis_id: str = ""
    login: str = ""
    email: str = ""
    section: str = ""
    on_roster: bool = True
    review: tuple[ReviewNote, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class ClassRecord:
    """Data about a class that pages and upload files need in addition to its reports.

    `overrides` is the path of the overrides file that was applied last, empty for the one in the folder.
    """

    kit: str
    max_score: Points
    tasks: tuple[str, ...]
    students: tuple[StudentRecord, ...]
    title: str = ""
    feedback: Feedback = "hint"
    has_roster: bool = False
    overrides: str = ""

    @property
    def names(self) -> list[str]:
        """Return the names and logins that identify the students."""
        names = ((each.student, each.roster_name, each.login) for each in self.students)
        return [name for parts in names for name in parts if name]


@dataclass(frozen=True)
class _ReviewFile:
    """The contents of `review.json`: data of an examination that is not part of `report.json`.

    It is valid only for the report with the hash `report_sha256`. `findings` is as in `Examination`.
    """

    report_sha256: str
    findings: str
    review: tuple[ReviewNote, ...]
    replies: Mapping[str, str] = field(default_factory=dict)


class GradesFolder:
    """A folder with `grades.csv`, `class.json` and one folder per student with `report.json`.

    `late.json` exists if the kit has rules for late submissions.

    If overrides changed a report, `examined.json` contains the examiner's original report, so that an
    override can be removed without another examination. `review.json` exists if there are review notes,
    findings or digests of replies, and `submission.py` is the source that was graded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Create the folder and lock it against other runs. Raises StorageError."""
        with _storage_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / LOCK).open("w", encoding="utf-8")
        with file:
            try:
                # A POSIX lock ends with this process and is not inherited by its workers.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError) as error:
                raise StorageError(
                    f"Another run is grading into {self.path}: wait for it, or use another --out."
                ) from error
            except OSError as error:
                if error.errno not in (errno.ENOLCK, errno.ENOTSUP):
                    raise
            else:
                self._remove_unfinished()
            yield

    def _remove_unfinished(self) -> None:
        """Remove unfinished files of a killed run. Requires the lock."""
        for pattern in (f".*{UNFINISHED}", f"*/.*{UNFINISHED}"):
            for path in self.path.glob(pattern):
                path.unlink(missing_ok=True)

    def examination(self, student: str) -> Examination | None:
        """Return the examiner's result for a submission, or None if there is no readable report."""
        folder = self._folder(student)
        return _read_examination(folder, read_report(folder / REPORT))

    def save(
        self, student: str, examined: Report, decide: Callable[[Report], Report], findings: str = ""
    ) -> Report:
        """Write a report and the result of `decide`, which applies the overrides. Raises StorageError.

        Return the decided report. `review.json`, which names the examiner's report by its hash, is written
        first, and `report.json` last, before any file is removed: an interrupted run leaves a whole report or
        one that is INCOMPLETE.
        """
        decided, folder = decide(examined), self._folder(student)
        text = examined.to_json()
        with _storage_errors(folder):
            if has_record := bool(findings or examined.review or examined.replies or examined.source):
                record = _ReviewFile(_hash(text), findings, examined.review, examined.replies)
                write_if_changed(folder / REVIEW, _encode(record))
            if examined.source:
                write_if_changed(folder / SOURCE, examined.source)
            if decided != examined:
                write_if_changed(folder / EXAMINED, text)
            write_if_changed(folder / REPORT, decided.to_json())
            for name, needed in (
                (EXAMINED, decided != examined),
                (REVIEW, has_record),
                (SOURCE, bool(examined.source)),
            ):
                if not needed:
                    (folder / name).unlink(missing_ok=True)
        return decided

    def write_table(self, text: str) -> None:
        """Write `grades.csv`. Raises StorageError."""
        with _storage_errors(self.path):
            write_atomic(self.path / TABLE, text)

    def write_record(self, record: ClassRecord) -> None:
        """Write `class.json`. Raises StorageError."""
        data = msgspec.to_builtins(record)
        for student in data["students"]:
            if not student.get("group"):
                student.pop("group", None)
        with _storage_errors(self.path):
            write_if_changed(self.path / CLASS_RECORD, _encode(data))

    def record(self) -> ClassRecord | None:
        """Return the class record, or one made from all reports if there is none, or None without reports."""
        if (record := _read(self.path / CLASS_RECORD, ClassRecord)) is not None:
            return record
        reports = self.reports()
        if not reports:
            return None
        first = next(iter(reports.values()))
        students = (StudentRecord(report.student, folder=name) for name, report in reports.items())
        return ClassRecord(first.kit, first.max_score, tuple(first.tasks), tuple(students))

    def required_record(self) -> ClassRecord:
        """Return what `record` returns. Raises NoGradesError in place of None."""
        if (record := self.record()) is None:
            raise NoGradesError(self.path)
        return record

    def reports(self) -> dict[str, Report]:
        """Return all readable reports with their review notes, by name of their folder, sorted."""
        found = {name: self.in_folder(name) for name in self.names()}
        return {name: report for name, report in found.items() if report is not None}

    def names(self) -> list[str]:
        """Return the names of the folders that contain a report, sorted."""
        return sorted(path.parent.name for path in self.path.glob(f"*/{REPORT}"))

    def write_late(self, record: LateRecord | None) -> None:
        """Write `late.json`, or remove it without a record. Raises StorageError."""
        with _storage_errors(self.path):
            if record is None:
                (self.path / LATE).unlink(missing_ok=True)
            else:
                write_if_changed(self.path / LATE, _encode(record))

    def late(self) -> LateRecord | None:
        """Return what decides the penalties, or None if there are no rules for late submissions."""
        return _read(self.path / LATE, LateRecord)

    def kits(self) -> set[str]:
        """Return the slugs of the kits whose grades the folder contains."""
        if (record := _read(self.path / CLASS_RECORD, ClassRecord)) is not None:
            return {record.kit}
        return {report.kit for report in self.reports().values()}

    def in_folder(self, name: str) -> Report | None:
        """Return the report in one student's folder with its review notes, or None if it cannot be read."""
        folder = self.path / name
        report = read_report(folder / REPORT)
        examination = _read_examination(folder, report)
        if report is None or examination is None:
            return None
        internal = {key: getattr(examination.report, key) for key in Report.INTERNAL}
        return replace(report, **internal)

    def _folder(self, student: str) -> Path:
        return self.path / safe_name(student)


def hash_findings(submission: Submission) -> str:
    """Return a hash of the facts found while reading a submission, or "" if there are none.

    Examples are the file that was selected, or why no file can be read. The hash of the submission itself
    does not include them.
    """
    found = (submission.problem, submission.notes, submission.review)
    return _hash(_encode(found)) if any(found) else ""


def read_report(path: Path) -> Report | None:
    """Return the report in a file, or None if it cannot be read."""
    try:
        return Report.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_if_changed(path: Path, text: str) -> None:
    """Write a file with `write_atomic`, unless it already contains this text."""
    try:
        same = path.read_bytes() == text.encode("utf-8", "backslashreplace")
    except OSError:
        same = False
    if not same:
        write_atomic(path, text)


def _read_examination(folder: Path, decided: Report | None) -> Examination | None:
    """Return the examiner's result, if there is a report; `decided` is the report with overrides applied."""
    report = read_report(folder / EXAMINED) or decided
    record = _read(folder / REVIEW, _ReviewFile)
    if report is None:
        return None
    if record is None:
        return Examination(report)
    if record.report_sha256 != _hash(report.to_json()):
        return Examination(report, INCOMPLETE)
    source = _read_text(folder / SOURCE)
    report = replace(report, review=record.review, replies=record.replies, source=source)
    return Examination(report, record.findings)


def _read(path: Path, kind: type[Record]) -> Record | None:
    try:
        return msgspec.convert(json.loads(path.read_text(encoding="utf-8")), kind)
    except (OSError, ValueError):
        return None


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _encode(record: object) -> str:
    return json.dumps(msgspec.to_builtins(record), indent=2, ensure_ascii=False) + "\n"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "backslashreplace"))


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    """Raise StorageError, which says what to do, for an error of the disk."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"Cannot write to {path}: {error.strerror or error}. Nothing there is half-written. Make room or "
            "choose another --out, then run the same command again: it goes on where it stopped."
        ) from error
