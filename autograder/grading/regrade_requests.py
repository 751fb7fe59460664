"""Read students' requests to grade checks again: files that they filled in, or rows of a table.

A feedback page offers the file to fill in. Graders put returned files into `requests/` of the grades folder,
or rows into `requests.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..text import clean, clean_line, toml_string
from ..validation import InvalidDataError, read_toml
from .roster.csv_table import read_csv

FOLDER, TABLE = "requests", "requests.csv"
COLUMNS = ("student", "check", "reason")
MAX_FILE_BYTES = 100_000
MAX_TABLE_BYTES = 10_000_000  # of a whole class
MAX_REASON = 4_000


@dataclass(frozen=True)
class RegradeRequest:
    """A student's request to look at one check again. `file` is the file that it was in."""

    student: str
    check: str
    reason: str
    file: str


@dataclass(frozen=True)
class RegradeRequests:
    """All requests of a class, and a sentence for each file or line that is not a valid request."""

    requests: tuple[RegradeRequest, ...] = ()
    problems: tuple[str, ...] = ()


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    student: str
    check: str
    reason: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    request: tuple[_Request, ...]


def request_form(student: str, checks: Sequence[str]) -> str:
    """Return the text of a file in which a student writes why checks should be graded again."""
    entries = (
        f'[[request]]\nstudent = {toml_string(student)}\ncheck = {toml_string(check)}\nreason = ""\n'
        for check in checks
    )
    return "\n".join(entries)


def read_requests(folder: Path, students: Collection[str], checks: Collection[str]) -> RegradeRequests:
    """Return the requests in a grades folder. One without a reason was not filled in and is left out."""
    requests: list[RegradeRequest] = []
    problems: list[str] = []
    for path in [*sorted((folder / FOLDER).glob("*.toml")), folder / TABLE]:
        try:
            found = list(_read(path))
        except (OSError, InvalidDataError, csv.Error, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: {clean_line(str(error))}")
            continue
        for request in found:
            if not request.reason:
                continue
            if request.student not in students:
                problems.append(f"{path.name}: nobody in this class is called {request.student!r}.")
            elif request.check not in checks:
                problems.append(f"{path.name}: there is no check {request.check!r}.")
            else:
                requests.append(request)
    return RegradeRequests(tuple(dict.fromkeys(requests)), tuple(problems))


def _read(path: Path) -> Iterator[RegradeRequest]:
    """Yield the requests in a file. A link could lead out of the grades folder, so it counts as nothing."""
    if path.is_symlink() or not path.is_file():
        return
    is_table = path.name == TABLE
    limit = MAX_TABLE_BYTES if is_table else MAX_FILE_BYTES
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise InvalidDataError(f"expected at most {limit:,} bytes, found more.")
    text = content.decode("utf-8-sig")
    requests = _read_table(text) if is_table else read_toml(text, _File, path.name).request
    for request in requests:
        reason = clean(request.reason.strip(), MAX_REASON)
        yield RegradeRequest(request.student, request.check, reason, clean_line(path.name))


def _read_table(text: str) -> Iterator[_Request]:
    table = read_csv(text)
    columns = table.columns({name: (name,) for name in COLUMNS})
    if len(columns) < len(COLUMNS):
        found = ", ".join(table.header) or "nothing"
        raise InvalidDataError(f"expected the columns {', '.join(COLUMNS)}; found {found}.")
    for _, row in table.rows:
        cells = (row[columns[name][0]] if columns[name][0] < len(row) else "" for name in COLUMNS)
        yield _Request(*(cell.strip() for cell in cells))
