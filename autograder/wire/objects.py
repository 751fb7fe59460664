"""Small objects of short lists (initializers, losses, optimizers, …) as a class name and checked settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .fields import Field, Unfit, name_of, shown

Fields = Mapping[str, Field]


def settings_of(instance: Any, fields: Fields) -> dict[str, Any]:
    """The settings that differ from their defaults, as JSON; raises Unfit with the key in front."""
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
    """Constructor arguments from JSON of unknown origin: known keys only, each of its kind; raises Unfit."""
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


class UnfitSetting(Unfit):
    """A setting is not of its kind: which one, and what was found."""

    def __init__(self, key: str, found: str) -> None:
        super().__init__(f"{key} = {found}")
        self.key = key
        self.found = found


@dataclass(frozen=True)
class Objects:
    """An object of one of a few classes of a Keras module, such as `keras.initializers`."""

    module: str
    classes: Mapping[str, Fields]
    noun: str

    @property
    def accepts(self) -> str:
        return f"{self.noun} ({', '.join(self.classes)})"

    def to_wire(self, value: Any) -> Any:
        name = type(value).__name__
        if name not in self.classes or type(value) is not self._class(name):
            raise Unfit(name_of(value))
        return {"class": name, **settings_of(value, self.classes[name])}

    def from_wire(self, tree: Any) -> Any:
        if type(tree) is not dict or type(tree.get("class")) is not str or tree["class"] not in self.classes:
            raise Unfit(shown(tree.get("class") if type(tree) is dict else tree))
        settings = {key: value for key, value in tree.items() if key != "class"}
        return self._class(tree["class"])(**checked(settings, self.classes[tree["class"]]))

    def _class(self, name: str) -> Any:
        import keras

        part: Any = keras
        for step in self.module.split("."):
            part = getattr(part, step)
        return getattr(part, name)
