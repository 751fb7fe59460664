"""Small objects of short lists (initializers, losses, optimizers, …) as a class name and checked settings."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..text import clean

MAX_SHOWN = 60

MOST_NAME = 200


class SchemaError(ValueError):
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


def integer(low: int, high: int) -> Kind:
    """A whole number within bounds."""

    def to_wire(value: Any) -> Any:
        try:
            return operator.index(value)
        except TypeError:
            raise SchemaError(name_of(value)) from None

    def from_wire(tree: Any) -> int:
        if type(tree) is not int or not low <= tree <= high:
            raise SchemaError(abbreviate(tree))
        return tree

    return Kind(f"a whole number from {low} to {high}", to_wire, from_wire)


def real(low: float = -1e30, high: float = 1e30) -> Kind:
    """A finite number within bounds, whole or not."""

    def to_wire(value: Any) -> Any:
        try:
            number = value if type(value) in (int, float) else float(value)
        except Exception:
            raise SchemaError(name_of(value)) from None
        if not math.isfinite(number):
            raise SchemaError(repr(number))
        return number

    def from_wire(tree: Any) -> Any:
        if type(tree) not in (int, float) or not low <= tree <= high:
            raise SchemaError(abbreviate(tree))
        return tree

    return Kind(f"a finite number from {low:g} to {high:g}", to_wire, from_wire)


def boolean() -> Kind:
    """True or False."""

    def to_wire(value: Any) -> bool:
        if not isinstance(value, int):
            raise SchemaError(name_of(value))
        return bool(value)

    def from_wire(tree: Any) -> bool:
        if type(tree) is not bool:
            raise SchemaError(abbreviate(tree))
        return tree

    return Kind("True or False", to_wire, from_wire)


def one_of(*choices: str) -> Kind:
    """One of a few strings."""

    def check(value: Any) -> str:
        if type(value) is not str or value not in choices:
            raise SchemaError(abbreviate(value))
        return value

    return Kind("one of " + ", ".join(choices), check, check)


def name() -> Kind:
    """A name as Keras wants it: not empty, not long, no slash."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= MOST_NAME or "/" in value:
            raise SchemaError(abbreviate(value))
        return str.__str__(value)

    return Kind(f"a name of at most {MOST_NAME} letters without a slash", check, check)


def default_only(default: Any) -> Kind:
    """A setting that has to stay at its default."""

    def check(value: Any) -> Any:
        if value is not default and not (type(value) is type(default) and value == default):
            raise SchemaError(name_of(value))
        return default

    return Kind(f"the default, {default!r}", check, check)


def optional(kind: Kind) -> Kind:
    """None, or something of another kind."""

    def to_wire(value: Any) -> Any:
        return None if value is None else kind.to_wire(value)

    def from_wire(tree: Any) -> Any:
        return None if tree is None else kind.from_wire(tree)

    return Kind(f"None or {kind.accepts}", to_wire, from_wire)


def list_of(kind: Kind, least: int, most: int) -> Kind:
    """A tuple of things of one kind."""

    def to_wire(value: Any) -> list[Any]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise SchemaError(name_of(value))
        return [kind.to_wire(item) for item in value[: most + 1]]

    def from_wire(tree: Any) -> tuple[Any, ...]:
        if type(tree) is not list or not least <= len(tree) <= most:
            raise SchemaError(abbreviate(tree))
        return tuple([kind.from_wire(item) for item in tree])

    count = str(least) if least == most else f"{least} to {most}"
    return Kind(f"{count} times {kind.accepts}", to_wire, from_wire)


def union(first: Kind, second: Kind) -> Kind:
    """Of the first kind if it fits, else of the second."""

    def to_wire(value: Any) -> Any:
        try:
            return first.to_wire(value)
        except SchemaError:
            return second.to_wire(value)

    def from_wire(tree: Any) -> Any:
        try:
            return first.from_wire(tree)
        except SchemaError:
            return second.from_wire(tree)

    return Kind(f"{first.accepts} or {second.accepts}", to_wire, from_wire)


def abbreviate(tree: object) -> str:
    """A short text for a piece of JSON of unknown origin."""
    if isinstance(tree, str):
        return f"“{clean(tree, MAX_SHOWN, newlines=False)}”"
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


Fields = Mapping[str, Field]


class SettingError(SchemaError):
    """A setting is not of its kind: which one, and what was found."""

    def __init__(self, key: str, found: str) -> None:
        super().__init__(f"{key} = {found}")
        self.key = key
        self.found = found


def settings_of(instance: Any, fields: Fields) -> dict[str, Any]:
    """The settings that differ from their defaults, as JSON; raises SettingError."""
    found: dict[str, Any] = {}
    for key, field in fields.items():
        try:
            tree = field.kind.to_wire(getattr(instance, field.attribute or key, field.default))
        except SchemaError as unfit:
            raise SettingError(key, str(unfit)) from None
        if tree != field.default or type(tree) is not type(field.default):
            found[key] = tree
    return found


def check_settings(settings: object, fields: Fields) -> dict[str, Any]:
    """Constructor arguments from JSON of unknown origin, each of its kind; raises SettingError."""
    if type(settings) is not dict:
        raise SettingError("settings", abbreviate(settings))
    found: dict[str, Any] = {}
    for key, tree in settings.items():
        if key not in fields:
            raise SettingError(key, abbreviate(tree))
        try:
            found[key] = fields[key].kind.from_wire(tree)
        except SchemaError as unfit:
            raise SettingError(key, str(unfit)) from None
    return found


def object_of(noun: str, module: str, classes: Mapping[str, Fields]) -> Kind:
    """An object of one of a few classes of a Keras module, such as `initializers`."""

    def to_wire(value: Any) -> dict[str, Any]:
        name = type(value).__name__
        if name not in classes or type(value) is not getattr(keras_module(module), name):
            raise SchemaError(name_of(value))
        return {"class": name, **settings_of(value, classes[name])}

    def from_wire(tree: Any) -> Any:
        name = tree.get("class") if type(tree) is dict else tree
        if type(tree) is not dict or type(name) is not str or name not in classes:
            raise SchemaError(abbreviate(name))
        settings = {key: value for key, value in tree.items() if key != "class"}
        return getattr(keras_module(module), name)(**check_settings(settings, classes[name]))

    return Kind(f"{noun} ({', '.join(classes)})", to_wire, from_wire)


def function_of(module: str, names: tuple[str, ...], twins: tuple[str, ...] = ()) -> Kind:
    """A function of a Keras module by its name.

    The functions of the same name in the modules `twins`, such as `tensorflow.nn`, compute the same and count
    as it.
    """

    def to_wire(value: Any) -> str:
        name = str(getattr(value, "__name__", "")).removesuffix("_v2")
        if name in names:
            if value is getattr(keras_module(module), name):
                return name
            if any(value is getattr(_imported(twin), name, None) for twin in twins):
                return name
        raise SchemaError(name_of(value))

    def from_wire(tree: Any) -> Any:
        if type(tree) is not str or tree not in names:
            raise SchemaError(abbreviate(tree))
        return getattr(keras_module(module), tree)

    return Kind("one of " + ", ".join(names), to_wire, from_wire)


def _imported(path: str) -> Any:
    """A module by its dotted path if it is imported already, else None."""
    top, *steps = path.split(".")
    part: Any = sys.modules.get(top)
    for step in steps:
        part = getattr(part, step, None)
    return part


def keras_module(path: str) -> Any:
    """A module of Keras by its dotted path, such as `optimizers.schedules`."""
    import keras

    part: Any = keras
    for step in path.split("."):
        part = getattr(part, step)
    return part
