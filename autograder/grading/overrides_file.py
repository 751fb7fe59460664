"""Change the overrides file without touching what its author wrote around the entries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from msgspec.structs import asdict

from ..files import write_atomic
from ..models import Points
from ..text import toml_string
from .overrides import (
    Answer,
    Comment,
    Decision,
    Override,
    Overrides,
    OverridesError,
    Penalty,
    Reviewed,
    load_overrides,
    read_overrides,
)

_HEADINGS = {
    Override: "override",
    Comment: "comment",
    Answer: "answer",
    Penalty: "penalty",
    Reviewed: "reviewed",
}
_ENTRY = re.compile(rf"^[ \t]*\[\[[ \t]*({'|'.join(_HEADINGS.values())})[ \t]*\]\]", re.MULTILINE)
# Blank lines and remarks at the end of an entry belong to what follows it.
_AFTER_ENTRY = re.compile(r"\n(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*\Z")


class OverridesFile:
    """An overrides file, which need not exist yet. `max_points` are the points of each check."""

    def __init__(self, path: Path, max_points: Mapping[str, Points]) -> None:
        self.path = path
        self._max_points = max_points

    def text(self) -> str:
        """Return the text of the file, empty if there is none. Raises OSError."""
        return self.path.read_text(encoding="utf-8") if self.path.exists() else ""

    def load(self) -> Overrides:
        """Return the entries of the file. Raises OverridesError."""
        return load_overrides(self.path, self._max_points) if self.path.exists() else Overrides()

    def add(self, decisions: Sequence[Decision]) -> None:
        """Write further entries in one atomic step. Raises OverridesError, and then changes nothing.

        An override replaces an earlier one of the same student and check.
        """
        text, old = self.text(), self.load()
        replaced = {(each.student, each.check) for each in decisions if isinstance(each, Override)}
        kept = replace(
            old, points=tuple(each for each in old.points if (each.student, each.check) not in replaced)
        )
        new = _with(kept, decisions)
        removed = [number for number, each in enumerate(old.points) if each not in kept.points]
        edited = _append(_without(text, removed), map(entry_text, decisions))
        if not self._holds(edited, new):
            # The file has an unusual form, such as inline tables.
            entries: list[Decision] = [*new.points, *new.comments, *new.answers]
            entries += [*new.reviewed, *new.penalties]
            edited = _append("", map(entry_text, entries))
            self._read(edited)
        write_atomic(self.path, edited)

    def _holds(self, text: str, overrides: Overrides) -> bool:
        try:
            return self._read(text) == overrides
        except OverridesError:
            return False

    def _read(self, text: str) -> Overrides:
        return read_overrides(text, self._max_points, str(self.path))


def entry_text(decision: Decision) -> str:
    """Return a decision as an entry of the file, without empty fields."""
    values = {name: value for name, value in asdict(decision).items() if value != "" and value != ()}
    lines = (f"{name} = {_value(value)}" for name, value in values.items())
    return "\n".join((f"[[{_HEADINGS[type(decision)]}]]", *lines)) + "\n"


def _with(overrides: Overrides, decisions: Sequence[Decision]) -> Overrides:
    return Overrides(
        (*overrides.points, *(each for each in decisions if isinstance(each, Override))),
        (*overrides.comments, *(each for each in decisions if isinstance(each, Comment))),
        (*overrides.answers, *(each for each in decisions if isinstance(each, Answer))),
        (*overrides.reviewed, *(each for each in decisions if isinstance(each, Reviewed))),
        (*overrides.penalties, *(each for each in decisions if isinstance(each, Penalty))),
    )


def _without(text: str, overrides: Iterable[int]) -> str:
    """Return the text of a file without some of its entries `[[override]]`, by number."""
    headings = [*_ENTRY.finditer(text)]
    ends = [*(heading.start() for heading in headings), len(text)]
    parts, removed, number = [text[: ends[0]]], set(overrides), 0
    for heading, end in zip(headings, ends[1:], strict=True):
        part = text[heading.start() : end]
        if heading[1] == "override":
            if number in removed:
                after = _AFTER_ENTRY.search(part)
                part = after[0].lstrip("\n") if after else ""
            number += 1
        parts.append(part)
    return "".join(parts)


def _append(text: str, entries: Iterable[str]) -> str:
    return "\n".join(filter(None, (text.rstrip("\n") + "\n" if text.strip() else "", *entries)))


def _value(value: object) -> str:
    """Return a value in TOML."""
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)
