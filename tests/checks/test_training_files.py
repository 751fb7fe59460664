"""Trainings on disk come back as they were, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.training_cache import TrainingFiles


@given(st.binary())
def test_what_was_set_comes_back(tmp_path_factory, data):
    files = TrainingFiles(tmp_path_factory.mktemp("store") / "new")
    files.set("a" * 64, data)
    assert files.get("a" * 64) == data


def test_what_was_not_set_is_nothing(tmp_path: Path) -> None:
    assert TrainingFiles(tmp_path).get("b" * 64) is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    files = TrainingFiles(tmp_path / "file")
    files.set("c" * 64, b"data")
    assert files.get("c" * 64) is None


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    files = TrainingFiles(tmp_path, max_bytes=6)
    for age, key in enumerate("abc"):
        files.set(key, b"12")
        os.utime(tmp_path / key, (age, age))
    assert files.get("a") == b"12"
    files.set("d", b"12")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c", "d"]
