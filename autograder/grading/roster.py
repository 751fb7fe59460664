"""Who is in the class: a CSV file with the columns `student` and `id`."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class RosterError(ValueError):
    """The roster cannot be used; the text says what was expected and found."""


@dataclass(frozen=True)
class Roster:
    """The students of a class and their ids, in the roster's order."""

    ids: dict[str, str]

    def id_of(self, student: str) -> str | None:
        """The id of whoever handed in as `student` (the roster's name, or the id itself), or None."""
        name = self._name_of(student)
        return None if name is None else self.ids[name]

    def missing(self, students: Iterable[str]) -> list[str]:
        """The names on the roster from whom nothing came."""
        present = {self._name_of(student) for student in students}
        return [name for name in self.ids if name not in present]

    def _name_of(self, student: str) -> str | None:
        # macOS writes ü in two characters where others write one.
        student = unicodedata.normalize("NFC", student)
        if student in self.ids:
            return student
        return next((name for name, number in self.ids.items() if number and number == student), None)


def load_roster(path: Path) -> Roster:
    """Read a roster; raises RosterError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(f"Cannot read the roster {path}: {error}. Save it as CSV in UTF-8.") from error
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if not {"student", "id"} <= set(columns):
        raise RosterError(
            f"{path}: expected a first line with the columns student,id, found {','.join(columns)!r}."
        )
    ids: dict[str, str] = {}
    for row in rows:
        name = unicodedata.normalize("NFC", (row[columns["student"]] or "").strip())
        number = (row[columns["id"]] or "").strip()
        if not name:
            raise RosterError(f"{path}, line {rows.line_num}: the student's name is empty.")
        if name in ids or (number and number in ids.values()):
            raise RosterError(f"{path}, line {rows.line_num}: {name!r} or the id {number!r} is there twice.")
        ids[name] = number
    return Roster(ids)
