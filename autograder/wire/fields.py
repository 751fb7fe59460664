"""Kinds of settings: each turns a setting of a layer into JSON and back, within the limits that it states."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Unfit(ValueError):  # noqa: N818 - it reads as the sentence that it carries
    """A setting is not of its kind; the text names what was found."""


class Kind(Protocol):
    """Both ways of one setting. `accepts` completes the sentence "accepted is …"."""

    @property
    def accepts(self) -> str:
        """What is accepted, in words."""
        ...

    def to_wire(self, value: Any) -> Any:
        """Plain JSON for a setting; raises Unfit."""
        ...

    def from_wire(self, tree: Any) -> Any:
        """The setting told by plain JSON of unknown origin; raises Unfit."""
        ...


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int

    @property
    def accepts(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def to_wire(self, value: Any) -> Any:
        try:
            return operator.index(value)
        except TypeError:
            raise Unfit(name_of(value)) from None

    def from_wire(self, tree: Any) -> int:
        if type(tree) is not int or not self.low <= tree <= self.high:
            raise Unfit(shown(tree))
        return tree


@dataclass(frozen=True)
class Real:
    """A finite number within bounds."""

    low: float = -1e30
    high: float = 1e30

    @property
    def accepts(self) -> str:
        return f"a finite number from {self.low:g} to {self.high:g}"

    def to_wire(self, value: Any) -> Any:
        try:
            number = value if type(value) in (int, float) else float(value)
        except Exception:
            raise Unfit(name_of(value)) from None
        if not math.isfinite(number):
            raise Unfit(repr(number))
        return number

    def from_wire(self, tree: Any) -> float:
        if type(tree) not in (int, float) or not self.low <= tree <= self.high:
            raise Unfit(shown(tree))
        number: float = tree
        return number


@dataclass(frozen=True)
class Flag:
    """True or False."""

    accepts: str = "True or False"

    def to_wire(self, value: Any) -> Any:
        if not isinstance(value, int):
            raise Unfit(name_of(value))
        return bool(value)

    def from_wire(self, tree: Any) -> bool:
        if type(tree) is not bool:
            raise Unfit(shown(tree))
        return tree


@dataclass(frozen=True)
class OneOf:
    """One of a few strings."""

    choices: tuple[str, ...]

    @property
    def accepts(self) -> str:
        return "one of " + ", ".join(self.choices)

    def to_wire(self, value: Any) -> Any:
        return self.from_wire(value)

    def from_wire(self, tree: Any) -> str:
        if type(tree) is not str or tree not in self.choices:
            raise Unfit(shown(tree))
        return tree


@dataclass(frozen=True)
class Only:
    """A setting that has to stay at its default."""

    value: Any

    @property
    def accepts(self) -> str:
        return f"the default, {self.value!r}"

    def to_wire(self, value: Any) -> Any:
        if value is not self.value and not (type(value) is type(self.value) and value == self.value):
            raise Unfit(name_of(value))
        return value

    def from_wire(self, tree: Any) -> Any:
        return self.to_wire(tree)


@dataclass(frozen=True)
class Maybe:
    """None, or something of another kind."""

    kind: Kind

    @property
    def accepts(self) -> str:
        return f"None or {self.kind.accepts}"

    def to_wire(self, value: Any) -> Any:
        return None if value is None else self.kind.to_wire(value)

    def from_wire(self, tree: Any) -> Any:
        return None if tree is None else self.kind.from_wire(tree)


@dataclass(frozen=True)
class Several:
    """A tuple of things of one kind."""

    kind: Kind
    least: int
    most: int

    @property
    def accepts(self) -> str:
        count = str(self.least) if self.least == self.most else f"{self.least} to {self.most}"
        return f"{count} times {self.kind.accepts}"

    def to_wire(self, value: Any) -> Any:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise Unfit(name_of(value))
        return [self.kind.to_wire(item) for item in value[: self.most + 1]]

    def from_wire(self, tree: Any) -> tuple[Any, ...]:
        if type(tree) is not list or not self.least <= len(tree) <= self.most:
            raise Unfit(shown(tree))
        return tuple(self.kind.from_wire(item) for item in tree)


@dataclass(frozen=True)
class Either:
    """Of the first kind that fits."""

    kinds: tuple[Kind, ...]

    @property
    def accepts(self) -> str:
        return " or ".join(kind.accepts for kind in self.kinds)

    def to_wire(self, value: Any) -> Any:
        return self._first("to_wire", value)

    def from_wire(self, tree: Any) -> Any:
        return self._first("from_wire", tree)

    def _first(self, way: str, value: Any) -> Any:
        for kind in self.kinds[:-1]:
            try:
                return getattr(kind, way)(value)
            except Unfit:
                continue
        return getattr(self.kinds[-1], way)(value)


@dataclass(frozen=True)
class Field:
    """One setting of a class: its kind, its default as JSON, and where it is read and set on an instance.

    A field that `changes` may differ on a layer that both ends hold; it is then set there.
    """

    kind: Kind
    default: Any = None
    attribute: str = ""
    changes: bool = False


def shown(tree: object) -> str:
    """A short text for a piece of JSON of unknown origin."""
    if isinstance(tree, str):
        return f"“{tree[:60]}”" if tree.isprintable() else "a string"
    if tree is None or isinstance(tree, (bool, float)):
        return repr(tree)
    if isinstance(tree, int):
        return repr(tree) if tree.bit_length() < 200 else "a huge number"
    return f"a {type(tree).__name__}"


def name_of(value: object) -> str:
    """What a Python value is, by name: a function's own name, else its type's."""
    try:
        name = getattr(value, "__name__", None)
        kind = type(value).__name__
        return f"{kind} {name}" if isinstance(name, str) else kind
    except Exception:
        return "?"
