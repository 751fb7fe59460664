"""What is stored comes back unchanged or not at all, and a broken disk stops nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.disk_cache import DIGITS, DiskCache

KEY = "a" * 64


@given(data=st.binary())
def test_stored_data_comes_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("cache") / "new"
    DiskCache(folder).set(KEY, data)
    assert DiskCache(folder).get(KEY) == data


@given(data=st.binary(), place=st.integers(min_value=0), byte=st.binary(min_size=1, max_size=1))
def test_damaged_data_is_missing(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int, byte: bytes
) -> None:
    """Another byte anywhere, or a shorter file, gives nothing."""
    cache, file = DiskCache(folder := tmp_path_factory.mktemp("cache")), folder / KEY
    cache.set(KEY, data)
    content = file.read_bytes()
    place %= len(content)
    file.write_bytes(damaged := content[:place] + byte + content[place + 1 :])
    assert cache.get(KEY) == (data if damaged == content else None)
    file.write_bytes(content[:place])
    assert cache.get(KEY) is None


def test_data_that_was_not_stored_is_missing(tmp_path: Path) -> None:
    assert DiskCache(tmp_path).get(KEY) is None


def test_a_folder_that_cannot_be_written_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = DiskCache(tmp_path / "file")
    cache.set(KEY, b"data")
    assert cache.get(KEY) is None


def test_the_least_recently_used_file_is_deleted_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, max_bytes=3 * (DIGITS + 2))
    for age, key in enumerate("abc"):
        cache.set(key, b"12")
        os.utime(tmp_path / key, (age, age))
    assert cache.get("a") == b"12"
    cache.set("d", b"12")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c", "d"]


def test_a_new_process_deletes_what_earlier_ones_left(tmp_path: Path) -> None:
    for key in "abc":
        DiskCache(tmp_path).set(key, bytes(100))
    DiskCache(tmp_path, max_bytes=200).set("d", b"")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 200
