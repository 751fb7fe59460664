"""Which names of layers say nothing: those that Keras made up, and of which neither check nor kit speaks.

Keras numbers layers through the whole process, so the number tells what was built before, not what the answer
is. A name that a check asked with, or that the kit's own files mention, may be what the task is about.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..wire.frames import Frame

WORD = re.compile(r"[a-z0-9_]+")


class Names:
    """Tells made-up names from others; `spoken` are the names without number that the kit mentions."""

    def __init__(self, spoken: frozenset[str] = frozenset()) -> None:
        self._spoken = spoken

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Names:
        """The names in a kit's files: every word in a string of its checks, given code and inputs."""
        strings = (string for name, content in files.items() for string in _strings(name, content))
        return cls(frozenset(_base(word.rstrip("_")) for text in strings for word in WORD.findall(text)))

    def made_up(self, head: dict[str, Any], request: Frame) -> Iterator[tuple[int, dict[str, Any]]]:
        """The entries of a reply's table of layers whose names say nothing, with their places.

        The reply is of unknown origin.
        """
        value = head.get("value")
        layers = value.get("layers") if isinstance(value, dict) else None
        asked: frozenset[str] | None = None
        for place, entry in enumerate(layers if isinstance(layers, list) else []):
            if isinstance(entry, dict) and self._is_numbered(entry.get("class"), entry.get("name")):
                asked = frozenset(_texts(request.head)) if asked is None else asked
                if entry["name"] not in asked:
                    yield place, entry

    def _is_numbered(self, kind: object, name: object) -> bool:
        """Whether Keras may have named a layer after its class: `input_layer_2` for the third InputLayer."""
        if not isinstance(kind, str) or not isinstance(name, str):
            return False
        return _base(name).replace("_", "") == kind.lower() and _base(name) not in self._spoken


def _base(name: str) -> str:
    return re.sub(r"_\d+$", "", name)


def _strings(name: str, content: bytes) -> Iterator[str]:
    """What a file of a kit says: the strings in code, all of a text."""
    if name.endswith(".py"):
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    elif name.endswith((".json", ".toml")):
        yield content.decode()


def _texts(tree: Any) -> Iterator[str]:
    """Every string in JSON, keys included."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        yield from tree
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)
