"""A value as a tree of plain JSON, with arrays and layers put aside."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .allowed_layers import DTYPES, INPUT, LAYERS, NAME
from .arrays import ITEM_SIZES, BlobWriter, readable
from .construct import compile_settings
from .frames import MAX_BLOB, MAX_JSON, MAX_NODES
from .graphs import graph_of
from .schema import MOST_NAME, SchemaError, SettingError, name_of, settings_of

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
            raise SettingError("layers", "a model inside itself")
        self._open.add(id(layer))
        try:
            entry = self._entry(layer, known)
        except SchemaError as unfit:
            key, found = (
                (unfit.key, unfit.found) if isinstance(unfit, SettingError) else ("layer", str(unfit))
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
            raise SettingError("class", kind)
        if "call" in vars(layer):
            raise SettingError("class", f"{kind} with a call of its own")
        try:
            entry["name"] = NAME.to_wire(layer.name)
        except SchemaError as unfit:
            raise SettingError("name", str(unfit)) from None
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
            raise SettingError("activity_regularizer", name_of(layer.activity_regularizer))
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
        raise SettingError("input shape", name_of(shape))
    return list(shape)


def _from_keras(layer: Any) -> bool:
    return bool(type(layer).__module__.startswith("keras.src."))


def _class_of(layer: Any) -> str:
    name = type(layer).__name__
    return name if isinstance(name, str) else "?"


def _name_of(layer: Any) -> str:
    name = getattr(layer, "name", None)
    return name[:MOST_NAME] if isinstance(name, str) else "?"


MAX_DEPTH = 32
MAX_BITS = 2_000
ROOM = 8 * 1024


@dataclass(frozen=True)
class Packed:
    """A message: `head` (plain JSON), `blob` (raw bytes), and this end's layers in the order of its table."""

    head: dict[str, Any]
    blob: bytes
    objects: tuple[Any, ...] = ()


class TooLargeError(Exception):
    """More than one frame can hold."""


class Packer:
    """Packs one value; what is inside decides nothing but how it is told."""

    def __init__(self, known: Sequence[Any]) -> None:
        self._arrays = BlobWriter()
        self._nodes = 0
        self._letters = 0
        self._table = LayerTable(known) if known else None

    def message(self, tree: object) -> Packed:
        """The whole message around a tree that this packer made; raises TooLargeError."""
        layers: list[Any] = []
        objects: tuple[Any, ...] = ()
        blob = self._arrays.blob()
        if self._table is not None:
            layers, objects, weights = self._table.finish()
            blob = weights + blob
        head = {"layers": layers, "value": tree}
        small = self._nodes < 500 and self._letters < 4_000 and len(layers) < 50
        if len(blob) > MAX_BLOB or not (small or len(json.dumps(head)) <= MAX_JSON - ROOM):
            raise TooLargeError
        return Packed(head, blob, objects)

    def tree(self, value: Any, depth: int = 0) -> Any:
        """A value as plain JSON; raises TooLargeError."""
        self._nodes += 1
        if self._nodes > MAX_NODES // 4:
            raise TooLargeError
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            self._letters += len(value)
            return str.__str__(value)
        scalar = self._number(value)
        if scalar is not None:
            return scalar
        if depth < MAX_DEPTH:
            if isinstance(value, list):
                return [self.tree(item, depth + 1) for item in list.__iter__(value)]
            if isinstance(value, tuple):
                return {"tuple": [self.tree(item, depth + 1) for item in tuple.__iter__(value)]}
            if isinstance(value, dict):
                return self._mapping(value, depth)
        return self._layer(value) or {"opaque": type_name(value)}

    def _number(self, value: Any) -> Any:
        """A number or an array as a tree, or None."""
        array = _as_array(value)
        if array is not None:
            if array.dtype.name not in ITEM_SIZES:
                return {"opaque": f"{type_name(value)} of {readable(array.dtype.name)}"}
            if self._arrays.size + array.nbytes > MAX_BLOB:
                raise TooLargeError
            tag = "scalar" if _is_scalar(value) else "array"
            return {tag: self._arrays.add(array)}
        if isinstance(value, int):
            number = int.__int__(value)
            return number if number.bit_length() <= MAX_BITS else {"opaque": "int that is too large to send"}
        if isinstance(value, float):
            real = float.__float__(value)
            return real if math.isfinite(real) else {"float": repr(real)}
        return None

    def _mapping(self, value: dict[Any, Any], depth: int) -> Any:
        items = list(dict.items(value))
        if not all(type(key) is str for key, _ in items):
            return {"opaque": f"{type_name(value)} with keys that are not strings"}
        self._letters += sum(len(key) for key, _ in items)
        return {"dict": {key: self.tree(item, depth + 1) for key, item in items}}

    def _layer(self, value: Any) -> Any:
        keras = sys.modules.get("keras")
        if keras is None or not isinstance(value, keras.Layer):
            return None
        if self._table is None:
            self._table = LayerTable(())
        return {"layer": self._table.refer(value)}


def _as_array(value: Any) -> Any:
    """A NumPy array for arrays, NumPy scalars, tensors and variables; None for everything else."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return numpy.asarray(value)
    tensorflow, keras = sys.modules.get("tensorflow"), sys.modules.get("keras")
    tensor = tensorflow is not None and isinstance(value, (tensorflow.Tensor, tensorflow.Variable))
    if tensor or (keras is not None and isinstance(value, keras.Variable)):
        try:
            return numpy.asarray(value)
        except Exception:
            return None
    return None


def _is_scalar(value: Any) -> bool:
    return isinstance(value, sys.modules["numpy"].generic)


def type_name(value: object) -> str:
    """The name of a value's type, fit for a sentence."""
    try:
        return readable(type(value).__name__)
    except Exception:
        return "?"
