"""Replace modules and functions that exist only in notebooks: Colab, IPython, `display`, `get_ipython`.

A submission may use them and continue, because nothing that they do affects a check. `exit` and `quit`, which
Python's `site` module defines, are added where it is not loaded.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

from ...language import gettext as _

# Modules of notebook platforms. They take precedence over installed ones, because the real IPython fails
# without a kernel.
STAND_INS = ("google.colab", "IPython", "ipywidgets", "otter")
# Their parent packages, if no installed package has that name.
PARENTS = ("google",)


class Anything:
    """An object that accepts every operation and does nothing. It is false and empty."""

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the object itself; as a decorator, return the function unchanged."""
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
    """A module that has every public name as an object that does nothing."""

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return ANYTHING


class _Finder:
    """Finds replacements for these modules and their submodules."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for one of these modules, or None for any other module."""
        if any(name == known or name.startswith(f"{known}.") for known in self._names):
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return an empty module."""
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module unchanged."""


def install() -> None:
    """Make the replacement modules importable, and the replacement functions available everywhere."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(STAND_INS))
        sys.meta_path.append(_Finder(PARENTS))
    # Where this module is loaded, `plot_model` without pydot prints a line instead of raising, as in Jupyter.
    sys.modules.setdefault("IPython.core.magics.namespace", _StandIn("IPython.core.magics.namespace"))
    sys.breakpointhook = _breakpoint
    for name, function in FUNCTIONS.items():
        if not hasattr(builtins, name):
            setattr(builtins, name, function)


def _display(*objects: Any, **options: Any) -> None:
    """Show nothing, because the output is not used."""


def _breakpoint(*args: Any, **options: Any) -> None:
    raise RuntimeError(_("a debugger gets no input here: delete `breakpoint()`"))


def _get_ipython() -> Anything:
    return ANYTHING


def _exit(code: object = None) -> None:
    raise SystemExit(code)


FUNCTIONS = {"display": _display, "get_ipython": _get_ipython, "exit": _exit, "quit": _exit}
