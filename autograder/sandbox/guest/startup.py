"""What every warm process does before its first fork: import what the kit declares, as quickly as may be."""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import sys
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

# Networks are many small objects, and a submission's process is short.
NEW_OBJECTS = 20_000


def freeze_gc() -> None:
    """Collect once, leave all that is there alone from now on, and look seldom at what comes after.

    A collection writes to every object that it looks at, so a fork would get a copy of each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()


@contextmanager
def first_finder(finder: Any) -> Iterator[None]:
    """While it lasts, every import asks `finder`, by its `find_spec`, before all others."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


MODULE = "tensorflow.python.pywrap_tfe"
# TensorFlow 2.21 calls this with True whenever it starts, and has no public switch.
OPTION = "TFE_ContextOptionsSetRunEagerOpAsFunction"


def run_operations_directly() -> None:
    """Have TensorFlow do so, once it starts; without effect where it is not imported, or has no such way."""
    if set_option := getattr(sys.modules.get(MODULE), OPTION, None):
        setattr(sys.modules[MODULE], OPTION, lambda options, enable: set_option(options, False))


# What Keras imports where it is installed, each with a word of code which has Keras use it: galleries of
# pictures, tables as data, sparse matrices, wrappers of models.
EXTRAS = {"matplotlib": "visualization", "pandas": "pandas", "scipy": "scipy", "sklearn": "wrappers"}
# Keras, and the old one that TensorFlow still brings along.
KERAS = ("keras.", "tensorflow.python.keras.")


def hide_from_keras(names: Collection[str]) -> AbstractContextManager[None]:
    """While it lasts, Keras does not find these modules; others than Keras do."""
    return first_finder(_KeepsFromKeras(names))


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


# A fifth of the time that the imports of a sandbox take, for one function of scikit-learn's that few call.
LATER = "scipy.stats"


def lazily() -> AbstractContextManager[None]:
    """While it lasts, an import of the module leaves its code for the first look at one of its names."""
    return first_finder(_Lazy())


class _Lazy:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's own place, to be loaded later; leaves everything else to others."""
        spec = PathFinder.find_spec(name, path, target) if name == LATER else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


TRACKABLES = "tensorflow.python.trackable.autotrackable"
# Asked for whenever TensorFlow looks whether something is a tensor. Python 3.12 works it out once, too.
PARTS_OF_PROTOCOL = "_get_protocol_attrs"
# Of these nothing is ever tracked or wrapped.
PLAIN = frozenset({bool, float, int, str, type(None)})


def patch_setattr() -> None:
    """Take them from now on; without effect where Keras is not imported, or where they are taken already."""
    parts: Any = getattr(typing, PARTS_OF_PROTOCOL, None)
    if sys.version_info < (3, 12) and not hasattr(parts, "__wrapped__"):
        setattr(typing, PARTS_OF_PROTOCOL, functools.cache(parts))
    if "keras" in sys.modules and TRACKABLES in sys.modules:
        layers, trackables = sys.modules["keras"].Layer, sys.modules[TRACKABLES].AutoTrackable
        # With another backend than TensorFlow they are none.
        if issubclass(layers, trackables) and not hasattr(layers.__setattr__, "__wrapped__"):
            _set_plain_attributes_directly(layers, trackables)


def _set_plain_attributes_directly(layers: Any, trackables: Any) -> None:
    """Have layers set numbers, strings and the like as Keras does in the end, without looking what to track.

    Keras 3.15 and TensorFlow 2.21 look in `Layer`, in `KerasAutoTrackable` and, last, in `AutoTrackable`.
    """
    in_full = layers.__setattr__

    @functools.wraps(in_full)
    def set_attribute(layer: Any, name: str, value: Any) -> None:
        if type(value) not in PLAIN or "_tracker" not in vars(layer):
            in_full(layer, name, value)
            return
        try:
            if getattr(layer, name) is value:
                return
        except AttributeError:
            pass
        super(trackables, layer).__setattr__(name, value)

    layers.__setattr__ = set_attribute


FOLDER = "MPLCONFIGDIR"
LISTS = "fontlist-*.json"
MOST_BYTES = 50_000


def write_font_lists(lists: Mapping[str, str]) -> None:
    """Put lists, by their file names, where Matplotlib looks for them."""
    for name, text in lists.items():
        (Path(os.environ[FOLDER]) / name).write_text(text, encoding="utf-8")


def new_font_lists(given: Mapping[str, str]) -> dict[str, str]:
    """The lists that Matplotlib has made since, by their file names."""
    found = read_font_lists(Path(os.environ[FOLDER])) if FOLDER in os.environ else {}
    return {name: text for name, text in found.items() if given.get(name) != text}


def read_font_lists(folder: Path) -> dict[str, str]:
    """The lists in a folder, by their file names, save those that take too much of a message."""
    lists = {path.name: path.read_text("utf-8", "replace") for path in folder.glob(LISTS)}
    return {name: text for name, text in lists.items() if len(json.dumps(text)) <= MOST_BYTES}


def preload(names: Iterable[str], without: Collection[str] = ()) -> None:
    """Import modules, and make what TensorFlow and Keras do quicker if these have come with them.

    Keras does not find the modules named in `without`. What was imported is no garbage from then on.
    """
    # Imports make little garbage, and looking for it takes a quarter of their time.
    gc.disable()
    with lazily(), hide_from_keras(without):
        for name in names:
            importlib.import_module(name)
    run_operations_directly()
    patch_setattr()
    freeze_gc()
