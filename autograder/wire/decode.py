"""A value from a tree of JSON of unknown origin."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .allowed_layers import ACCEPTED, INPUT, LAYERS, NAME
from .arrays import BlobReader, NotAllowedError, readable
from .construct import FIELDS, Pending, compile_model, compile_settings, new_input, new_layer, update_layer
from .encode import MOST_NESTING, parts_of
from .graphs import OPERATIONS, call_graph
from .schema import SchemaError, SettingError, settings_of


def not_allowed_message(entry: dict[str, Any], key: str, found: str) -> str:
    """Why a layer is not accepted: which one it is, what was found in it, and what would be accepted."""
    kind, name = readable(entry.get("class")), readable(entry.get("name"))
    key, found = readable(key), readable(found, 200)
    if key == "class":
        return (
            f"A layer of the class “{found}” is not accepted. Accepted are Keras' own {', '.join(ACCEPTED)}."
        )
    if key == "operation":
        return f"The {kind} “{name}” uses the operation {found}. Accepted are {', '.join(OPERATIONS)}."
    fields = LAYERS[kind].fields if kind in LAYERS else FIELDS
    wanted = f" Accepted is {fields[key].kind.accepts}." if key in fields else ""
    return f"The {kind} “{name}” has this as its {key}: {found}. That is not accepted.{wanted}"


# Layers of a model, each as often as it is called, those of models inside it included.
MOST_LAYERS = 5_000


class Sizes:
    """The number of layers, and how deep they lie, of every entry in a table of layers so far."""

    def __init__(self) -> None:
        self._sizes: dict[int, tuple[int, int]] = {}

    def note(self, entry: dict[str, Any], place: int) -> None:
        """Note an entry, which refers to earlier ones; raises SettingError if it is too large or too deep."""
        calls = entry["graph"]["calls"] if "graph" in entry else []
        inside = [*entry.get("layers", ()), *(call.get("layer") for call in calls)]
        sizes = [self._sizes.get(part, (1, 1)) for part in inside]
        size = max(1, sum(size for size, _ in sizes))
        depth = 1 + max((depth for _, depth in sizes), default=0)
        if size > MOST_LAYERS or depth > MOST_NESTING:
            raise SettingError("layers", f"{size} layers, up to {depth} models inside each other")
        self._sizes[place] = size, depth


MOST_ENTRIES = 1_000
_KEYS = {
    "Sequential": {"layers", "compile"},
    "Functional": {"graph", "compile"},
    "InputLayer": {"settings"},
}
_LAYER_KEYS = {"settings", "dtype", "drawn", "built", "weights", "trains"}
_COMMON_KEYS = {"class", "name", "trainable", "known"}


def rebuild(entries: Sequence[Any], reader: BlobReader, known: Sequence[Any]) -> tuple[Any, ...]:
    """The layers and models that the entries tell, in order: first those of `known`, brought up to date.

    Raises NotAllowedError, and nothing else, for what is not on the short lists.
    """
    if len(entries) > MOST_ENTRIES:
        raise NotAllowedError(f"A message may hold {MOST_ENTRIES} layers, and this one has {len(entries)}.")
    # Keras draws a seed for every new initializer and generator; what is drawn later must not depend on that.
    drawn = random.getstate()
    try:
        return _Rebuilder(reader, known).run(entries)
    finally:
        random.setstate(drawn)


class _Rebuilder:
    def __init__(self, reader: BlobReader, known: Sequence[Any]) -> None:
        self._reader = reader
        self._table = list(known)
        self._known = len(self._table)
        self._told: set[int] = set()
        self._pending: list[tuple[dict[str, Any], Pending]] = []
        self._sizes = Sizes()

    def run(self, entries: Sequence[Any]) -> tuple[Any, ...]:
        for entry in entries:
            self._guarded(entry, self._enter)
        if len(self._told) != self._known:
            raise NotAllowedError(f"All {self._known} layers that were passed in must come back.")
        for entry, pending in self._pending:
            self._guarded(entry, lambda _, pending=pending: pending.finish())
        # A model's flag is set for all of its layers, so those come after it.
        for entry, pending in reversed(self._pending):
            if pending.layer.trainable is not entry.get("trainable", True):
                pending.layer.trainable = entry.get("trainable", True)
        for entry, pending in self._pending:
            pending.set_flags()
            if "compile" in entry:
                self._guarded(entry, lambda told, pending=pending: _compile(pending.layer, told["compile"]))
        return tuple(self._table)

    def _guarded(self, entry: Any, step: Any) -> None:
        try:
            step(entry)
        except NotAllowedError:
            raise
        except SettingError as unfit:
            raise NotAllowedError(not_allowed_message(entry, unfit.key, unfit.found)) from None
        except SchemaError as unfit:
            raise NotAllowedError(not_allowed_message(entry, "layer", str(unfit))) from None
        except Exception as error:
            what = f"{readable(entry.get('class'))} “{readable(entry.get('name'))}”"
            raise NotAllowedError(f"The {what} could not be rebuilt: {readable(str(error), 400)}") from error

    def _enter(self, entry: Any) -> None:
        kind = _checked_keys(entry)
        if "known" in entry:
            self._update(entry, kind)
            return
        if kind == "Sequential":
            pending = self._sequential(entry)
        elif kind == "Functional":
            pending = self._functional(entry)
        elif kind == "InputLayer":
            pending = new_input(entry)
        else:
            pending = new_layer(entry, LAYERS[kind], self._reader)
        self._sizes.note(entry, len(self._table))
        self._table.append(pending.layer)
        self._pending.append((entry, pending))

    def _sequential(self, entry: dict[str, Any]) -> Pending:
        import keras

        return Pending(keras.Sequential(self._parts(entry), name=entry["name"]))

    def _functional(self, entry: dict[str, Any]) -> Pending:
        import keras

        takes, gives = call_graph(entry.get("graph"), self._table)
        return Pending(keras.Model(takes, gives, name=entry["name"]))

    def _parts(self, entry: dict[str, Any]) -> list[Any]:
        places = entry.get("layers")
        if type(places) is not list or not all(
            type(place) is int and 0 <= place < len(self._table) for place in places
        ):
            raise SettingError("layers", "something else than layers of the table")
        return [self._table[place] for place in places]

    def _update(self, entry: dict[str, Any], kind: str) -> None:
        place = entry["known"]
        if type(place) is not int or not 0 <= place < self._known or place in self._told:
            raise SettingError("layers", "a layer that was not passed in, or twice the same")
        layer = self._table[place]
        if type(layer).__name__ != kind:
            raise SettingError("class", kind)
        self._told.add(place)
        pending = Pending(layer)
        if kind in LAYERS:
            pending = update_layer(layer, entry, LAYERS[kind], self._reader)
        elif kind == "InputLayer":
            if settings_of(layer, INPUT) != entry.get("settings"):
                raise SettingError("settings", "others than before")
        elif kind == "Sequential":
            parts = self._parts(entry)
            self._sizes.note(entry, place)
            _resynchronise(layer, parts)
        if layer.name != entry["name"]:
            layer.name = entry["name"]
        self._pending.append((entry, pending))


def _checked_keys(entry: Any) -> str:
    """The class of an entry whose keys are all as they should be."""
    if type(entry) is not dict or type(entry.get("class")) is not str:
        raise NotAllowedError("A layer must be told by its class and its name.")
    kind: str = entry["class"]
    if "strange" in entry:
        strange = entry["strange"]
        if type(strange) is not list or len(strange) != 2 or not all(type(item) is str for item in strange):
            raise NotAllowedError("What is strange about a layer must be told in two strings.")
        raise SettingError(strange[0], strange[1])
    if kind not in ACCEPTED:
        raise SettingError("class", kind)
    extra = set(entry) - _COMMON_KEYS - _KEYS.get(kind, _LAYER_KEYS)
    if extra:
        raise SettingError(min(extra), "something unexpected")
    try:
        NAME.from_wire(entry.get("name"))
    except SchemaError as unfit:
        raise SettingError("name", str(unfit)) from None
    if type(entry.get("trainable", True)) is not bool:
        raise SettingError("trainable", "something else than True or False")
    return kind


def _resynchronise(model: Any, parts: list[Any]) -> None:
    """Give a Sequential exactly these layers, in place, and keep what it has where nothing changed."""
    present = parts_of(model)
    same = 0
    while same < min(len(present), len(parts)) and present[same] is parts[same]:
        same += 1
    if same == len(present) == len(parts):
        return
    only_taken_off = same == len(parts)
    for left in reversed(range(same, len(present))):
        model.pop(rebuild=left == same > 0 and only_taken_off)
    for place in range(same, len(parts)):
        model.add(parts[place], rebuild=place == len(parts) - 1)


def _compile(model: Any, settings: object) -> None:
    if not model.compiled or compile_settings(model) != settings:
        compile_model(model, settings)


MAX_DEPTH = 64
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(frozen=True)
class UnsupportedValue:
    """Stands for a value that does not cross: only the name of its type is known."""

    type_name: str


class Unpacker:
    """Reads trees; arrays come from a blob, layers from a table."""

    def __init__(self, reader: BlobReader, objects: Sequence[Any]) -> None:
        self._reader = reader
        self._objects = objects
        self._tags: dict[str, Callable[[Any, int], Any]] = {
            "array": self._array,
            "dict": self._dict,
            "float": self._float,
            "layer": self._layer,
            "opaque": self._opaque,
            "scalar": self._scalar,
            "tuple": self._tuple,
        }

    def value(self, tree: Any, depth: int = 0) -> Any:
        """The value of a tree; raises NotAllowedError."""
        if depth > MAX_DEPTH:
            raise NotAllowedError(f"A value may be nested {MAX_DEPTH} levels deep, and this one is deeper.")
        if tree is None or type(tree) in (bool, int, str):
            return tree
        if type(tree) is float and math.isfinite(tree):
            return tree
        if type(tree) is list:
            return [self.value(item, depth + 1) for item in tree]
        if type(tree) is dict and len(tree) == 1:
            ((tag, content),) = tree.items()
            if tag in self._tags:
                return self._tags[tag](content, depth + 1)
        raise NotAllowedError(
            f"A value must be plain data, and a part of it is an unknown {type(tree).__name__}."
        )

    def _array(self, content: object, depth: int) -> Any:
        return self._reader.take(content)

    def _scalar(self, content: object, depth: int) -> Any:
        array = self._reader.take(content)
        if array.shape != ():
            raise NotAllowedError(f"A single number must have the shape (), not {array.shape}.")
        return array[()]

    def _float(self, content: object, depth: int) -> float:
        if type(content) is not str or content not in _NOT_FINITE:
            raise NotAllowedError(f"A tagged float must be one of {', '.join(_NOT_FINITE)}.")
        return _NOT_FINITE[content]

    def _tuple(self, content: object, depth: int) -> tuple[Any, ...]:
        if type(content) is not list:
            raise NotAllowedError("A tuple must be given as a list of its items.")
        return tuple(self.value(item, depth) for item in content)

    def _dict(self, content: object, depth: int) -> dict[str, Any]:
        if type(content) is not dict or not all(type(key) is str for key in content):
            raise NotAllowedError("A dictionary must be given as an object with strings as keys.")
        return {key: self.value(item, depth) for key, item in content.items()}

    def _layer(self, content: object, depth: int) -> Any:
        if type(content) is not int or not 0 <= content < len(self._objects):
            raise NotAllowedError(f"A layer must be one of the {len(self._objects)} in the table.")
        return self._objects[content]

    def _opaque(self, content: object, depth: int) -> UnsupportedValue:
        if type(content) is not str:
            raise NotAllowedError("A value that cannot cross must be given by the name of its type.")
        return UnsupportedValue(readable(content))
