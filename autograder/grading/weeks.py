"""Read the grades of several weeks, and recognize their students from week to week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..models import Report
from ..submissions.identity import normalize_name
from .storage import ClassRecord, GradesFolder, StudentRecord, WrongFolderError


@dataclass(frozen=True)
class Week:
    """The grades of one week: the record of the class, and the reports by the students' names."""

    path: Path
    record: ClassRecord
    reports: Mapping[str, Report]


def read_week(path: Path) -> Week:
    """Return the grades in a folder. Raises NoGradesError."""
    folder = GradesFolder(path)
    record = folder.required_record()
    reports = {
        student.student: report
        for student in record.students
        if student.folder and (report := folder.in_folder(student.folder))
    }
    return Week(path, record, reports)


@dataclass
class Person:
    """One student in several weeks. `ids` are by their kind, `records` by the number of the week, from 0."""

    name: str
    ids: dict[str, str] = field(default_factory=dict)
    records: dict[int, StudentRecord] = field(default_factory=dict)


class People:
    """The students of several weeks.

    Records with the same id, login or platform's id are of the same student. So are records with the same
    name, unless their ids differ.
    """

    def __init__(self, weeks: Sequence[Week] = ()) -> None:
        self._by_id: dict[tuple[str, str], Person] = {}
        self._by_name: dict[str, list[Person]] = {}
        self._weeks = weeks
        for number, week in enumerate(weeks):
            for record in week.record.students:
                self._add(record).records[number] = record

    def __iter__(self) -> Iterator[Person]:
        """Yield all students, sorted by name."""
        everybody = (person for people in self._by_name.values() for person in people)
        return iter(sorted(everybody, key=lambda person: (person.name, sorted(person.ids.items()))))

    def find(self, record: StudentRecord) -> Person | None:
        """Return the student of a record, or None if there is none for certain."""
        ids = _ids(record)
        for key in ids.items():
            if key in self._by_id:
                return self._by_id[key]
        namesakes = [
            person
            for person in self._by_name.get(_name(record), ())
            if all(person.ids.get(kind, value) == value for kind, value in ids.items())
        ]
        return namesakes[0] if len(namesakes) == 1 else None

    def free_days_used(self, record: StudentRecord) -> int:
        """Return the free late days that a student used in all weeks."""
        if (person := self.find(record)) is None:
            return 0
        return sum(
            report.lateness.free_days
            for number, own in person.records.items()
            if (report := self._weeks[number].reports.get(own.student)) and report.lateness
        )

    def _add(self, record: StudentRecord) -> Person:
        person = self.find(record)
        if person is None:
            person = Person(record.roster_name or record.student)
            self._by_name.setdefault(_name(record), []).append(person)
        for key in _ids(record).items():
            person.ids.setdefault(*key)
            self._by_id.setdefault(key, person)
        return person


def read_weeks(paths: Iterable[Path]) -> list[Week]:
    """Return the weeks in the order of the folders. Raises WrongFolderError, also if a kit is there twice."""
    weeks = [read_week(path) for path in paths]
    counts = Counter(week.record.kit for week in weeks)
    for week in weeks:
        if counts[week.record.kit] > 1:
            raise WrongFolderError(
                f"Expected one folder of grades for each kit, found two of {week.record.kit}."
            )
    return weeks


def _ids(record: StudentRecord) -> dict[str, str]:
    """Return the ids of a student by their kind."""
    ids = {"id": record.id, "login": record.login, record.platform: record.platform_id}
    return {kind: value for kind, value in ids.items() if value}


def _name(record: StudentRecord) -> str:
    return normalize_name(record.roster_name or record.student)
