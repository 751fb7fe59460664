"""Define schemas of settings: convert a setting to JSON, and check JSON of unknown origin before use.

A `Kind` converts one setting in both directions. A `Field` is a setting of a class. `object_of` makes a kind
from a table of classes; it creates objects by calling their constructors with checked settings.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...text import clean

# Maximum number of characters of a refused string in a message, and of the name of a layer.
MAX_SHOWN = 60
MAX_NAME = 4_000


class SchemaError(ValueError):
    """A setting does not match its schema; the text describes the value found."""


@dataclass(frozen=True)
class Kind:
    """Converts one kind of setting in both directions; both functions raise SchemaError.

    `to_wire` returns plain JSON. `from_wire` reads JSON of unknown origin. `accepts` completes the phrase
    "accepted is …".
    """

    accepts: str
    to_wire: Callable[[Any], Any]
    from_wire: Callable[[Any], Any]


@dataclass(frozen=True)
class Field:
    """One setting of a class: its kind and its default as JSON.

    `attribute` names the attribute that holds the setting if the names differ (dots reach into parts), or is
    a function of the instance. A `mutable` setting may differ on a layer that both ends have, and is then
    assigned on it. The default of an `explicit` setting is passed to the constructor, because Keras' own
    default depends on its global state.
    """

    kind: Kind
    default: Any = None
    attribute: str | Callable[[Any], Any] = ""
    mutable: bool = False
    explicit: bool = False


def integer(low: int, high: int) -> Kind:
    """Return the kind of integers within bounds."""

    def to_wire(value: Any) -> Any:
        try:
            return from_wire(operator.index(value))
        except TypeError:
            raise SchemaError(name_of(value)) from None

    def from_wire(tree: Any) -> int:
        if type(tree) is not int or not low <= tree <= high:
            raise SchemaError(abbreviate(tree))
        return tree

    return Kind(f"a whole number from {low} to {high}", to_wire, from_wire)


def real(low: float = -1e30, high: float = 1e30) -> Kind:
    """Return the kind of finite real numbers within bounds."""

    def to_wire(value: Any) -> Any:
        try:
            number = value if type(value) in (int, float) else float(value)
        except Exception:
            raise SchemaError(name_of(value)) from None
        return from_wire(number)

    def from_wire(tree: Any) -> Any:
        if type(tree) not in (int, float) or not low <= tree <= high:
            raise SchemaError(abbreviate(tree))
        return tree

    return Kind(f"a finite number from {low:g} to {high:g}", to_wire, from_wire)


def boolean() -> Kind:
    """Return the kind of True and False."""

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
    """Return the kind of strings from a fixed list."""

    def check(value: Any) -> str:
        if type(value) is not str or value not in choices:
            raise SchemaError(abbreviate(value))
        return value

    return Kind("one of " + ", ".join(choices), check, check)


def name() -> Kind:
    """Return the kind of Keras' names: not empty, of limited length, without slashes."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME or "/" in value:
            raise SchemaError(abbreviate(value))
        return str.__str__(value)

    return Kind(f"a name of at most {MAX_NAME} letters without a slash", check, check)


def default_only(default: Any) -> Kind:
    """Return the kind of a setting that must keep its default."""

    def check(value: Any) -> Any:
        if value is not default and not (type(value) is type(default) and value == default):
            raise SchemaError(name_of(value))
        return default

    return Kind(f"the default, {default!r}", check, check)


def optional(kind: Kind) -> Kind:
    """Return the kind that accepts None and every value of another kind."""

    def to_wire(value: Any) -> Any:
        return None if value is None else kind.to_wire(value)

    def from_wire(tree: Any) -> Any:
        return None if tree is None else kind.from_wire(tree)

    return Kind(f"None or {kind.accepts}", to_wire, from_wire)


def list_of(kind: Kind, min_length: int, max_length: int) -> Kind:
    """Return the kind of sequences whose items are of one kind; they are decoded as tuples."""

    def to_wire(value: Any) -> list[Any]:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise SchemaError(name_of(value))
        # One item too many is enough for the other end to refuse the sequence.
        return [kind.to_wire(item) for item in value[: max_length + 1]]

    def from_wire(tree: Any) -> tuple[Any, ...]:
        if type(tree) is not list or not min_length <= len(tree) <= max_length:
            raise SchemaError(abbreviate(tree))
        return tuple([kind.from_wire(item) for item in tree])

    count = str(min_length) if min_length == max_length else f"{min_length} to {max_length}"
    return Kind(f"{count} times {kind.accepts}", to_wire, from_wire)


def union(first: Kind, second: Kind) -> Kind:
    """Return the kind of values of either kind; the first one has precedence."""

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


def text(max_length: int) -> Kind:
    """Return the kind of strings up to a maximum length."""

    def check(value: Any) -> str:
        if type(value) is not str or len(value) > max_length:
            raise SchemaError(abbreviate(value))
        return value

    return Kind(f"a string of at most {max_length} characters", check, check)


def abbreviate(tree: object) -> str:
    """Return a short text for a piece of JSON of unknown origin."""
    if isinstance(tree, str):
        return f"“{clean(tree, MAX_SHOWN, newlines=False)}”"
    if tree is None or isinstance(tree, (bool, float)):
        return repr(tree)
    if isinstance(tree, int):
        return repr(tree) if tree.bit_length() < 200 else "a huge number"
    return f"a {type(tree).__name__}"


def name_of(value: object) -> str:
    """Return the name of a value's type, with the value's own name if it has one."""
    try:
        name = getattr(value, "__name__", None)
        kind = type(value).__name__
        return f"{kind} {name}" if isinstance(name, str) else kind
    except Exception:
        return "?"


Fields = Mapping[str, Field]


class SettingError(SchemaError):
    """A setting does not match its schema: `key` names the setting, `found` describes its value."""

    def __init__(self, key: str, found: str) -> None:
        super().__init__(f"{key} = {found}")
        self.key = key
        self.found = found


def settings_of(instance: Any, fields: Fields) -> dict[str, Any]:
    """Return the settings that differ from their defaults, as JSON; raise SettingError."""
    found: dict[str, Any] = {}
    for key, field in fields.items():
        try:
            tree = field.kind.to_wire(_setting(instance, key, field))
        except SchemaError as error:
            raise SettingError(key, str(error)) from None
        if tree != field.default or type(tree) is not type(field.default):
            found[key] = tree
    return found


def _setting(instance: Any, key: str, field: Field) -> Any:
    if callable(field.attribute):
        return field.attribute(instance)
    value = instance
    for step in (field.attribute or key).split("."):
        value = getattr(value, step, field.default)
    return value


def check_settings(settings: object, fields: Fields) -> dict[str, Any]:
    """Return constructor arguments from JSON of unknown origin; raise SettingError."""
    if type(settings) is not dict:
        raise SettingError("settings", abbreviate(settings))
    arguments = {key: field.kind.from_wire(field.default) for key, field in fields.items() if field.explicit}
    for key, tree in settings.items():
        if key not in fields:
            raise SettingError(key, abbreviate(tree))
        try:
            arguments[key] = fields[key].kind.from_wire(tree)
        except SchemaError as error:
            raise SettingError(key, str(error)) from None
    return arguments


def object_of(noun: str, module: str, classes: Mapping[str, Fields]) -> Kind:
    """Return the kind of objects of the listed classes of a Keras module, such as `initializers`."""

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


def function_of(module: str, names: tuple[str, ...], aliases: tuple[str, ...] = ()) -> Kind:
    """Return the kind of functions of a Keras module, by name.

    Functions with the same name in the modules `aliases`, such as `tensorflow.nn`, compute the same values
    and are also accepted.
    """

    def to_wire(value: Any) -> str:
        name = str(getattr(value, "__name__", "")).removesuffix("_v2")
        if name in names:
            if value is getattr(keras_module(module), name):
                return name
            if any(value is getattr(_imported(alias), name, None) for alias in aliases):
                return name
        raise SchemaError(name_of(value))

    def from_wire(tree: Any) -> Any:
        if type(tree) is not str or tree not in names:
            raise SchemaError(abbreviate(tree))
        return getattr(keras_module(module), tree)

    return Kind("one of " + ", ".join(names), to_wire, from_wire)


def _imported(path: str) -> Any:
    """Return a module by its dotted path if it is already imported, else None."""
    top, *steps = path.split(".")
    part: Any = sys.modules.get(top)
    for step in steps:
        part = getattr(part, step, None)
    return part


def keras_module(path: str) -> Any:
    """Return a module of Keras by its dotted path, such as `optimizers.schedules`."""
    import keras

    part: Any = keras
    for step in path.split("."):
        part = getattr(part, step)
    return part
