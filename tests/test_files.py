"""Zips and the cache: what is stored comes back unchanged or not at all, and a broken disk stops nothing."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.files import DIGEST_DIGITS, DiskCache, cache_folder, pack, unpack

KEY = "a" * 64


def test_a_folder_is_made_for_its_user_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = cache_folder("things")
    assert folder == tmp_path / "cache" / "weekly-kits" / "things"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cache_folder("things") == folder


def test_without_the_variable_it_is_in_the_users_home(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder("things") == tmp_path / ".cache" / "weekly-kits" / "things"


def test_where_no_folder_can_be_made_there_is_none(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cache_folder("things") is None


def test_a_user_without_a_home_has_none(monkeypatch):
    """As in a container that runs under a number which no user has."""

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    assert cache_folder("things") is None


NAMES = st.text("abcdefgh", min_size=1, max_size=8)


@given(st.dictionaries(NAMES, st.binary(max_size=200)))
def test_what_goes_in_comes_out_and_order_does_not_matter(files: dict[str, bytes]) -> None:
    """The same files in another order give the same bytes."""
    backwards = dict(reversed(files.items()))
    assert unpack(pack(files)) == files
    assert pack(files) == pack(backwards)


def test_programs_may_be_executed() -> None:
    """Gradescope starts `run_autograder` itself."""
    with zipfile.ZipFile(io.BytesIO(pack({"run": b"", "data": b""}, programs=("run",)))) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["run"] & stat.S_IXUSR
    assert not modes["data"] & stat.S_IXUSR


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
    cache = DiskCache(tmp_path, max_bytes=3 * (DIGEST_DIGITS + 2))
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
