"""Small objects of short lists (initializers, losses, optimizers, …) as a class name and checked settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from .fields import Field, Kind, Unfit, name_of, shown

Fields = Mapping[str, Field]


class UnfitSetting(Unfit):
    """A setting is not of its kind: which one, and what was found."""

    def __init__(self, key: str, found: str) -> None:
        super().__init__(f"{key} = {found}")
        self.key = key
        self.found = found


def settings_of(instance: Any, fields: Fields) -> dict[str, Any]:
    """The settings that differ from their defaults, as JSON; raises UnfitSetting."""
    found: dict[str, Any] = {}
    for key, field in fields.items():
        try:
            tree = field.kind.to_wire(getattr(instance, field.attribute or key, field.default))
        except Unfit as unfit:
            raise UnfitSetting(key, str(unfit)) from None
        if tree != field.default or type(tree) is not type(field.default):
            found[key] = tree
    return found


def checked(settings: object, fields: Fields) -> dict[str, Any]:
    """Constructor arguments from JSON of unknown origin, each of its kind; raises UnfitSetting."""
    if type(settings) is not dict:
        raise UnfitSetting("settings", shown(settings))
    found: dict[str, Any] = {}
    for key, tree in settings.items():
        if key not in fields:
            raise UnfitSetting(key, shown(tree))
        try:
            found[key] = fields[key].kind.from_wire(tree)
        except Unfit as unfit:
            raise UnfitSetting(key, str(unfit)) from None
    return found


def an_object(noun: str, module: str, classes: Mapping[str, Fields]) -> Kind:
    """An object of one of a few classes of a Keras module, such as `initializers`."""

    def to_wire(value: Any) -> dict[str, Any]:
        name = type(value).__name__
        if name not in classes or type(value) is not getattr(keras_module(module), name):
            raise Unfit(name_of(value))
        return {"class": name, **settings_of(value, classes[name])}

    def from_wire(tree: Any) -> Any:
        name = tree.get("class") if type(tree) is dict else tree
        if type(tree) is not dict or type(name) is not str or name not in classes:
            raise Unfit(shown(name))
        settings = {key: value for key, value in tree.items() if key != "class"}
        return getattr(keras_module(module), name)(**checked(settings, classes[name]))

    return Kind(f"{noun} ({', '.join(classes)})", to_wire, from_wire)


def a_function(module: str, names: tuple[str, ...], twins: tuple[str, ...] = ()) -> Kind:
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
        raise Unfit(name_of(value))

    def from_wire(tree: Any) -> Any:
        if type(tree) is not str or tree not in names:
            raise Unfit(shown(tree))
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
