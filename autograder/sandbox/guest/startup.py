"""Import what a kit declares before the first fork, and apply optional tricks that save start-up time.

`Trick` names the tricks, which may rely on internals of other packages or of the import system. The
environment variable KIT_DISABLED_TRICKS disables tricks: names separated by commas, or `all`. No trick
changes a result.

The savings were measured as processor time on two cores with TensorFlow 2.21, Keras 3.15 and Matplotlib 3.11.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

VARIABLE = "KIT_DISABLED_TRICKS"
ALL = "all"

TFE_MODULE = "tensorflow.python.pywrap_tfe"
TFE_OPTION = "TFE_ContextOptionsSetRunEagerOpAsFunction"
LAZY_MODULE = "scipy.stats"
# Packages that Keras imports if they are installed, each with a word that code contains if it uses them
# through Keras: for image galleries, data frames, sparse matrices, wrappers of models.
KERAS_EXTRAS = {"matplotlib": "visualization", "pandas": "pandas", "scipy": "scipy", "sklearn": "wrappers"}
# Keras, and the old version that TensorFlow still contains.
KERAS = ("keras.", "tensorflow.python.keras.")
FONT_FOLDER = "MPLCONFIGDIR"
FONT_LISTS = "fontlist-*.json"
# A larger list does not fit into a message.
MAX_FONT_LIST = 50_000


class Trick(StrEnum):
    """The tricks that save start-up time, by the name that disables each."""

    DIRECT_OPERATIONS = "direct-operations"
    LAZY_SCIPY_STATS = "lazy-scipy-stats"
    KERAS_WITHOUT_EXTRAS = "keras-without-extras"
    FONT_LISTS = "font-lists"
    NO_GC_WHILE_IMPORTING = "no-gc-while-importing"


def disabled_tricks() -> tuple[str, ...]:
    """Return the tricks that the environment disables; raise ValueError for an unknown name."""
    names = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    if ALL in names:
        return tuple(Trick)
    if unknown := sorted(set(names) - set(Trick)):
        raise ValueError(
            f"{VARIABLE}: expected names among {', '.join(Trick)}, or {ALL}; found {', '.join(unknown)}."
        )
    return tuple(names)


def preload(
    names: Iterable[str], hidden_from_keras: Collection[str] = (), disabled: Collection[str] = ()
) -> None:
    """Import modules and freeze their objects, with all tricks that are not `disabled`.

    `hidden_from_keras` are optional imports of Keras that fail while it is imported.
    """
    with ExitStack() as tricks:
        if Trick.NO_GC_WHILE_IMPORTING not in disabled:
            tricks.enter_context(without_gc())
        if Trick.LAZY_SCIPY_STATS not in disabled:
            tricks.enter_context(import_scipy_stats_lazily())
        if Trick.KERAS_WITHOUT_EXTRAS not in disabled:
            tricks.enter_context(hide_from_keras(hidden_from_keras))
        for name in names:
            importlib.import_module(name)
    if Trick.DIRECT_OPERATIONS not in disabled:
        run_operations_directly()
    freeze_gc()


def freeze_gc() -> None:
    """Collect garbage once and exempt the remaining objects; collecting in a fork would copy their pages."""
    gc.collect()
    gc.freeze()


@contextmanager
def without_gc() -> Iterator[None]:
    """Pause garbage collection: imports create many objects and little garbage.

    Uses no private API. Saves 1.8 s of the start of an examiner with its sandbox, and 1.0 s of the start of
    an examiner that shares one import with its sandbox.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def run_operations_directly() -> None:
    """Have TensorFlow run single operations directly instead of wrapping each in a function first.

    Replaces the private `tensorflow.python.pywrap_tfe.TFE_ContextOptionsSetRunEagerOpAsFunction`, which
    TensorFlow calls with True when it starts; there is no public switch. Has no effect if TensorFlow is not
    imported or has no such function. Saves 30 % of the time to grade a class of submissions.
    """
    if set_option := getattr(sys.modules.get(TFE_MODULE), TFE_OPTION, None):
        setattr(sys.modules[TFE_MODULE], TFE_OPTION, lambda options, enable: set_option(options, False))


@contextmanager
def import_scipy_stats_lazily() -> Iterator[None]:
    """Delay loading `scipy.stats`, which scikit-learn imports for one function, until its first use.

    Uses no private API: `sys.meta_path` and `importlib.util.LazyLoader`. Saves 0.7 s of a start.
    """
    with _first_finder(_LazyFinder()):
        yield


@contextmanager
def hide_from_keras(names: Collection[str]) -> Iterator[None]:
    """Hide these modules from Keras while it is imported; other importers find them.

    Uses `sys._getframe` to find the importing module. Saves 1.6 s of the start of an examiner whose kit uses
    none of them. The names depend only on the kit's own code, never on a submission.
    """
    with _first_finder(_KerasFinder(names)):
        yield


def write_font_lists(lists: Mapping[str, str]) -> None:
    """Write font lists, by their file names, to Matplotlib's cache folder.

    Relies on the file names in Matplotlib's cache, `fontlist-*.json`. A list from an earlier sandbox saves
    1.25 s of the start of a sandbox.
    """
    for name, text in lists.items():
        (Path(os.environ[FONT_FOLDER]) / name).write_text(text, encoding="utf-8")


def new_font_lists(given: Mapping[str, str]) -> dict[str, str]:
    """Return the font lists that Matplotlib made after `given` were written, by their file names."""
    found = read_font_lists(Path(os.environ[FONT_FOLDER])) if FONT_FOLDER in os.environ else {}
    return {name: text for name, text in found.items() if given.get(name) != text}


def read_font_lists(folder: Path) -> dict[str, str]:
    """Return the font lists in a folder by their file names, except those too large for a message."""
    lists = {path.name: path.read_text("utf-8", "replace") for path in folder.glob(FONT_LISTS)}
    return {name: text for name, text in lists.items() if len(json.dumps(text)) <= MAX_FONT_LIST}


@contextmanager
def _first_finder(finder: Any) -> Iterator[None]:
    """Query `finder` for modules, by its `find_spec`, before all other finders."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _LazyFinder:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec that loads the module at the first use of a name; ignore other modules."""
        spec = PathFinder.find_spec(name, path, target) if name == LAZY_MODULE else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


class _KerasFinder:
    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise ModuleNotFoundError if Keras imports one of the names; ignore other imports."""
        if name in self._names and _importer().startswith(KERAS):
            raise ModuleNotFoundError(f"{name} is hidden from Keras, which does not need it here", name=name)
        return None


def _importer() -> str:
    """Return the name of the module whose code runs the current import."""
    frame: FrameType | None = sys._getframe(2)
    while frame and str(frame.f_globals.get("__name__")).startswith("importlib."):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__")) if frame else ""
