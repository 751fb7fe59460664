"""A scratch folder becomes empty whatever was left in it."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox.guest.scratch import remove_own_entries, usage, wipe

NAMES = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda name: name not in (".", ".."))
TREES = st.recursive(st.none(), lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=20)


def grow(folder: Path, tree: dict[str, object] | None) -> None:
    for name, inner in (tree or {}).items():
        if inner is None:
            (folder / name).write_text("x")
        else:
            (folder / name).mkdir(exist_ok=True)
            grow(folder / name, inner)


@given(tree=TREES)
@settings(max_examples=50, deadline=None)
def test_every_tree_is_wiped(tmp_path_factory, tree):
    folder = tmp_path_factory.mktemp("scratch")
    grow(folder, tree)
    wipe(str(folder))
    assert list(folder.iterdir()) == []


def test_a_tree_deeper_than_any_path_may_be_long_is_wiped(tmp_path):
    top = tmp_path / "scratch"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(1_000):
        os.mkdir("folder", dir_fd=here)
        below = os.open("folder", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    wipe(str(top))
    assert list(top.iterdir()) == []


def test_links_are_removed_and_not_followed(tmp_path):
    kept, top = tmp_path / "kept", tmp_path / "scratch"
    kept.mkdir()
    top.mkdir()
    (kept / "file").write_text("x")
    (top / "folder").symlink_to(kept)
    (top / "file").symlink_to(kept / "file")
    (top / "broken").symlink_to("nowhere")
    wipe(str(top))
    assert list(top.iterdir()) == []
    assert (kept / "file").read_text() == "x"


def test_shut_folders_pipes_and_names_in_the_way_are_removed(tmp_path):
    (tmp_path / "shut" / "shut").mkdir(parents=True)
    (tmp_path / ".0").write_text("x")
    os.mkfifo(tmp_path / "shut" / "shut" / "pipe")
    (tmp_path / "shut" / "shut").chmod(0)
    (tmp_path / "shut").chmod(0)
    wipe(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_folder_itself_keeps_no_marks(tmp_path):
    top = tmp_path / "scratch"
    top.mkdir()
    top.chmod(0o777)
    wipe(str(top))
    assert top.stat().st_mode & 0o7777 == 0o700
    assert not [name for name in os.listxattr(top) if name.startswith("user.")]


def test_the_folder_itself_keeps_no_access_list(tmp_path):
    top = tmp_path / "scratch"
    top.mkdir()
    # Version 2; then tag, permissions and id of the owner, the group and the others: none may do anything.
    nobody = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", tag, 0, -1) for tag in (0x01, 0x04, 0x20))
    try:
        os.setxattr(top, "system.posix_acl_default", nobody)
    except OSError as error:
        pytest.skip(f"this file system has no access lists: {error}")
    wipe(str(top))
    assert os.listxattr(top) == []
    (top / "file").write_text("x")
    assert (top / "file").stat().st_mode & stat.S_IRUSR


def test_usage_counts_files_and_bytes(tmp_path):
    assert usage([str(tmp_path)], mounted=False) == (0, 0)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(bytes(10_000))
    size, inodes = usage([str(tmp_path)], mounted=False)
    assert 10_000 <= size < 40_000
    assert inodes == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_only_own_entries_of_a_shared_folder_are_removed(in_fork, tmp_path):
    tmp_path.chmod(0o1777)
    for folder in tmp_path.parents:
        folder.chmod(folder.stat().st_mode | 0o011) if folder.stat().st_uid == os.geteuid() else None
    (tmp_path / "others").write_text("x")
    (tmp_path / "others_folder").mkdir()

    def run():
        os.setresuid(64_000, 64_000, 64_000)
        here = os.open(tmp_path, os.O_RDONLY)
        os.mkdir("own", dir_fd=here)
        os.mkdir("own/below", dir_fd=here)
        os.close(os.open("own/below/file", os.O_CREAT, dir_fd=here))
        os.chmod("own", 0, dir_fd=here)
        os.symlink("/", "link", dir_fd=here)
        remove_own_entries(str(tmp_path))
        return sorted(os.listdir(here))  # noqa: PTH208 - a descriptor

    assert in_fork(run) == ["others", "others_folder"]
