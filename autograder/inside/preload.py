"""What every warm process does before its first fork: import what the kit declares, as quickly as may be."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterable

from .eager import run_operations_directly
from .garbage import settle
from .lazy import lazily
from .shortcuts import take_shortcuts


def preload(names: Iterable[str]) -> None:
    """Import modules, and make what TensorFlow and Keras do quicker if these have come with them.

    What was imported is no garbage from then on: see `settle`.
    """
    # Imports make little garbage, and looking for it takes a quarter of their time.
    gc.disable()
    with lazily():
        for name in names:
            importlib.import_module(name)
    run_operations_directly()
    take_shortcuts()
    settle()
