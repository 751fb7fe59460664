"""Keras is imported without what it can do without; nobody else misses anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.examiner import extras
from autograder.examiner.extras import without_extras
from autograder.kit import Kit

PROGRAM = """
import sys
from pathlib import Path

from autograder.examiner.extras import EXTRAS, without_extras
from autograder.kit import Kit

with without_extras(Kit.load(Path(sys.argv[1]), "sums")):
    import keras
print([name for name in EXTRAS if name in sys.modules])
import pandas, sklearn
print(keras.Sequential([keras.Input([2]), keras.layers.Dense(3)]).count_params())
"""
# A module that nothing else here imports.
EXTRA = "colorsys"
Import = Callable[[str], object]


@pytest.fixture
def import_in(monkeypatch: pytest.MonkeyPatch) -> Import:
    """Import the extra anew in the code of a module of some name."""
    monkeypatch.setitem(extras.EXTRAS, EXTRA, "rainbow")

    def import_in(importer: str) -> object:
        monkeypatch.delitem(sys.modules, EXTRA, raising=False)
        names: dict[str, object] = {"__name__": importer}
        exec(f"import {EXTRA}", names)
        return names[EXTRA]

    return import_in


def test_a_real_keras_works_without(toy: Kit) -> None:
    """What was kept from it can be imported afterwards."""
    root = Path(__file__).parents[1] / "toy"
    said = subprocess.check_output([sys.executable, "-c", PROGRAM, str(root)], text=True)
    assert said.splitlines() == ["[]", "9"]


def test_only_keras_does_not_find_an_extra(toy: Kit, import_in: Import) -> None:
    """While it lasts; afterwards, Keras finds it too."""
    with without_extras(toy):
        assert import_in("lesson")
        with pytest.raises(ModuleNotFoundError, match="kept from Keras"):
            import_in("keras.src.wrappers.fixes")
    assert import_in("keras.src.wrappers.fixes")


def test_what_the_kits_code_speaks_of_is_no_extra(toy: Kit, import_in: Import) -> None:
    lesson = toy.files["given/lesson.py"] + b"\n# a rainbow\n"
    with without_extras(replace(toy, files={**toy.files, "given/lesson.py": lesson})):
        assert import_in("keras.src.wrappers.fixes")
