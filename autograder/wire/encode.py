"""Encode a value as a tree of plain JSON, with separate arrays and layers."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .array_blobs import ITEM_SIZES, BlobWriter, text_bytes
from .frames import MAX_BLOB, MAX_JSON, MAX_NODES
from .frames import MAX_DEPTH as MAX_JSON_DEPTH
from .handles import Handle, is_handle, to_wire
from .keras_models.layer_table import LayerTable
from .unsupported import UnsupportedValue, ValueKind, kind_of, type_name

# The deepest level at which a container may begin. The other levels of a frame are for what the container
# holds and for the fields of the protocol.
MAX_DEPTH = MAX_JSON_DEPTH - 12
# A value takes up to four of the values that a frame's JSON may hold.
MAX_VALUES = MAX_NODES // 4
# Maximum size of an integer.
MAX_BITS = 2_000
# Bytes of a frame's JSON that are reserved for the protocol's own fields.
RESERVED = 8 * 1024
HISTORY = "keras.src.callbacks.history"
CONTAINERS = (list, tuple, dict, set, frozenset, bytes, bytearray)


@dataclass(frozen=True)
class Packed:
    """A message: `head` (plain JSON), `blob` (raw bytes), and this end's layers in the order of its table.

    `refused` describes every part of the value that is unsupported. `handles` are the handles in the value.
    """

    head: dict[str, Any]
    blob: bytes
    objects: tuple[Any, ...] = ()
    refused: tuple[str, ...] = ()
    handles: tuple[Handle, ...] = ()


class TooLargeError(Exception):
    """The value is too large for one frame."""


class Holder(Protocol):
    """Keeps values in this process and gives them handles, instead of sending them."""

    def hold(self, value: Any) -> list[str]:
        """Keep a value; return the JSON of its handle."""

    def forget(self) -> None:
        """Forget the values that the current call has kept, because their handles are not sent."""


class Packer:
    """Packs one value. An unsupported part becomes its kind and the name of its type.

    With a `holder`, such a part and every layer that is not `known` stays in this process instead: the holder
    keeps it, and its handle is sent.
    """

    def __init__(self, known: Sequence[Any], holder: Holder | None = None) -> None:
        self._holder = holder
        self._known = {id(layer) for layer in known}
        self._handles: list[Handle] = []
        self._arrays = BlobWriter()
        self._count = 0
        self._table = LayerTable(known) if known else None
        self._refused: list[str] = []

    def message(self, tree: object) -> Packed:
        """Return the message for a tree that this packer made; raise TooLargeError."""
        layers: list[Any] = []
        objects: tuple[Any, ...] = ()
        blob = self._arrays.blob()
        refused = self._refused
        if self._table is not None:
            layers, objects, weights = self._table.finish()
            blob = weights + blob
            refused = refused + self._table.refused
        head = {"layers": layers, "value": tree}
        if len(blob) > MAX_BLOB or len(json.dumps(head)) > MAX_JSON - RESERVED:
            raise TooLargeError
        return Packed(head, blob, objects, tuple(refused), tuple(self._handles))

    def tree(self, value: Any, depth: int = 0) -> Any:
        """Return a value as plain JSON that begins at the level `depth`; raise TooLargeError."""
        self._count += 1
        if self._count > MAX_VALUES:
            raise TooLargeError
        if is_handle(value):
            self._handles.append(value)
            return {"handle": to_wire(value)}
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return str.__str__(value)
        numbers = self._number_or_array(value)
        if numbers is not None:
            return numbers
        if isinstance(value, CONTAINERS):
            if depth > MAX_DEPTH:
                return self.unsupported(value, ValueKind.TOO_DEEP)
            return self._container(value, depth)
        columns = self._columns(value, depth + 3)
        if columns is not None:
            return columns
        if type(value).__name__ == "History" and type(value).__module__ == HISTORY:
            return {"history": self.tree(dict(value.history), depth + 1)}
        return self._layer(value) or self.unsupported(value, kind_of(value))

    def unsupported(self, value: object, kind: ValueKind) -> dict[str, Any]:
        """Return the tree of an unsupported value: its handle if there is a holder, else its kind."""
        if self._holder:
            return {"handle": self._holder.hold(value)}
        name = type_name(value)
        if isinstance(value, UnsupportedValue):
            kind, name = value.kind, value.type_name
        self._refused.append(f"a value of the type {name} ({kind})")
        return {"unsupported": [str(kind), name]}

    def _container(self, value: Any, depth: int) -> Any:
        # The methods of the plain types, because a subclass may override its own.
        if isinstance(value, list):
            return self._items(list.__iter__(value), depth + 1)
        if isinstance(value, tuple):
            return {"tuple": self._items(tuple.__iter__(value), depth + 2)}
        if isinstance(value, dict):
            return self._mapping(value, depth)
        if isinstance(value, set):
            return {"set": self._sorted(set.__iter__(value), depth + 2)}
        if isinstance(value, frozenset):
            return {"frozenset": self._sorted(frozenset.__iter__(value), depth + 2)}
        return {"bytes": self._bytes(value)}

    def _items(self, items: Any, depth: int) -> list[Any]:
        return [self.tree(item, depth) for item in items]

    def _sorted(self, items: Any, depth: int) -> list[Any]:
        """Return the items of a set in an order that does not depend on their hashes."""
        return sorted(self._items(items, depth), key=json.dumps)

    def _bytes(self, value: Any) -> dict[str, Any]:
        if self._arrays.size + len(value) > MAX_BLOB:
            raise TooLargeError
        return self._arrays.add_bytes(bytes(value))

    def _mapping(self, value: dict[Any, Any], depth: int) -> Any:
        items = list(dict.items(value))
        if not all(type(key) is str for key, _ in items):
            return {"pairs": [[self.tree(key, depth + 3), self.tree(item, depth + 3)] for key, item in items]}
        return {"dict": {key: self.tree(item, depth + 2) for key, item in items}}

    def _number_or_array(self, value: Any) -> Any:
        """Return a number or an array as a tree, or None for any other value."""
        array = _as_array(value)
        if array is not None:
            return self._array(value, array)
        if isinstance(value, int):
            number = int.__int__(value)
            return number if number.bit_length() <= MAX_BITS else self.unsupported(value, ValueKind.TOO_LARGE)
        if isinstance(value, float):
            real = float.__float__(value)
            return real if math.isfinite(real) else {"float": repr(real)}
        return None

    def _array(self, value: Any, array: Any) -> Any:
        texts = _texts(array)
        if texts is not None:
            self._count += len(texts)
            if self._count > MAX_VALUES or text_bytes(texts) > MAX_BLOB:
                raise TooLargeError
            return {"texts": {"shape": list(array.shape), "items": texts}}
        if array.dtype.name not in ITEM_SIZES:
            return self.unsupported(value, ValueKind.ARRAY)
        if self._arrays.size + array.nbytes > MAX_BLOB:
            raise TooLargeError
        tag = "scalar" if _is_scalar(value) else "array"
        return {tag: self._arrays.add(array)}

    def _columns(self, value: Any, depth: int) -> Any:
        """Return a pandas data frame or series as its columns, or None for any other value."""
        pandas = sys.modules.get("pandas")
        if pandas is None or not hasattr(pandas, "DataFrame"):
            return None
        if isinstance(value, pandas.Series):
            parts = [self.tree(value.name, depth), self._column(value, depth), self._index(value, depth)]
            return {"series": parts}
        if isinstance(value, pandas.DataFrame):
            names = [self.tree(name, depth) for name in value.columns]
            columns = [self._column(value.iloc[:, index], depth) for index in range(len(names))]
            return {"frame": [names, columns, self._index(value, depth)]}
        return None

    def _column(self, column: Any, depth: int) -> Any:
        values = column.to_numpy()
        return self.tree(values if values.dtype.name in ITEM_SIZES else values.tolist(), depth)

    def _index(self, value: Any, depth: int) -> Any:
        """Return the row labels, or None if they only count the rows."""
        plain = type(value.index).__name__ == "RangeIndex" and value.index.equals(
            sys.modules["pandas"].RangeIndex(len(value))
        )
        return None if plain else self._column(value.index, depth)

    def _layer(self, value: Any) -> Any:
        keras = sys.modules.get("keras")
        if keras is None or not isinstance(value, keras.Layer):
            return None
        if self._holder and id(value) not in self._known:
            return None
        if self._table is None:
            self._table = LayerTable(())
        return {"layer": self._table.refer(value)}


def _as_array(value: Any) -> Any:
    """Return a NumPy array for arrays, NumPy scalars, tensors and variables, or None for any other value."""
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


def _texts(array: Any) -> list[str] | None:
    """Return the items of a NumPy or TensorFlow array of text, or None for any other array."""
    if array.dtype.kind == "U":
        return [str(item) for item in array.ravel().tolist()]
    if array.dtype.kind in "OS" and array.size:
        items = array.ravel().tolist()
        try:
            found = [item.decode() if type(item) is bytes else item for item in items]
        except UnicodeDecodeError:
            return None
        return found if all(type(item) is str for item in found) else None
    return None


def _is_scalar(value: Any) -> bool:
    return isinstance(value, sys.modules["numpy"].generic)
