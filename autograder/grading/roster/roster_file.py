"""Read the roster of a class from a CSV file.

A roster has a column with names or a column with ids. Exports of Canvas, Moodle, Brightspace and GitHub
Classroom are also rosters.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from ...submissions.identity import normalize_name
from ..late_rules import parse_extension
from .csv_table import CsvTable, column_title, decode_csv, read_csv
from .matching import Roster, RosterColumns, RosterEntry, fold_key

# Known titles of columns in rosters and gradebooks, also in the languages of Moodle.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "full_name": (
        *("student", "student name", "full name", "display name", "fullname", "vollständiger Name"),
        *("nom complet", "nombre completo", "nome completo", "volledige naam", "姓名"),
        *("last first", "last name first name", "Name, Vorname", "Nachname, Vorname", "nom prénom"),
    ),
    # The whole name, or the part of it for which there is no column.
    "name": ("name", "naam"),
    "last_name": (
        *("last name", "lastname", "surname", "family name", "Nachname", "Familienname", "nom"),
        *("nom de famille", "apellidos", "apellido(s)", "apellido", "achternaam", "cognome", "sobrenome"),
        *("姓", "姓氏"),
    ),
    "first_name": (
        *("first name", "firstname", "given name", "forename", "Vorname", "prénom", "nombre", "voornaam"),
        *("nome", "名", "名字"),
    ),
    "id": (
        *("id", "student id", "studentid", "user id", "sid", "id number", "student number"),
        *("orgdefinedid", "org defined id", "matriculation number"),
        *("Matrikelnummer", "Matrikelnr", "Matrikel-Nr.", "Matr.-Nr.", "Matrikel", "mtknr", "ID-Nummer"),
        *("numéro d'identification", "numéro étudiant", "número de ID", "número de identificación"),
        *("学号", "ID号"),
    ),
    # Whatever a teacher chose in GitHub Classroom, or Moodle's "Participant 501".
    "identifier": ("identifier", "identifiant", "identificador", "identificatie"),
    "sis_id": ("sis user id", "sis id", "integration id"),
    "login": (
        *("login", "login id", "sis login id", "username", "user name", "user", "netid", "net id", "eid"),
        *("display id", "github username", "github", "uid"),
        *(
            "Anmeldename",
            "Benutzername",
            "Nutzername",
            "Nutzernamen",
            "nom d'utilisateur",
            "nombre de usuario",
            "gebruikersnaam",
        ),
        "用户名",
    ),
    "email": (
        *("email", "e mail", "email address", "e mail address", "mail", "E-Mail-Adresse", "Mailadresse"),
        *("adresse de courriel", "courriel", "adresse e-mail", "correo", "correo electrónico"),
        *("dirección de correo", "dirección de correo electrónico", "dirección email", "e-mailadres"),
        *("电子邮件地址", "电子邮件", "电子邮箱", "邮箱"),
    ),
    "section": ("section", "sections"),
    "extension": ("extension", "extensions", "extended until", "new due date"),
}
_NAMES = ("full_name", "name", "last_name", "first_name")
_NAMES_OR_IDS = frozenset({*_NAMES, "id", "identifier"})
# A row of a Canvas gradebook that has none of these is not a student's.
_IDENTIFIERS = ("id", "sis_id", "login", "email")
CANVAS_TEST_STUDENT, POINTS_POSSIBLE = "student, test", "points possible"
# "Participant 501", "Teilnehmer/in501", "Participante 501" and the like in Moodle's grading worksheets.
_PARTICIPANT = re.compile(
    r"(?:particip|partecip|teilnehm|deelnem|delta[gk]|osallist|uczestni|účastn|участник|katılımc|参|參)\D*(\d+)",
    re.IGNORECASE,
)
# A spreadsheet's formula for a text, which keeps the leading zeros of ="0042".
_FORMULA = re.compile(r'="([^"]*)"')
# Brightspace writes the id 123 as #123, and spreadsheets write it as 123.0.
_WRITTEN_ID = re.compile(r"#?(?P<id>\d+)[.,]0+|#(?P<text>.+)")


class RosterError(ValueError):
    """Raised if the roster is invalid. The message says where, what was expected and what was found."""


def load_roster(path: Path) -> Roster:
    """Return the roster in a CSV file. Raises RosterError."""
    try:
        table = read_csv(decode_csv(path.read_bytes()))
    except OSError as error:
        raise RosterError(f"Cannot read the roster {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RosterError(f"Cannot read the roster {path}: {error}. Save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise RosterError(f"{path} is no CSV file: {error}.") from error
    columns = _columns(path, table)
    entries = tuple(_read_entries(path, table, columns))
    if not entries:
        raise RosterError(f"{path}: expected one line per student, found none.")
    known = {i for indices in columns.values() for i in indices}
    titles = [(i in known, title) for i, title in enumerate(table.header) if title]
    return Roster(
        entries,
        RosterColumns(
            used=tuple(title for is_known, title in titles if is_known),
            unused=tuple(title for is_known, title in titles if not is_known),
            have_names_or_ids=not _NAMES_OR_IDS.isdisjoint(columns),
        ),
    )


def _columns(path: Path, table: CsvTable) -> dict[str, list[int]]:
    """Return the indices of the known columns by field. Raises RosterError if required ones are missing."""
    columns = table.columns(COLUMNS)
    if columns.keys().isdisjoint({*_NAMES_OR_IDS, "login", "email"}):
        raise RosterError(
            f"{path}, line {table.header_line}: expected columns such as student,id (or name, first name and "
            f"last name, login, email), found {','.join(table.header)!r}."
        )
    return columns


def _read_entries(path: Path, table: CsvTable, columns: Mapping[str, Sequence[int]]) -> Iterator[RosterEntry]:
    is_canvas = _is_canvas_gradebook(table, columns)
    lines: dict[tuple[str, str], int] = {}
    for line, row in table.rows:
        values = _values(row, columns)
        if not any(cell.strip() for cell in row) or _is_no_student(values, is_canvas):
            continue
        entry = _make_entry(path, line, table.header, columns, values)
        for field, value in _unique_values(entry):
            if other := lines.get((field, value)):
                raise RosterError(
                    f"{path}, line {line}: expected each {field} once, found {value!r} in line {other} too."
                )
            lines[field, value] = line
        yield entry


def _is_canvas_gradebook(table: CsvTable, columns: Mapping[str, Sequence[int]]) -> bool:
    """Return whether the table is an export of Canvas' gradebook; SIS columns need a permission there."""
    if "id" not in columns:
        return False
    if "sis_id" in columns or "sis login id" in map(column_title, table.header):
        return True
    return any(_full_name(_values(row, columns)).casefold() == POINTS_POSSIBLE for _, row in table.rows)


def _values(row: Sequence[str], columns: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Return the values in a row by field. Of several columns for a field, the first with a value counts."""
    plain = [_FORMULA.sub(r"\1", cell.strip()) for cell in row]
    cells = {
        field: [plain[i] for i in indices if i < len(plain) and plain[i]]
        for field, indices in columns.items()
    }
    # Some languages of Moodle call both the participant and the student's number "ID".
    ids = cells.get("id", [])
    participants = [cell for cell in ids if _PARTICIPANT.fullmatch(cell)]
    cells["id"] = [cell for cell in ids if cell not in participants]
    cells["identifier"] = [*cells.get("identifier", ()), *participants]
    return {field: found[0] for field, found in cells.items() if found}


def _is_no_student(values: Mapping[str, str], is_canvas: bool) -> bool:
    """Return whether a row is the "Points Possible" of a gradebook, or Canvas' remark or test student."""
    name = _full_name(values).casefold()
    if not is_canvas:
        return name == POINTS_POSSIBLE
    return values.keys().isdisjoint(_IDENTIFIERS) or name == CANVAS_TEST_STUDENT


def _make_entry(
    path: Path,
    line: int,
    header: Sequence[str],
    columns: Mapping[str, Sequence[int]],
    values: Mapping[str, str],
) -> RosterEntry:
    """Return the student of a row. Raises RosterError if the name is missing or a value is invalid."""
    fields = {field: value for field, value in values.items() if field in RosterEntry.__struct_fields__}
    for field in {"id", "sis_id", "login"} & fields.keys():
        fields[field] = _plain_id(fields[field])
    if "identifier" in values:
        field, value = _read_identifier(values["identifier"])
        fields.setdefault(field, value)
    name_columns = [columns[field][0] for field in _NAMES if field in columns]
    others = (values.get("identifier"), fields.get("login"), fields.get("email"))
    fields["name"] = _full_name(values) or next(filter(None, others), "")
    if not fields["name"] and not name_columns:
        fields["name"] = fields.get("id", "")
    if not fields["name"]:
        column = header[min(name_columns, default=0)]
        raise RosterError(f"{path}, line {line}, column {column!r}: expected a student's name, found none.")
    try:
        if "extension" in fields:
            parse_extension(fields["extension"])
    except ValueError as error:
        column = header[columns["extension"][0]]
        raise RosterError(f"{path}, line {line}, column {column!r}: {error}.") from None
    try:
        return msgspec.convert(fields, RosterEntry)
    except msgspec.ValidationError as error:
        raise RosterError(f"{path}, line {line}: {error}.") from None


def _full_name(values: Mapping[str, str]) -> str:
    """Return the name in a row, or "".

    Beside a column for the first or the last name alone, `name` holds the other part, or the whole name.
    """
    full, name, last, first = (values.get(field, "") for field in _NAMES)
    if full:
        return full
    if not name or (last and first):
        return name or ", ".join(filter(None, (last, first)))
    words = normalize_name(name).replace(",", " ").split()
    part = normalize_name(last or first).split()
    if not part or (set(part) <= set(words) and len(part) < len(words)):
        return name
    return f"{last or name}, {first or name}"


def _read_identifier(identifier: str) -> tuple[str, str]:
    """Return the field that an identifier stands for, and its value."""
    if match := _PARTICIPANT.fullmatch(identifier):
        return "moodle_id", match[1]
    return ("email", identifier) if "@" in identifier else ("id", _plain_id(identifier))


def _plain_id(written: str) -> str:
    """Return an id or login without what Brightspace and spreadsheets add to it."""
    match = _WRITTEN_ID.fullmatch(written)
    return match["id"] or match["text"] if match else written


def _unique_values(entry: RosterEntry) -> Iterator[tuple[str, str]]:
    """Yield field and value of what no other student may have: ids, or the name if there is no id."""
    ids = {"id": entry.id, "login": entry.login, "email": entry.email, "participant": entry.moodle_id}
    for field, value in ids.items():
        if value:
            yield field, fold_key(value)
    if not entry.label:
        yield "name without an id", entry.name
