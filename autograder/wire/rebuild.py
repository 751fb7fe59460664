"""The table of layers, built anew from plain data of unknown origin by calling Keras' constructors."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from .arrays import BlobReader
from .compiling import compile_model, compile_settings
from .construct import Pending, new_input, new_layer, update_layer
from .fields import Unfit
from .graphs import call_graph
from .layers import ACCEPTED, INPUT, LAYERS, NAME
from .networks import parts_of
from .objects import UnfitSetting, settings_of
from .refusal import NotAccepted, readable
from .sentences import sentence
from .sizes import Sizes

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

    Raises NotAccepted, and nothing else, for what is not on the short lists.
    """
    if len(entries) > MOST_ENTRIES:
        raise NotAccepted(f"A message may hold {MOST_ENTRIES} layers, and this one has {len(entries)}.")
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
            raise NotAccepted(f"All {self._known} layers that were passed in must come back.")
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
        except NotAccepted:
            raise
        except UnfitSetting as unfit:
            raise NotAccepted(sentence(entry, unfit.key, unfit.found)) from None
        except Unfit as unfit:
            raise NotAccepted(sentence(entry, "layer", str(unfit))) from None
        except Exception as error:
            what = f"{readable(entry.get('class'))} “{readable(entry.get('name'))}”"
            raise NotAccepted(f"The {what} could not be rebuilt: {readable(str(error), 400)}") from error

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
            raise UnfitSetting("layers", "something else than layers of the table")
        return [self._table[place] for place in places]

    def _update(self, entry: dict[str, Any], kind: str) -> None:
        place = entry["known"]
        if type(place) is not int or not 0 <= place < self._known or place in self._told:
            raise UnfitSetting("layers", "a layer that was not passed in, or twice the same")
        layer = self._table[place]
        if type(layer).__name__ != kind:
            raise UnfitSetting("class", kind)
        self._told.add(place)
        pending = Pending(layer)
        if kind in LAYERS:
            pending = update_layer(layer, entry, LAYERS[kind], self._reader)
        elif kind == "InputLayer":
            if settings_of(layer, INPUT) != entry.get("settings"):
                raise UnfitSetting("settings", "others than before")
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
        raise NotAccepted("A layer must be told by its class and its name.")
    kind: str = entry["class"]
    if "strange" in entry:
        strange = entry["strange"]
        if type(strange) is not list or len(strange) != 2 or not all(type(item) is str for item in strange):
            raise NotAccepted("What is strange about a layer must be told in two strings.")
        raise UnfitSetting(strange[0], strange[1])
    if kind not in ACCEPTED:
        raise UnfitSetting("class", kind)
    extra = set(entry) - _COMMON_KEYS - _KEYS.get(kind, _LAYER_KEYS)
    if extra:
        raise UnfitSetting(min(extra), "something unexpected")
    try:
        NAME.from_wire(entry.get("name"))
    except Unfit as unfit:
        raise UnfitSetting("name", str(unfit)) from None
    if type(entry.get("trainable", True)) is not bool:
        raise UnfitSetting("trainable", "something else than True or False")
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
