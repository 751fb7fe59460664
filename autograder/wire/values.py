"""Values as plain data and back: a JSON tree, a blob for arrays, one table of layers for the whole message.

None, booleans, integers, finite floats, strings and lists stand for themselves in the tree; everything else
is an object with one key, its tag. What is not plain data becomes `Opaque`: its type's name, never its content.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .arrays import ITEM_SIZES, BlobReader, BlobWriter
from .frames import MAX_BLOB, MAX_JSON, MAX_NODES
from .refusal import NotAccepted, readable

__all__ = ["NotAccepted", "Opaque", "Packed", "pack", "unpack"]

MAX_DEPTH = 32
MAX_BITS = 2_000
ROOM = 8 * 1024
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that does not cross: only the name of its type is known."""

    type_name: str


@dataclass(frozen=True)
class Packed:
    """A message: `head` (plain JSON), `blob` (raw bytes), and this end's layers in the order of its table."""

    head: dict[str, Any]
    blob: bytes
    objects: tuple[Any, ...] = ()


def pack(value: object, known: Sequence[Any] = ()) -> Packed:
    """Pack any value; never raises for what is in it.

    `known` are the layers and models that the other end holds already: the table starts with them, in order,
    and tells their present state. What cannot cross is packed as an `Opaque`, the whole value when it is too
    large for a frame.
    """
    try:
        packer = _Packer(known)
        return packer.message(packer.tree(value))
    except _TooLargeError:
        return _Packer(()).message({"opaque": _type_name(value) + " that is too large to send"})


def unpack(head: object, blob: bytes, known: Sequence[Any] = ()) -> tuple[Any, tuple[Any, ...]]:
    """The value in a message, and the layers of its table in order.

    `known` are this end's own layers for the first entries of the table: they are brought to the state that
    the message tells, in place; all others are constructed. Raises NotAccepted for what is not on the short
    lists.
    """
    if type(head) is not dict or set(head) != {"layers", "value"} or type(head["layers"]) is not list:
        raise NotAccepted("A message must have a table of layers and a value.")
    reader = BlobReader(blob)
    objects: tuple[Any, ...] = ()
    if known or head["layers"]:
        from .rebuild import rebuild

        objects = rebuild(head["layers"], reader, known)
    value = _Unpacker(reader, objects).value(head["value"], 0)
    reader.finish()
    return value, objects


class _TooLargeError(Exception):
    """More than one frame can hold."""


class _Packer:
    def __init__(self, known: Sequence[Any]) -> None:
        self._known = known
        self._arrays = BlobWriter()
        self._nodes = 0
        self._letters = 0
        self._table: Any = None
        if known:
            self._open_table()

    def message(self, tree: object) -> Packed:
        layers: list[Any] = []
        objects: tuple[Any, ...] = ()
        blob = self._arrays.blob()
        if self._table is not None:
            layers, objects, weights = self._table.finish()
            blob = weights + blob
        head = {"layers": layers, "value": tree}
        small = self._nodes < 500 and self._letters < 4_000 and len(layers) < 50
        if len(blob) > MAX_BLOB or not (small or len(json.dumps(head)) <= MAX_JSON - ROOM):
            raise _TooLargeError
        return Packed(head, blob, objects)

    def tree(self, value: Any, depth: int = 0) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES // 4:
            raise _TooLargeError
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
        return self._layer(value) or {"opaque": _type_name(value)}

    def _number(self, value: Any) -> Any:
        """A number or an array as a tree, or None."""
        array = _as_array(value)
        if array is not None:
            if array.dtype.name not in ITEM_SIZES:
                return {"opaque": f"{_type_name(value)} of {readable(array.dtype.name)}"}
            if self._arrays.size + array.nbytes > MAX_BLOB:
                raise _TooLargeError
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
            return {"opaque": f"{_type_name(value)} with keys that are not strings"}
        self._letters += sum(len(key) for key, _ in items)
        return {"dict": {key: self.tree(item, depth + 1) for key, item in items}}

    def _layer(self, value: Any) -> Any:
        keras = sys.modules.get("keras")
        if keras is None or not isinstance(value, keras.Layer):
            return None
        if self._table is None:
            self._open_table()
        return {"layer": self._table.refer(value)}

    def _open_table(self) -> None:
        from .networks import LayerTable

        self._table = LayerTable(self._known)


class _Unpacker:
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

    def value(self, tree: Any, depth: int) -> Any:
        if depth > 2 * MAX_DEPTH:
            raise NotAccepted(f"A value may be nested {MAX_DEPTH} levels deep, and this one is deeper.")
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
        raise NotAccepted(
            f"A value must be plain data, and a part of it is an unknown {type(tree).__name__}."
        )

    def _array(self, content: object, depth: int) -> Any:
        return self._reader.take(content)

    def _scalar(self, content: object, depth: int) -> Any:
        array = self._reader.take(content)
        if array.shape != ():
            raise NotAccepted(f"A single number must have the shape (), not {array.shape}.")
        return array[()]

    def _float(self, content: object, depth: int) -> float:
        if type(content) is not str or content not in _NOT_FINITE:
            raise NotAccepted(f"A tagged float must be one of {', '.join(_NOT_FINITE)}.")
        return _NOT_FINITE[content]

    def _tuple(self, content: object, depth: int) -> tuple[Any, ...]:
        if type(content) is not list:
            raise NotAccepted("A tuple must be given as a list of its items.")
        return tuple(self.value(item, depth) for item in content)

    def _dict(self, content: object, depth: int) -> dict[str, Any]:
        if type(content) is not dict or not all(type(key) is str for key in content):
            raise NotAccepted("A dictionary must be given as an object with strings as keys.")
        return {key: self.value(item, depth) for key, item in content.items()}

    def _layer(self, content: object, depth: int) -> Any:
        if type(content) is not int or not 0 <= content < len(self._objects):
            raise NotAccepted(f"A layer must be one of the {len(self._objects)} in the table.")
        return self._objects[content]

    def _opaque(self, content: object, depth: int) -> Opaque:
        if type(content) is not str:
            raise NotAccepted("A value that cannot cross must be given by the name of its type.")
        return Opaque(readable(content))


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


def _type_name(value: object) -> str:
    try:
        return readable(type(value).__name__)
    except Exception:
        return "?"
