"""What every warm process does before its first fork: import what the kit declares, as quickly as may be."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Collection, Iterable

from .eager import run_operations_directly
from .extras import kept_from_keras
from .garbage import settle
from .lazy import lazily
from .shortcuts import take_shortcuts


def preload(names: Iterable[str], without: Collection[str] = ()) -> None:
    """Import modules, and make what TensorFlow and Keras do quicker if these have come with them.

    Keras does not find the modules named in `without`. What was imported is no garbage from then on.
    """
    # Imports make little garbage, and looking for it takes a quarter of their time.
    gc.disable()
    with lazily(), kept_from_keras(without):
        for name in names:
            importlib.import_module(name)
    run_operations_directly()
    take_shortcuts()
    settle()
