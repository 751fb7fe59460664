"""Answer what only a notebook's own machine has: Colab, IPython, `display` and `get_ipython`.

A submission may mention them and go on: nothing that they do can matter to a check.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

# Modules of a notebook's platform. They come before installed ones: the real IPython without a kernel fails.
STAND_INS = ("google.colab", "IPython", "ipywidgets", "otter")
# What they lie in, where nothing of that name is installed.
PARENTS = ("google",)


class Anything:
    """An object that takes every use and does nothing. It counts as false and empty."""

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the object itself; a function that it decorates stays as it is."""
        return args[0] if len(args) == 1 and not kwargs and isinstance(args[0], FunctionType) else self

    def __getitem__(self, key: object) -> Anything:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __enter__(self) -> Anything:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __repr__(self) -> str:
        return ""


ANYTHING = Anything()


class _StandIn(ModuleType):
    """A module whose every public name is there, and does nothing."""

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return ANYTHING


class _Finder:
    """Finds stand-ins for these modules and all that is in them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where to load the module from, None where it is none of these."""
        if any(name == known or name.startswith(f"{known}.") for known in self._names):
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return an empty module."""
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it is."""


def install() -> None:
    """Let this process find the stand-ins from now on, and `display` and `get_ipython` everywhere."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(STAND_INS))
        sys.meta_path.append(_Finder(PARENTS))
    for name, function in (("display", _display), ("get_ipython", _get_ipython)):
        if not hasattr(builtins, name):
            setattr(builtins, name, function)


def _display(*objects: Any, **options: Any) -> None:
    """Show nothing: nobody looks."""


def _get_ipython() -> Anything:
    return ANYTHING
