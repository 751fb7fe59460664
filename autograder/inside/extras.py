"""Imports without what Keras can do without: it takes nearly half of their time."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType

from .finders import asked_first

# What Keras imports where it is installed, each with a word of code which has Keras use it: galleries of
# pictures, tables as data, sparse matrices, wrappers of models.
EXTRAS = {"matplotlib": "visualization", "pandas": "pandas", "scipy": "scipy", "sklearn": "wrappers"}
# Keras, and the old one that TensorFlow still brings along.
KERAS = ("keras.", "tensorflow.python.keras.")


def kept_from_keras(names: Collection[str]) -> AbstractContextManager[None]:
    """While it lasts, Keras does not find these modules; others than Keras do."""
    return asked_first(_KeepsFromKeras(names))


class _KeepsFromKeras:
    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse Keras one of the names; leave everything else to others."""
        if name in self._names and _importer().startswith(KERAS):
            raise ModuleNotFoundError(f"{name} is kept from Keras: nobody here needs it", name=name)
        return None


def _importer() -> str:
    """The name of the module whose code has the import that is being done."""
    frame: FrameType | None = sys._getframe(2)
    while frame and str(frame.f_globals.get("__name__")).startswith("importlib."):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__")) if frame else ""
