"""What a submission's network is made of, read from the reply that carried it, for people to look at."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from ..records import NetworkLayer, NetworkRecord
from ..wire.frames import Frame

MOST_ENTRIES = 500


def anatomy(task: str, reply: Frame) -> NetworkRecord | None:
    """The layers of the network in a reply, the first one first; None where it holds none that can be told.

    A reply is a submission's own word, so anything that is not as expected only ends the drawing.
    """
    try:
        told = reply.head["value"]
        place = told["value"]["dict"]["answer"]["layer"]
        layers = tuple(_layer(entry) for entry in _flat(_places(told["layers"]), place))
    except (KeyError, TypeError, IndexError, ValueError, AttributeError):
        return None
    return NetworkRecord(task, layers) if layers else None


def _places(entries: list[Any]) -> dict[int, dict[str, Any]]:
    """Entries by their place: those that were passed in say theirs, the others follow in order."""
    known = {entry["known"]: entry for entry in entries if "known" in entry}
    new = (entry for entry in entries if "known" not in entry)
    return known | dict(enumerate(new, len(known)))


def _flat(table: dict[int, dict[str, Any]], place: int) -> Iterator[dict[str, Any]]:
    """The entries of layers that hold no others, nested models opened; the first of very many."""
    waiting = [place]
    for _ in range(MOST_ENTRIES):
        if not waiting:
            return
        entry = table[waiting.pop()]
        if "layers" in entry:
            waiting += reversed(entry["layers"][:MOST_ENTRIES])
        elif "graph" in entry:
            calls = entry["graph"]["calls"][:MOST_ENTRIES]
            waiting += [call["layer"] for call in reversed(calls) if "layer" in call]
        elif entry["class"] != "InputLayer":
            yield entry


def _layer(entry: dict[str, Any]) -> NetworkLayer:
    settings = entry.get("settings", {})
    told = [entry["class"], settings.get("units") or settings.get("filters"), settings.get("activation")]
    words = [str(word)[:40] for word in told if isinstance(word, str | int)]
    sizes = [prod(weight["shape"]) for weight in entry.get("weights", ())]
    trains = entry.get("trains", [True] * len(sizes))
    free = entry.get("trainable", True)
    training = sum(size for size, each in zip(sizes, trains, strict=True) if free and each)
    return NetworkLayer(" ".join(words), sum(sizes), training)
