"""Validate data from TOML and JSON files against declared msgspec structs.

Errors name the file, the line of a TOML file, the key, what was expected and what was found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from difflib import get_close_matches
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec

T = TypeVar("T")

# Map the type names in msgspec's error messages to plain English.
_TYPE_NAMES = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a date such as 2026-11-23",
}
_CONSTRAINTS = (
    (" of length >= 1", " that is not empty"),
    (" >= ", " of at least "),
    (" <= ", " of at most "),
    (" > 0.0", " above 0"),
)
_FOUND_NAMES = {str: "a string", bool: "a truth value", int: "a number", float: "a number", list: "a list"}
# An error of msgspec: a problem, and the path of the value, such as `$.checks[0].points`.
_ERROR = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
# A step of such a path: the key of a struct, the index of a list, or `[...]` for any key of a mapping.
_STEP = re.compile(r"\[[^\]]*\]|[^.\[]+")
_MISSING_FIELD = re.compile(r"Object missing required field `(.*)`")
# The header of a TOML table.
_HEADER = re.compile(r"\s*\[+([^\[\]]+)\]+\s*(#.*)?$")
_MAX_SHOWN = 60


class InvalidDataError(ValueError):
    """Raised if a file does not match its structure. The message names file, key, expected and found."""


def read_toml(text: bytes | str, kind: type[T], where: str) -> T:
    """Return the TOML document as a `kind`. Raises InvalidDataError, which names the file by `where`."""
    try:
        data = tomllib.loads(text if isinstance(text, str) else text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidDataError(f"{where}: expected UTF-8, found other bytes: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidDataError(toml_error(where, text, error)) from None
    return convert(data, kind, where, text if isinstance(text, str) else text.decode("utf-8"))


def toml_error(where: str, text: bytes | str, error: tomllib.TOMLDecodeError) -> str:
    """Return a sentence with file and line for a text that is not TOML."""
    problem, _, position = str(error).partition(" (at ")
    line = re.match(r"line (\d+)", position)
    # Otherwise the error is "at end of document".
    return f"{where}, line {line[1] if line else len(text.splitlines())}: this is not TOML: {problem}."


def read_json(text: bytes | str, kind: type[T], where: str) -> T:
    """Return the JSON document as a `kind`. Raises InvalidDataError, which names the file by `where`."""
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InvalidDataError(f"{where} is not JSON: {error}.") from None
    return convert(data, kind, where)


def convert(data: object, kind: type[T], where: str, toml: str = "") -> T:
    """Return `data` as a `kind`. Raises InvalidDataError, which names the file by `where`.

    With the text of a TOML file, the error also names the line.
    """
    if unknown := list(_unknown_keys(data, kind, "")):
        raise InvalidDataError(f"{place(where, toml, _key(unknown[0]))}: {' '.join(unknown)}")
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        problem = _explain(str(error), data, kind)
        raise InvalidDataError(f"{place(where, toml, _key(problem))}: {problem}") from None


def place(where: str, toml: str, key: str) -> str:
    """Return the name of a TOML file, with the line of a key such as `limits.call_seconds` if it is found."""
    table, _, name = re.sub(r"\[\d+\]", "", key).rpartition(".") if " " not in key else ("", "", key)
    current = ""
    for number, line in enumerate(toml.splitlines(), 1):
        if header := _HEADER.match(line):
            current = header[1].strip()
        elif name and re.match(rf"""\s*["']?{re.escape(name)}["']?\s*=""", line) and current == table:
            return f"{where}, line {number}"
    return where


def _key(problem: str) -> str:
    """Return the first key that a sentence names."""
    found = re.search(r"`([^`]*)`", problem)
    return found[1] if found else ""


def suggest(name: str, known: Sequence[str]) -> str:
    """Return the end of a sentence that suggests names close to `name`, or lists all known names."""
    if near := get_close_matches(name, known, n=2):
        return f"did you mean {' or '.join(f'`{each}`' for each in near)}?"
    return f"expected one of {', '.join(f'`{each}`' for each in known)}."


def _unknown_keys(data: object, kind: Any, prefix: str) -> Iterator[str]:
    """Yield a sentence for each key of `data` that the struct `kind` does not declare."""
    kind = _bare(kind)
    if isinstance(data, list):
        for kind_of_item in get_args(kind)[:1]:
            for number, item in enumerate(data):
                yield from _unknown_keys(item, kind_of_item, f"{prefix.removesuffix('.')}[{number}].")
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(data, Mapping)):
        return
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in data.items():
        if key in fields:
            yield from _unknown_keys(value, fields[key], f"{prefix}{key}.")
        elif kind.__struct_config__.forbid_unknown_fields:
            yield f"unknown key `{prefix}{key}`; {suggest(str(key), list(fields))}"


def _explain(error: str, data: object, kind: Any) -> str:
    """Return msgspec's error in plain English, with the value found."""
    match = _ERROR.fullmatch(error)
    assert match is not None
    problem = match["problem"]
    key, value, kind = _locate(match["path"] or "", data, kind)
    if missing := _MISSING_FIELD.fullmatch(problem):
        return f"the key `{f'{key}.' if key else ''}{missing[1]}` is missing."
    return f"{f'`{key}`: ' if key else ''}expected {_expected(problem, kind)}, found {_describe(value)}."


def _locate(path: str, data: Any, kind: Any) -> tuple[str, Any, Any]:
    """Return the key, the value and the declared type of what msgspec names by `path`.

    For `[...]`, take the first key of the mapping whose value is not valid.
    """
    key = ""
    for step in _STEP.findall(path):
        if step == "[...]":
            kind = get_args(_bare(kind))[1]
            name = next(name for name, value in data.items() if not _is_valid(value, kind))
            key, data = f"{key}.{name}", data[name]
        elif step.startswith("["):
            key, data, kind = f"{key}{step}", data[int(step[1:-1])], get_args(_bare(kind))[0]
        else:
            kinds = {field.encode_name: field.type for field in msgspec.structs.fields(_bare(kind))}
            key, data, kind = f"{key}.{step}", data[step], kinds[step]
    return key.removeprefix("."), data, kind


def _is_valid(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _expected(problem: str, kind: Any) -> str:
    match = re.match(r"Expected `([^`]*)`(.*?)(, got .*)?$", problem)
    if match is None:  # an enum value or a date, which msgspec reports in another format
        return _alternatives(kind)
    kinds = [name for name in match[1].split(" | ") if name != "null"]
    names = [_TYPE_NAMES.get(name, name) for name in kinds if name != "int" or "float" not in kinds]
    constraint = match[2]
    for symbols, words in _CONSTRAINTS:
        constraint = constraint.replace(symbols, words)
    return " or ".join(names) + constraint


def _alternatives(kind: Any) -> str:
    values = [value for value in get_args(_bare(kind)) if not isinstance(value, type)]
    return " or ".join(map(repr, values)) if values else _TYPE_NAMES["date"]


def _bare(kind: Any) -> Any:
    """Return the type in `T | None` or `Annotated[T, …]`, and any other type unchanged."""
    kinds = [each for each in get_args(kind) if each is not NoneType]
    if get_origin(kind) is Annotated or (NoneType in get_args(kind) and len(kinds) == 1):
        return _bare(kinds[0])
    return kind


def _describe(value: object) -> str:
    """Return the type and text of a value, truncated to one short line."""
    if isinstance(value, Mapping):
        return "a table"
    name = "a date or time" if isinstance(value, date | time) else _FOUND_NAMES.get(type(value), "nothing")
    shown = repr(value) if isinstance(value, str | bool | int | float | list) else str(value)
    return f"{name}: {shown if len(shown) <= _MAX_SHOWN else shown[: _MAX_SHOWN - 1] + '…'}"
