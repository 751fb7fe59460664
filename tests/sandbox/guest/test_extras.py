"""Keras is imported without what it can do without; nobody else misses anything."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from autograder.sandbox.guest.startup import hide_from_keras

# A module that nothing else here imports.
EXTRA = "colorsys"
Import = Callable[[str], object]


@pytest.fixture
def import_in(monkeypatch: pytest.MonkeyPatch) -> Import:
    """Import the extra anew in the code of a module of some name."""

    def import_in(importer: str) -> object:
        monkeypatch.delitem(sys.modules, EXTRA, raising=False)
        names: dict[str, object] = {"__name__": importer}
        exec(f"import {EXTRA}", names)
        return names[EXTRA]

    return import_in


def test_only_keras_does_not_find_an_extra(import_in: Import) -> None:
    """While it lasts; afterwards, Keras finds it too."""
    with hide_from_keras([EXTRA]):
        assert import_in("lesson")
        with pytest.raises(ModuleNotFoundError, match="kept from Keras"):
            import_in("keras.src.wrappers.fixes")
    assert import_in("keras.src.wrappers.fixes")


def test_what_is_not_named_is_found(import_in: Import) -> None:
    with hide_from_keras(["another"]):
        assert import_in("keras.src.wrappers.fixes")
