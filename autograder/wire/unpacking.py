"""A value from a tree of JSON of unknown origin."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .arrays import BlobReader
from .refusal import NotAccepted, readable

MAX_DEPTH = 64
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(frozen=True)
class Opaque:
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
        """The value of a tree; raises NotAccepted."""
        if depth > MAX_DEPTH:
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
