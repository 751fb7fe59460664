"""The cache folder, and zips."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.files import cache_folder, pack, unpack


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
