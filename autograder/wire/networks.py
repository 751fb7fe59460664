"""Layers and models as entries of a table: what they are, what they hold, which others they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .arrays import BlobWriter
from .compiling import compile_settings
from .fields import MOST_NAME, Unfit, name_of
from .graphs import graph_of
from .layers import DTYPES, INPUT, LAYERS, NAME
from .objects import UnfitSetting, settings_of

MOST_NESTING = 40


class LayerTable:
    """Collects layers in the order in which they can be rebuilt: every layer after those it is made of.

    The table starts with the `known` layers, which the other end holds already.
    """

    def __init__(self, known: Sequence[Any]) -> None:
        self._objects = list(known)
        self._known = len(self._objects)
        self._places = {id(layer): place for place, layer in enumerate(self._objects)}
        self._told: set[int] = set()
        self._open: set[int] = set()
        self._entries: list[dict[str, Any]] = []
        self._weights = BlobWriter()

    def refer(self, layer: Any) -> int:
        """A layer's place in the table; it is entered now if it is not in it yet."""
        if id(layer) not in self._told:
            self._enter(layer)
        return self._places[id(layer)]

    def finish(self) -> tuple[list[dict[str, Any]], tuple[Any, ...], bytes]:
        """The entries, the layers in the order of the table, and the bytes of their weights."""
        for layer in self._objects[: self._known]:
            self.refer(layer)
        return self._entries, tuple(self._objects), self._weights.blob()

    def _enter(self, layer: Any) -> None:
        place = self._places.get(id(layer))
        known = place is not None
        if id(layer) in self._open or len(self._open) > MOST_NESTING:
            raise UnfitSetting("layers", "a model inside itself")
        self._open.add(id(layer))
        try:
            entry = self._entry(layer, known)
        except Unfit as unfit:
            key, found = (
                (unfit.key, unfit.found) if isinstance(unfit, UnfitSetting) else ("layer", str(unfit))
            )
            entry = {"class": _class_of(layer), "name": _name_of(layer), "strange": [key, found[:80]]}
        self._open.discard(id(layer))
        if known:
            entry["known"] = place
        else:
            self._places[id(layer)] = len(self._objects)
            self._objects.append(layer)
        self._told.add(id(layer))
        self._entries.append(entry)

    def _entry(self, layer: Any, known: bool) -> dict[str, Any]:
        import keras

        kind = type(layer).__name__
        if type(layer) is keras.Sequential:
            entry = self._model(layer, kind)
            entry["layers"] = [self.refer(part) for part in parts_of(layer)]
        elif kind == "Functional" and isinstance(layer, keras.Model) and _from_keras(layer):
            entry = self._model(layer, kind)
            if not known:
                entry["graph"] = graph_of(layer, self.refer)
        elif type(layer) is keras.layers.InputLayer:
            entry = {"class": kind, "settings": settings_of(layer, INPUT)}
        elif kind in LAYERS and type(layer) is getattr(keras.layers, kind):
            entry = self._layer(layer, kind)
        else:
            raise UnfitSetting("class", kind)
        if "call" in vars(layer):
            raise UnfitSetting("class", f"{kind} with a call of its own")
        try:
            entry["name"] = NAME.to_wire(layer.name)
        except Unfit as unfit:
            raise UnfitSetting("name", str(unfit)) from None
        if not layer.trainable:
            entry["trainable"] = False
        return entry

    def _model(self, model: Any, kind: str) -> dict[str, Any]:
        settings = compile_settings(model)
        return {"class": kind} if settings is None else {"class": kind, "compile": settings}

    def _layer(self, layer: Any, kind: str) -> dict[str, Any]:
        listed = LAYERS[kind]
        entry: dict[str, Any] = {"class": kind, "settings": settings_of(layer, listed.fields)}
        if "activity_regularizer" not in listed.fields and layer.activity_regularizer is not None:
            raise UnfitSetting("activity_regularizer", name_of(layer.activity_regularizer))
        dtype = DTYPES.to_wire(layer.dtype_policy.name)
        if dtype != "float32":
            entry["dtype"] = dtype
        if listed.draws and hasattr(layer, "seed_generator"):
            entry["drawn"] = [int(number) for number in layer.seed_generator.state.numpy()]
        weights = layer.weights
        if weights:
            entry["built"] = _input_shape(layer)
            entry["weights"] = [self._weights.add(_read(weight)) for weight in weights]
            entry["trains"] = [bool(weight.trainable) for weight in weights]
        return entry


def parts_of(model: Any) -> list[Any]:
    """A Sequential's layers in order, its input layer among them, and one that occurs twice two times."""
    import keras

    first = keras.Model.layers.fget(model)[:1]
    source = first if first and isinstance(first[0], keras.layers.InputLayer) else []
    return [*source, *model.layers]


def _read(weight: Any) -> Any:
    """A weight's array. TensorFlow's `numpy()` copies it once more on the way."""
    variable = weight.value
    return variable.value().numpy() if callable(getattr(variable, "value", None)) else weight.numpy()


def _input_shape(layer: Any) -> list[Any]:
    shape = (layer.get_build_config() or {}).get("input_shape")
    if not isinstance(shape, (list, tuple)) or not all(
        item is None or isinstance(item, int) for item in shape
    ):
        raise UnfitSetting("input shape", name_of(shape))
    return list(shape)


def _from_keras(layer: Any) -> bool:
    return bool(type(layer).__module__.startswith("keras.src."))


def _class_of(layer: Any) -> str:
    name = type(layer).__name__
    return name if isinstance(name, str) else "?"


def _name_of(layer: Any) -> str:
    name = getattr(layer, "name", None)
    return name[:MOST_NAME] if isinstance(name, str) else "?"
