"""`kit sync` writes handouts, or says that they have drifted."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app


def test_a_drift_is_named_and_then_put_right(toy_root: Path) -> None:
    def sync(*options: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["sync", "--root", str(toy_root), *options])
        return result.exit_code, result.output

    status, said = sync("--check")
    assert status == 1
    assert "missing assignments/sums/sums.py\n" in said
    assert "kit sync" in said
    assert not (toy_root / "assignments").exists()

    status, said = sync()
    assert status == 0
    assert "wrote assignments/sums/sums.py\n" in said
    assert sync("--check") == (0, "All handouts are up to date.\n")


def test_a_kit_that_is_not_written_as_it_should_be_is_named(toy_root: Path) -> None:
    (toy_root / "solutions/sums/sums.py").write_text("")
    result = CliRunner().invoke(app, ["sync", "--root", str(toy_root)])
    assert result.exit_code == 1
    assert "expected a function or a class add" in result.output


def test_outside_a_repository_it_is_used_wrongly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["sync"])
    assert result.exit_code == 2
    assert "--root" in result.output
