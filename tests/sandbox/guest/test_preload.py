"""A warm process imports all that the kit declares, and TensorFlow is told before it starts."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from autograder.sandbox.guest import startup as eager
from autograder.sandbox.guest import startup as lazy
from autograder.sandbox.guest.startup import preload


def test_what_is_declared_is_imported_as_quickly_as_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order; what is left for later is left, and operations run directly."""
    (tmp_path / "declared.py").write_text("import seldom.used\n")
    (tmp_path / "declared_too.py").write_text("import sys\n\nassert 'declared' in sys.modules\n")
    (tmp_path / "seldom").mkdir()
    (tmp_path / "seldom" / "used.py").write_text("raise ImportError('looked into')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(lazy, "LATER", "seldom.used")
    options: list[bool] = []
    calls = ModuleType(eager.MODULE)
    setattr(calls, eager.OPTION, lambda options, enable: options.append(enable))
    monkeypatch.setitem(sys.modules, eager.MODULE, calls)
    monkeypatch.setattr("autograder.sandbox.guest.startup.take_shortcuts", lambda: None)
    preload(["declared", "declared_too"])
    assert "declared_too" in sys.modules
    with pytest.raises(ImportError, match="looked into"):
        print(sys.modules["seldom.used"].anything)
    getattr(calls, eager.OPTION)(options, True)
    assert options == [False]
