"""Summarize the network in a reply: one line per layer, with its parameters.

A reply may contain arbitrary JSON, so every text is sanitized and every size is checked. A malformed reply
has no summary.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from ..models import NetworkLayer, NetworkRecord
from ..text import clean_line
from ..wire.call_messages import Returned

MAX_LAYERS = 500
MAX_WORD = 40
MAX_WEIGHTS = 100
MAX_RANK = 10
# More parameters than any reply can hold.
MAX_PARAMETERS = 10**9


def read_network(task: str, reply: Returned) -> NetworkRecord | None:
    """Return the layers of the network in a reply in order, or None if there is no valid network."""
    try:
        packed = reply.value
        index = packed["value"]["dict"]["answer"]["layer"]
        layers = tuple(_layer(entry) for entry in _flat(_by_index(packed["layers"]), index))
    except (KeyError, TypeError, IndexError, ValueError, AttributeError):
        return None
    return NetworkRecord(task, layers) if layers else None


def _by_index(entries: list[Any]) -> dict[int, dict[str, Any]]:
    """Return layer entries by index. Known layers state their index; new layers follow in order."""
    known = {entry["known"]: entry for entry in entries if "known" in entry}
    new = (entry for entry in entries if "known" not in entry)
    return known | dict(enumerate(new, len(known)))


def _flat(table: dict[int, dict[str, Any]], index: int) -> Iterator[dict[str, Any]]:
    """Yield the entries of leaf layers, descending into nested models, up to MAX_LAYERS steps."""
    pending = [index]
    for _ in range(MAX_LAYERS):
        if not pending:
            return
        entry = table[pending.pop()]
        if "layers" in entry:
            pending += reversed(entry["layers"][:MAX_LAYERS])
        elif "graph" in entry:
            calls = entry["graph"]["calls"][:MAX_LAYERS]
            pending += [call["layer"] for call in reversed(calls) if "layer" in call]
        elif entry["class"] != "InputLayer":
            yield entry


def _layer(entry: dict[str, Any]) -> NetworkLayer:
    settings = entry.get("settings", {})
    parts = [entry["class"], settings.get("units") or settings.get("filters"), settings.get("activation")]
    words = [clean_line(str(part), MAX_WORD) for part in parts if isinstance(part, str | int)]
    sizes = [_size(weight["shape"]) for weight in entry.get("weights", ())[:MAX_WEIGHTS]]
    flags = entry.get("trains", [True] * len(sizes))
    enabled = entry.get("trainable", True)
    trainable = sum(size for size, flag in zip(sizes, flags, strict=True) if enabled and flag)
    if sum(sizes) > MAX_PARAMETERS:
        raise ValueError("no reply can contain a network of this size")
    return NetworkLayer(" ".join(words), sum(sizes), trainable)


def _size(shape: Any) -> int:
    """Return the number of elements of a weight. Raises ValueError for an invalid shape."""
    if not isinstance(shape, list) or len(shape) > MAX_RANK:
        raise ValueError("expected the lengths of a weight's axes")
    if not all(type(length) is int and 0 <= length <= MAX_PARAMETERS for length in shape):
        raise ValueError("expected whole numbers as lengths")
    return prod(shape)
