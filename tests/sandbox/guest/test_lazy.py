"""A module that hardly anybody needs is loaded when it is looked into, and is then itself."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from autograder.sandbox.guest import startup as lazy
from autograder.sandbox.guest.startup import lazily


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `slow` whose module `slow.part` leaves a file behind when its code runs."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "__init__.py").write_text("import slow.part\n")
    code = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n\n\ndef mode():\n    return 7\n"
    (tmp_path / "slow" / "part.py").write_text(code)
    monkeypatch.setattr(lazy, "LATER", "slow.part")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("slow", "slow.part"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def test_its_code_runs_at_the_first_look(package: Path) -> None:
    """Also when that comes after the imports, from whoever imports it then."""
    with lazily():
        slow = importlib.import_module("slow")
    assert not (package / "ran").exists()
    part = importlib.import_module("slow.part")
    assert part is slow.part
    assert part.mode() == 7
    assert (package / "ran").exists()


def test_afterwards_imports_are_as_ever(package: Path) -> None:
    finders = list(sys.meta_path)
    with lazily():
        pass
    assert sys.meta_path == finders
    importlib.import_module("slow")
    assert (package / "ran").exists()


def test_where_there_is_no_such_module_an_import_says_so(package: Path) -> None:
    (package / "slow" / "part.py").unlink()
    with lazily(), pytest.raises(ModuleNotFoundError, match=r"slow\.part"):
        importlib.import_module("slow")
