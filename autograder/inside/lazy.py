"""A module that Keras brings along by way of scikit-learn, and that is loaded when somebody looks into it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

# A fifth of the time that the imports of a sandbox take, for one function of scikit-learn's that few call.
LATER = "scipy.stats"


@contextmanager
def lazily() -> Iterator[None]:
    """While it lasts, an import of the module leaves its code for the first look at one of its names."""
    sys.meta_path.insert(0, _Lazy)
    try:
        yield
    finally:
        sys.meta_path.remove(_Lazy)


class _Lazy:
    """Asked before all other finders."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own place, to be loaded later; leaves everything else to others."""
        spec = PathFinder.find_spec(name, path, target) if name == LATER else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec
