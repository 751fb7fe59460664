"""Read a table that a platform exports, and find each student's row in it."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..grading.roster.csv_table import decode_csv, read_csv
from ..reports.upload_files import Grade
from ..submissions.identity import normalize_name
from .class_results import StudentResult

# Returns the columns that may identify a student, with the student's value in each, the most certain first.
Keys = Callable[[Grade], Iterable[tuple[str, str]]]

# Columns with names, in which "Doe, Jo" and "Jo Doe" are the same student.
_NAMES = ("student", "full name", "name")


class TableError(ValueError):
    """The platform's table cannot be used; the text says what was expected and what was found."""


@dataclass(frozen=True)
class PlatformTable:
    """The rows of a CSV file by column. `rows` have as many cells as `heading`."""

    path: Path
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, path: Path) -> PlatformTable:
        """Return the table in a CSV file; raise TableError."""
        try:
            table = read_csv(decode_csv(path.read_bytes()), strict=True)
            if not table.header:
                raise ValueError("it is empty")
        except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
            raise TableError(
                f"Expected the platform's own table in {path}, as CSV in UTF-8: {error}."
            ) from error
        width = len(table.header)
        filled = (tuple([*row, *[""] * width][:width]) for _, row in table.rows if any(row))
        return cls(path, table.header, tuple(filled))

    def column(self, name: str) -> int:
        """Return the index of the column with this title, ignoring letter case; raise TableError."""
        if (found := self.find_column(name)) is None:
            raise TableError(f"{self.path}: expected a column {name!r}, found {', '.join(self.heading)}.")
        return found

    def find_column(self, name: str) -> int | None:
        """Return the index of the column with this title, ignoring letter case, or None."""
        titles = [title.casefold() for title in self.heading]
        return titles.index(name.casefold()) if name.casefold() in titles else None

    def match(
        self, students: Sequence[StudentResult], keys: Keys
    ) -> tuple[Mapping[int, StudentResult], tuple[str, ...]]:
        """Return the students by the index of their row, and a sentence for each who has none for certain.

        The first column that fits exactly one row decides; empty values are ignored. A row that fits several
        students is not used.
        """
        rows = cache(self._rows_by_value)
        found = [_only_row(rows, keys(student.grade)) for student in students]
        claims = Counter(found)
        matched: dict[int, StudentResult] = {}
        left_out: list[str] = []
        for student, row in zip(students, found, strict=True):
            if row is not None and claims[row] == 1:
                matched[row] = student
            else:
                left_out.append(f"{student.name}: no row of {self.path.name} is theirs for certain.")
        return matched, tuple(left_out)

    def _rows_by_value(self, name: str) -> Mapping[str, list[int]]:
        """Return the indices of the rows by their value in a column, empty if there is no such column."""
        rows: defaultdict[str, list[int]] = defaultdict(list)
        if (column := self.find_column(name)) is not None:
            for i, row in enumerate(self.rows):
                rows[_key(name, row[column])].append(i)
        return dict(rows)


def _only_row(rows: Callable[[str], Mapping[str, list[int]]], keys: Iterable[tuple[str, str]]) -> int | None:
    """Return the row that the first of the `keys` with exactly one row has, or None."""
    fitting = (rows(name).get(_key(name, value), []) for name, value in keys if value)
    return next((found[0] for found in fitting if len(found) == 1), None)


def parse_points(text: str) -> float | None:
    """Return the number in a cell, also with a decimal comma, or None."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _key(column: str, value: str) -> str:
    """Normalize a student's value in a column, to compare two of them; Brightspace writes ids as `#123`."""
    return name_key(value) if column.casefold() in _NAMES else value.strip().casefold().removeprefix("#")


def name_key(name: str) -> str:
    """Normalize a name, to compare two of them: `Doe, Jo` and `jo doe` become equal."""
    return " ".join(sorted(re.findall(r"\w+", normalize_name(name))))
