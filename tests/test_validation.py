"""Data from files is checked against structs, and errors speak of keys as their author wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec
import pytest

from autograder.validation import InvalidDataError, convert, read_json, read_toml


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    number: int | float = 0
    day: date | None = None


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    inner: Inner = msgspec.field(default_factory=Inner)
    several: tuple[Inner, ...] = ()
    kind: Literal["a", "b"] = "a"
    numbers: Mapping[str, int] = {}
    lists: Mapping[str, tuple[str, ...]] = {}


class Lenient(msgspec.Struct):
    name: str


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 1", "`name`: expected a string, found a number: 1."),
        ("name = true", "`name`: expected a string, found a truth value: True."),
        ("", "the key `name` is missing."),
        ("name = 'x'\nnaem = 2", "unknown key `naem`; did you mean `name`?"),
        ("name = 'x'\nzzz = 2", "unknown key `zzz`; expected one of `name`, `inner`"),
        ("name = 'x'\ninner.numbr = 2", "unknown key `inner.numbr`; did you mean `number`?"),
        ("name = 'x'\ninner = 2", "`inner`: expected a table, found a number: 2."),
        ("name = 'x'\ninner.number = 'y'", "`inner.number`: expected a number, found a string: 'y'."),
        (
            "name = 'x'\ninner.day = 'y'",
            "`inner.day`: expected a date such as 2026-11-23, found a string: 'y'.",
        ),
        ("name = 'x'\nkind = 'c'", "`kind`: expected 'a' or 'b', found a string: 'c'."),
        ("name = 'x'\n[[several]]\n[[several]]\nnumber = 'y'", "`several[1].number`: expected a number"),
        ("name = 'x'\n[[several]]\nnumbre = 1", "unknown key `several[0].numbre`; did you mean `number`?"),
        (
            "name = 'x'\n[[several]]\n[[several]]\nday = 'y'",
            "`several[1].day`: expected a date such as 2026-11-23, found a string: 'y'.",
        ),
        ("name = 'x'\n[numbers]\na = 1\nb = 'y'", "line 4: `numbers.b`: expected a whole number, found"),
        ("name = 'x'\nlists = {a = ['x'], b = ['x', 1]}", "`lists.b[1]`: expected a string, found a number"),
        ("name = 'x'\nseveral = {}", "`several`: expected a list, found a table."),
        (f"name = {['x'] * 99}", "`name`: expected a string, found a list: ['x', 'x', 'x'"),
        ("name = ", "a.toml, line 1: this is not TOML: Invalid value."),
    ],
)
def test_an_error_names_file_key_expected_and_found(text: str, says: str) -> None:
    with pytest.raises(InvalidDataError) as caught:
        read_toml(text, Outer, "a.toml")
    assert str(caught.value).startswith("a.toml")
    assert says in str(caught.value)
    assert len(str(caught.value)) < 200


def test_what_is_declared_is_read() -> None:
    read = read_toml("name = 'x'\ninner = {number = 2, day = 2026-11-23}\nkind = 'b'", Outer, "a.toml")
    assert read == Outer("x", Inner(2, date(2026, 11, 23)), (), "b")
    assert read_json('{"name": "x", "more": 1}', Lenient, "a.json") == Lenient("x")


def test_what_is_no_text_or_no_json_is_told() -> None:
    with pytest.raises(InvalidDataError, match="expected UTF-8"):
        read_toml(b"name = '\xff'", Outer, "a.toml")
    with pytest.raises(InvalidDataError, match=r"a\.json is not JSON"):
        read_json('{"name": ', Lenient, "a.json")


def test_a_value_at_the_top_is_told_without_a_key() -> None:
    with pytest.raises(InvalidDataError, match=r"^a\.json: expected a table, found a list: \[\]\.$"):
        convert([], Outer, "a.json")
