"""Trainings on disk come back as they were, or not at all."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.student import worker as store
from autograder.student.worker import TrainingFolder


@given(st.binary())
def test_what_was_set_comes_back(tmp_path_factory, data):
    files = TrainingFolder(tmp_path_factory.mktemp("store") / "new")
    files.set("a" * 64, data)
    assert files.get("a" * 64) == data


def test_what_was_not_set_is_nothing(tmp_path: Path) -> None:
    assert TrainingFolder(tmp_path).get("b" * 64) is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    files = TrainingFolder(tmp_path / "file")
    files.set("c" * 64, b"data")
    assert files.get("c" * 64) is None


def test_the_oldest_go_first(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(store, "MOST_FILES", 3)
    files = TrainingFolder(tmp_path)
    for number in range(5):
        files.set(f"{number}", b"")
    assert len(list(tmp_path.iterdir())) == 3
    assert files.get("4") == b""
