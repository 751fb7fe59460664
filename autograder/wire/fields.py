"""Kinds of settings: each turns a setting of a layer into JSON and back, within the limits that it states."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

MOST_NAME = 200


class Unfit(ValueError):
    """A setting is not of its kind; the text names what was found."""


@dataclass(frozen=True)
class Kind:
    """Both ways of one setting, each raising Unfit where it does not fit.

    `to_wire` makes plain JSON; `from_wire` reads JSON of unknown origin; `accepts` completes "accepted is …".
    """

    accepts: str
    to_wire: Callable[[Any], Any]
    from_wire: Callable[[Any], Any]


@dataclass(frozen=True)
class Field:
    """One setting of a class: its kind, its default as JSON, and its attribute where that is named otherwise.

    A field that `changes` may differ on a layer that both ends hold; it is then set there.
    """

    kind: Kind
    default: Any = None
    attribute: str = ""
    changes: bool = False


def whole(low: int, high: int) -> Kind:
    """A whole number within bounds."""

    def to_wire(value: Any) -> Any:
        try:
            return operator.index(value)
        except TypeError:
            raise Unfit(name_of(value)) from None

    def from_wire(tree: Any) -> int:
        if type(tree) is not int or not low <= tree <= high:
            raise Unfit(shown(tree))
        return tree

    return Kind(f"a whole number from {low} to {high}", to_wire, from_wire)


def real(low: float = -1e30, high: float = 1e30) -> Kind:
    """A finite number within bounds, whole or not."""

    def to_wire(value: Any) -> Any:
        try:
            number = value if type(value) in (int, float) else float(value)
        except Exception:
            raise Unfit(name_of(value)) from None
        if not math.isfinite(number):
            raise Unfit(repr(number))
        return number

    def from_wire(tree: Any) -> Any:
        if type(tree) not in (int, float) or not low <= tree <= high:
            raise Unfit(shown(tree))
        return tree

    return Kind(f"a finite number from {low:g} to {high:g}", to_wire, from_wire)


def flag() -> Kind:
    """True or False."""

    def to_wire(value: Any) -> bool:
        if not isinstance(value, int):
            raise Unfit(name_of(value))
        return bool(value)

    def from_wire(tree: Any) -> bool:
        if type(tree) is not bool:
            raise Unfit(shown(tree))
        return tree

    return Kind("True or False", to_wire, from_wire)


def one_of(*choices: str) -> Kind:
    """One of a few strings."""

    def check(value: Any) -> str:
        if type(value) is not str or value not in choices:
            raise Unfit(shown(value))
        return value

    return Kind("one of " + ", ".join(choices), check, check)


def name() -> Kind:
    """A name as Keras wants it: not empty, not long, no slash."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= MOST_NAME or "/" in value:
            raise Unfit(shown(value))
        return str.__str__(value)

    return Kind(f"a name of at most {MOST_NAME} letters without a slash", check, check)


def only(default: Any) -> Kind:
    """A setting that has to stay at its default."""

    def check(value: Any) -> Any:
        if value is not default and not (type(value) is type(default) and value == default):
            raise Unfit(name_of(value))
        return default

    return Kind(f"the default, {default!r}", check, check)


def maybe(kind: Kind) -> Kind:
    """None, or something of another kind."""

    def to_wire(value: Any) -> Any:
        return None if value is None else kind.to_wire(value)

    def from_wire(tree: Any) -> Any:
        return None if tree is None else kind.from_wire(tree)

    return Kind(f"None or {kind.accepts}", to_wire, from_wire)


def several(kind: Kind, least: int, most: int) -> Kind:
    """A tuple of things of one kind."""

    def to_wire(value: Any) -> list[Any]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise Unfit(name_of(value))
        return [kind.to_wire(item) for item in value[: most + 1]]

    def from_wire(tree: Any) -> tuple[Any, ...]:
        if type(tree) is not list or not least <= len(tree) <= most:
            raise Unfit(shown(tree))
        return tuple([kind.from_wire(item) for item in tree])

    count = str(least) if least == most else f"{least} to {most}"
    return Kind(f"{count} times {kind.accepts}", to_wire, from_wire)


def either(first: Kind, second: Kind) -> Kind:
    """Of the first kind if it fits, else of the second."""

    def to_wire(value: Any) -> Any:
        try:
            return first.to_wire(value)
        except Unfit:
            return second.to_wire(value)

    def from_wire(tree: Any) -> Any:
        try:
            return first.from_wire(tree)
        except Unfit:
            return second.from_wire(tree)

    return Kind(f"{first.accepts} or {second.accepts}", to_wire, from_wire)


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
    """What a Python value is, by name: a function's own name beside its type's."""
    try:
        name = getattr(value, "__name__", None)
        kind = type(value).__name__
        return f"{kind} {name}" if isinstance(name, str) else kind
    except Exception:
        return "?"
