"""A value as a tree of plain JSON, with arrays and layers put aside."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .arrays import ITEM_SIZES, BlobWriter
from .frames import MAX_BLOB, MAX_JSON, MAX_NODES
from .networks import LayerTable
from .refusal import readable

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
