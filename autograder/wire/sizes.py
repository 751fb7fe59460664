"""How large models inside each other become: a few lines could mean a million calls, or endless nesting."""

from __future__ import annotations

from typing import Any

from .networks import MOST_NESTING
from .objects import UnfitSetting

# Layers of a model, each as often as it is called, those of models inside it included.
MOST_LAYERS = 5_000


class Sizes:
    """The number of layers, and how deep they lie, of every entry in a table of layers so far."""

    def __init__(self) -> None:
        self._sizes: dict[int, tuple[int, int]] = {}

    def note(self, entry: dict[str, Any], place: int) -> None:
        """Note an entry, which refers to earlier ones; raises UnfitSetting if it is too large or too deep."""
        calls = entry["graph"]["calls"] if "graph" in entry else []
        inside = [*entry.get("layers", ()), *(call.get("layer") for call in calls)]
        sizes = [self._sizes.get(part, (1, 1)) for part in inside]
        size = max(1, sum(size for size, _ in sizes))
        depth = 1 + max((depth for _, depth in sizes), default=0)
        if size > MOST_LAYERS or depth > MOST_NESTING:
            raise UnfitSetting("layers", f"{size} layers, up to {depth} models inside each other")
        self._sizes[place] = size, depth
