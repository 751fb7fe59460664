"""Decode a value from a JSON tree of unknown origin."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .array_blobs import MAX_DIMENSIONS, BlobReader, NotAllowedError, readable, text_bytes
from .frames import MAX_BLOB, MAX_DEPTH
from .handles import Handle
from .unsupported import UnsupportedValue, ValueKind, unsupported

_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
# Types of dictionary keys and set items. Their values cannot change.
_KEY_TYPES = (type(None), bool, int, float, str, bytes, tuple, frozenset)


class History(dict[str, Any]):
    """The values that `fit` returned, by name. Keras' own class would also hold the model."""

    @property
    def history(self) -> dict[str, Any]:
        """Return the values by name, as Keras' own class does."""
        return self


class Columns(dict[str, Any]):
    """A data frame as columns by name, for use without pandas."""


class Unpacker:
    """Decodes trees; arrays come from a blob, layers from a table.

    `resolve` returns the value or the handle for the JSON of a handle; without it, handles are refused.
    """

    def __init__(
        self, reader: BlobReader, objects: Sequence[Any], resolve: Callable[[object], Any] | None = None
    ) -> None:
        self._reader = reader
        self._resolve = resolve
        self._objects = objects
        self._tags: dict[str, Callable[[Any, int], Any]] = {
            "array": self._array,
            "bytes": self._bytes,
            "dict": self._dict,
            "float": self._float,
            "frame": self._frame,
            "frozenset": self._frozenset,
            "handle": self._handle,
            "history": self._history,
            "layer": self._layer,
            "pairs": self._pairs,
            "scalar": self._scalar,
            "series": self._series,
            "set": self._set,
            "texts": self._texts,
            "tuple": self._tuple,
            "unsupported": self._unsupported,
        }

    def value(self, tree: Any, depth: int = 0) -> Any:
        """Return the value of a tree; raise NotAllowedError."""
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

    def _bytes(self, content: object, depth: int) -> bytes:
        array = self._reader.take(content)
        if array.dtype.name != "uint8" or array.ndim != 1:
            raise NotAllowedError("Bytes must be given as an array of uint8 in one dimension.")
        return bytes(array.tobytes())

    def _scalar(self, content: object, depth: int) -> Any:
        array = self._reader.take(content)
        if array.shape != ():
            raise NotAllowedError(f"A single number must have the shape (), not {array.shape}.")
        return array[()]

    def _texts(self, content: Any, depth: int) -> Any:
        if type(content) is not dict or set(content) != {"shape", "items"}:
            raise NotAllowedError("An array of text must be given by its shape and its items.")
        shape, items = content["shape"], content["items"]
        valid = (
            type(items) is list
            and all(type(item) is str for item in items)
            and type(shape) is list
            and len(shape) <= MAX_DIMENSIONS
            and all(type(length) is int and 0 <= length <= len(items) for length in shape)
        )
        if not valid or math.prod(shape) != len(items):
            raise NotAllowedError("An array of text must have as many items as its shape says.")
        if text_bytes(items) > MAX_BLOB:
            raise NotAllowedError(
                f"An array of text may take {MAX_BLOB} bytes; NumPy pads it to its longest."
            )
        import numpy

        return numpy.array(items, dtype=str).reshape(shape)

    def _float(self, content: object, depth: int) -> float:
        if type(content) is not str or content not in _NOT_FINITE:
            raise NotAllowedError(f"A tagged float must be one of {', '.join(_NOT_FINITE)}.")
        return _NOT_FINITE[content]

    def _items(self, content: object, depth: int) -> list[Any]:
        if type(content) is not list:
            raise NotAllowedError("A tuple or a set must be given as a list of its items.")
        return [self.value(item, depth) for item in content]

    def _tuple(self, content: object, depth: int) -> tuple[Any, ...]:
        return tuple(self._items(content, depth))

    def _set(self, content: object, depth: int) -> set[Any]:
        return {_hashable(item) for item in self._items(content, depth)}

    def _frozenset(self, content: object, depth: int) -> frozenset[Any]:
        return frozenset(self._set(content, depth))

    def _dict(self, content: object, depth: int) -> dict[str, Any]:
        if type(content) is not dict or not all(type(key) is str for key in content):
            raise NotAllowedError("A dictionary must be given as an object with strings as keys.")
        return {key: self.value(item, depth) for key, item in content.items()}

    def _pairs(self, content: object, depth: int) -> dict[Any, Any]:
        if type(content) is not list or not all(type(pair) is list and len(pair) == 2 for pair in content):
            raise NotAllowedError("A dictionary must be given as a list of keys with their values.")
        return {_hashable(self.value(key, depth)): self.value(item, depth) for key, item in content}

    def _history(self, content: object, depth: int) -> History:
        values = self.value(content, depth)
        if type(values) is not dict:
            raise NotAllowedError("What `fit` returned must be given as a dictionary.")
        return History(values)

    def _series(self, content: object, depth: int) -> Any:
        if type(content) is not list or len(content) != 3:
            raise NotAllowedError("A series must be given by its name, its values and its index.")
        name, values, index = (self.value(item, depth) for item in content)
        pandas = _pandas()
        return values if pandas is None else _built(pandas.Series, values, index=index, name=name)

    def _frame(self, content: object, depth: int) -> Any:
        if type(content) is not list or len(content) != 3:
            raise NotAllowedError("A data frame must be given by its names, its columns and its index.")
        names, columns, index = (self.value(item, depth) for item in content)
        if type(names) is not list or type(columns) is not list or len(names) != len(columns):
            raise NotAllowedError("A data frame must have a name for each column.")
        names = [_hashable(name) for name in names]
        pandas = _pandas()
        if pandas is None:
            return Columns({str(name): column for name, column in zip(names, columns, strict=True)})
        frame = _built(pandas.DataFrame, dict(enumerate(columns)), index=index)
        frame.columns = names
        return frame

    def _layer(self, content: object, depth: int) -> Any:
        if type(content) is not int or not 0 <= content < len(self._objects):
            raise NotAllowedError(f"A layer must be one of the {len(self._objects)} in the table.")
        return self._objects[content]

    def _handle(self, content: object, depth: int) -> Any:
        if self._resolve is None:
            raise NotAllowedError("A value that stays in the sandbox is not accepted here.")
        return self._resolve(content)

    def _unsupported(self, content: Any, depth: int) -> UnsupportedValue:
        if type(content) is not list or len(content) != 2 or not all(type(item) is str for item in content):
            raise NotAllowedError("A value that does not cross must be given by its kind and its type.")
        kind, name = content
        kinds = {str(kind) for kind in ValueKind}
        if kind not in kinds:
            raise NotAllowedError(f"A value that does not cross must be one of {', '.join(sorted(kinds))}.")
        return unsupported(ValueKind(kind), readable(name))


def _hashable(value: Any) -> Any:
    """Return a dictionary key or a set item; raise NotAllowedError if it is not hashable."""
    try:
        hash(value)
    except TypeError:
        raise NotAllowedError(f"A {type(value).__name__} cannot be a key or an item of a set.") from None
    if isinstance(value, (*_KEY_TYPES, UnsupportedValue, Handle)):
        return value
    numpy = sys.modules.get("numpy")
    if numpy and isinstance(value, numpy.generic):
        return value
    raise NotAllowedError(f"A {type(value).__name__} is not accepted as a key or an item of a set.")


def _pandas() -> Any:
    """Return pandas if it is installed, else None."""
    try:
        import pandas
    except ImportError:
        return None
    return pandas


def _built(make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return make(*args, **kwargs)
    except (ValueError, TypeError) as error:
        raise NotAllowedError(f"The columns are not those of a table: {readable(str(error), 200)}") from None
