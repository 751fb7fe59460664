"""Read the roster of a class from a CSV file, and match submissions with its students.

A roster has a column with names or a column with ids. A gradebook export from Canvas is also a roster.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from ..submissions.identity import Identity, Platform, compact_name, normalize_name, without_accents
from .late_rules import parse_extension

MAX_TEXT = 300
DELIMITERS = ",;\t"
# Known names of columns in rosters and gradebooks, ignoring letter case and punctuation.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("student", "name", "student name", "full name", "display name", "fullname"),
    "last_name": ("last name", "lastname", "surname", "family name"),
    "first_name": ("first name", "firstname", "given name", "forename"),
    "id": (
        *("id", "student id", "studentid", "user id", "sid", "id number", "student number"),
        *("orgdefinedid", "org defined id", "matriculation number", "matrikelnummer"),
    ),
    "sis_id": ("sis user id", "sis id", "integration id"),
    "login": (
        *("login", "login id", "sis login id", "username", "user name", "user", "netid", "net id", "eid"),
        *("display id", "github username", "github", "uid"),
    ),
    "email": ("email", "e mail", "email address", "e mail address", "mail"),
    "section": ("section", "sections"),
    "extension": ("extension", "extensions", "extended until", "new due date"),
}
CANVAS_TEST_STUDENT = "student, test"
# Platforms with their own student ids, which may equal unrelated ids of a roster by chance.
OWN_IDS = frozenset({Platform.CANVAS, Platform.MOODLE})

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


class RosterError(ValueError):
    """Raised if the roster is invalid. The message says where, what was expected and what was found."""


class RosterEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One student of the roster. `id` identifies the student in upload files.

    `extension` is a duration or a new due date, which `parse_extension` reads.
    """

    name: Text
    id: Text = ""
    sis_id: Text = ""
    login: Text = ""
    email: Text = ""
    section: Text = ""
    extension: Text = ""

    @property
    def keys(self) -> set[str]:
        """Return the ids, login and e-mail address by which a platform may identify the student."""
        return {_match_key(key) for key in (self.id, self.sis_id, self.login, self.email) if key}

    @property
    def label(self) -> str:
        """Return an identifier that distinguishes the student from others with the same name, or ""."""
        return next((key for key in (self.id, self.sis_id, self.login, self.email) if key), "")


@dataclass(frozen=True)
class RosterMatch:
    """The students that submissions belong to, by the display name of the submission.

    `ambiguous` gives the reason why a submission that matches the roster is not assigned. `contested` are
    students who may own such a submission, and `missing` are students without any matching submission.
    """

    entries: Mapping[str, RosterEntry]
    ambiguous: Mapping[str, str]
    contested: tuple[RosterEntry, ...]
    missing: tuple[RosterEntry, ...]


@dataclass(frozen=True)
class Roster:
    """The students of a class in roster order."""

    entries: tuple[RosterEntry, ...]

    @property
    def names(self) -> Mapping[RosterEntry, str]:
        """Return a unique name for each student, with an identifier added if several share the name."""
        shared = Counter(entry.name for entry in self.entries)
        return {
            entry: f"{entry.name} ({entry.label})" if shared[entry.name] > 1 and entry.label else entry.name
            for entry in self.entries
        }

    def match(self, identities: Iterable[Identity]) -> RosterMatch:
        """Match submissions with students by id, login, e-mail address or name.

        Letter case and Unicode form are ignored. A submission that matches several students, and students
        with several matching submissions, stay unmatched, so that no submission is assigned to the wrong
        student.
        """
        index = _Index(self.entries)
        certain: dict[str, set[RosterEntry]] = {}
        reasons: dict[str, str] = {}
        guessed: dict[str, set[RosterEntry]] = {}
        for identity in identities:
            found, reason = index.find(identity)
            certain[identity.display_name] = found
            if reason:
                reasons[identity.display_name] = reason
            elif not found:
                guessed[identity.display_name] = index.guess(identity)
        taken = {entry for found in certain.values() for entry in found}
        for name, found in guessed.items():
            certain[name] = found - taken
        return self._decide(certain, reasons)

    def _decide(self, found: Mapping[str, set[RosterEntry]], reasons: dict[str, str]) -> RosterMatch:
        """Assign each submission to the only student who matches, if no other submission matches too."""
        claims = Counter(entry for entries in found.values() for entry in entries)
        matched: dict[str, RosterEntry] = {}
        contested: set[RosterEntry] = set()
        for name, entries in found.items():
            if len(entries) == 1 and name not in reasons and claims[next(iter(entries))] == 1:
                matched[name] = next(iter(entries))
                continue
            contested |= entries
            if len(entries) > 1:
                reasons.setdefault(name, f"{len(entries)} students of the roster fit this name.")
            elif entries:
                reasons.setdefault(name, "Another submission fits the same student of the roster.")
        owners = set(matched.values())
        left = [entry for entry in self.entries if entry not in owners]
        return RosterMatch(
            matched,
            reasons,
            tuple(entry for entry in left if entry in contested),
            tuple(entry for entry in left if entry not in contested),
        )


class _Index:
    """An index of a roster's students by the names and keys that a platform may use."""

    def __init__(self, entries: Sequence[RosterEntry]) -> None:
        self._keys: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._names: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._compact: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        self._letters: defaultdict[str, set[RosterEntry]] = defaultdict(set)
        for entry in entries:
            for key in entry.keys:
                self._keys[key].add(entry)
            for name in _name_forms(entry.name):
                self._names[name].add(entry)
                self._compact[compact_name(name)].add(entry)
                self._letters[without_accents(compact_name(name))].add(entry)

    def find(self, identity: Identity) -> tuple[set[RosterEntry], str]:
        """Return the students whom a submission matches, and why none of them is certain, or ""."""
        if not identity.known:
            return set(), ""
        keys = [*identity.ids, identity.login, identity.email]
        if identity.platform is Platform.PLAIN:
            keys.append(identity.name)  # files may be named by id or login
        by_key = {entry for key in keys if key for entry in self._keys.get(_match_key(key), ())}
        by_name = self._by_name(identity.name, identity.platform)
        if by_key and by_name and not by_key & by_name:
            return by_key | by_name, "The id belongs to one student of the roster and the name to another."
        if by_key and identity.platform in OWN_IDS and not any(_shares_word(e, identity) for e in by_key):
            return by_key, "The id fits a student of the roster, but the name does not."
        found = by_key & by_name or by_key or by_name
        if identity.ambiguous:
            found = found | {
                entry for alias in identity.aliases for entry in self._keys.get(_match_key(alias), ())
            }
        return found, ""

    def guess(self, identity: Identity) -> set[RosterEntry]:
        """Return the students who match an alternative reading of the name.

        Accents count as little as spaces and punctuation: `doe_jorg` may be Jörg Doe.
        """
        if not identity.known or identity.ambiguous:
            return set()
        found: set[RosterEntry] = set()
        for alias in identity.aliases:
            found |= self._keys.get(_match_key(alias), set()) | self._by_name(alias, identity.platform)
        if identity.name != identity.login:
            for name in (identity.name, *identity.aliases):
                found |= self._letters.get(without_accents(compact_name(name)), set())
        return found

    def _by_name(self, name: str, platform: Platform) -> set[RosterEntry]:
        if platform is Platform.CANVAS:
            return self._compact.get(compact_name(name), set())  # Canvas removes spaces and punctuation
        return {entry for form in _name_forms(name) for entry in self._names.get(form, ())}


def _shares_word(entry: RosterEntry, identity: Identity) -> bool:
    """Return whether the submission's name contains a word of the student's name, ignoring accents."""
    name = without_accents(compact_name(identity.name))
    words = without_accents(normalize_name(entry.name)).replace(",", " ").split()
    return any(word in name for word in words)


def _fold(key: str) -> str:
    return unicodedata.normalize("NFKC", key.strip().casefold())


def _match_key(key: str) -> str:
    """Return an id, login or e-mail address normalized; spreadsheets drop the leading zeros of numbers."""
    folded = _fold(key)
    return folded.lstrip("0") or folded if folded.isdecimal() else folded


def _name_forms(name: str) -> set[str]:
    """Return the forms `doe, jo` and `jo doe` of a name. The last word is taken as the family name."""
    plain = normalize_name(name)
    if "," in plain:
        last, _, first = (part.strip() for part in plain.partition(","))
        return {f"{last}, {first}", f"{first} {last}"}
    first, _, last = plain.rpartition(" ")
    return {plain, f"{last}, {first}"} if first else {plain}


def load_roster(path: Path) -> Roster:
    """Return the roster in a CSV file. Raises RosterError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RosterError(f"Cannot read the roster {path}: {error}. Save it as CSV in UTF-8.") from error
    try:
        entries = tuple(_read_entries(path, text))
    except csv.Error as error:
        raise RosterError(f"{path} is no CSV file: {error}.") from error
    if not entries:
        raise RosterError(f"{path}: expected one line per student, found none.")
    return Roster(entries)


def _read_entries(path: Path, text: str) -> Iterator[RosterEntry]:
    first_line = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(rows, [])
    columns = _columns(path, header)
    is_canvas = "sis_id" in columns or any(_column_name(name) == "sis login id" for name in header)
    lines: dict[tuple[str, str], int] = {}
    for row in rows:
        values = {field: row[at].strip() for field, at in columns.items() if at < len(row)}
        if not any(cell.strip() for cell in row) or (is_canvas and _is_no_student(values)):
            continue
        entry = _make_entry(path, rows.line_num, header, columns, values)
        for same in _what_is_unique(entry):
            if other := lines.get(same):
                field, value = same
                raise RosterError(
                    f"{path}, line {rows.line_num}: expected each {field} once, "
                    f"found {value!r} in line {other} too."
                )
            lines[same] = rows.line_num
        yield entry


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Return the indices of the known columns by field. Raises RosterError if required ones are missing."""
    names = [_column_name(name) for name in header]
    columns: dict[str, int] = {}
    for field, known in COLUMNS.items():
        places = [names.index(name) for name in known if name in names]
        if places:
            columns[field] = places[0]
    if not {"name", "last_name", "id", "login", "email"} & columns.keys():
        raise RosterError(
            f"{path}, line 1: expected columns such as student,id (or name, first name and last name, login, "
            f"email), found {','.join(header)!r}."
        )
    return columns


def _column_name(name: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", name.casefold()).split())


def _is_no_student(values: Mapping[str, str]) -> bool:
    """Return whether a row of a Canvas gradebook is "Points Possible", a remark or the test student."""
    ids = (values.get(field, "") for field in ("id", "sis_id"))
    return not any(ids) or values.get("name", "").casefold() == CANVAS_TEST_STUDENT


def _make_entry(
    path: Path, line: int, header: Sequence[str], columns: Mapping[str, int], values: Mapping[str, str]
) -> RosterEntry:
    names = [values[field] for field in ("last_name", "first_name") if values.get(field)]
    fields = {
        field: value
        for field, value in values.items()
        if field not in ("name", "last_name", "first_name") and value
    }
    fields["name"] = values.get("name") or ", ".join(names)
    if not fields["name"]:
        has_name = {"name", "last_name", "first_name"} & columns.keys()
        fallback = next((fields[field] for field in ("login", "email", "id") if fields.get(field)), "")
        if has_name or not fallback:
            at = min((columns[field] for field in has_name), default=0)
            raise RosterError(
                f"{path}, line {line}, column {header[at].strip()!r}: expected a student's name, found none."
            )
        fields["name"] = fallback
    try:
        if "extension" in fields:
            parse_extension(fields["extension"])
    except ValueError as error:
        column = header[columns["extension"]].strip()
        raise RosterError(f"{path}, line {line}, column {column!r}: {error}.") from None
    try:
        return msgspec.convert(fields, RosterEntry)
    except msgspec.ValidationError as error:
        raise RosterError(f"{path}, line {line}: {error}.") from None


def _what_is_unique(entry: RosterEntry) -> Iterator[tuple[str, str]]:
    """Yield the values that must be unique: ids, or the name if there is no id."""
    for field, value in (("id", entry.id), ("login", entry.login), ("email", entry.email)):
        if value:
            yield field, _fold(value)
    if not entry.label:
        yield "name without an id", entry.name
