"""A module that Keras brings along by way of scikit-learn, and that is loaded when somebody looks into it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

from .finders import asked_first

# A fifth of the time that the imports of a sandbox take, for one function of scikit-learn's that few call.
LATER = "scipy.stats"


def lazily() -> AbstractContextManager[None]:
    """While it lasts, an import of the module leaves its code for the first look at one of its names."""
    return asked_first(_Lazy())


class _Lazy:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own place, to be loaded later; leaves everything else to others."""
        spec = PathFinder.find_spec(name, path, target) if name == LATER else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec
