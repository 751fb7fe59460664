"""What every warm process does before its first fork: import what the kit declares, as quickly as may be."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

from .eager import run_operations_directly
from .lazy import lazily


def preload(names: Iterable[str]) -> None:
    """Import modules, and have TensorFlow run single operations directly if it has come with them."""
    with lazily():
        for name in names:
            importlib.import_module(name)
    run_operations_directly()
