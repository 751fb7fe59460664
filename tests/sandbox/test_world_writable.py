"""What any user can write to is found, and nothing behind a closed folder."""

from __future__ import annotations

import os

import pytest

from autograder.sandbox.world_writable import WorldWritable, find_world_writable


@pytest.fixture
def root(tmp_path):
    """An empty folder that others can enter, but not write to."""
    (root := tmp_path / "root").mkdir()
    root.chmod(0o755)
    return root


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        (0o755, None),
        (0o1777, "sticky"),
        (0o777, "other"),
        (0o1733, "other"),
        (0o1776, None),
    ],
)
def test_a_folder_is_found_by_its_mode(root, mode, found):
    (root / "folder").mkdir()
    (root / "folder").chmod(mode)
    path = str(root / "folder")
    expected = WorldWritable((path,) if found == "sticky" else (), (path,) if found == "other" else ())
    assert find_world_writable(str(root)) == expected


def test_files_and_pipes_are_found_and_sockets_and_links_are_not(root):
    for name in ("file", "closed"):
        (root / name).touch()
    os.mkfifo(root / "pipe")
    for name in ("file", "pipe"):
        (root / name).chmod(0o666)
    (root / "link").symlink_to(root / "closed")
    assert find_world_writable(str(root)) == WorldWritable((), (str(root / "file"), str(root / "pipe")))


def test_what_lies_in_a_closed_folder_is_out_of_reach(root):
    (root / "closed" / "open").mkdir(parents=True)
    (root / "closed" / "open").chmod(0o777)
    (root / "closed").chmod(0o700)
    assert find_world_writable(str(root)) == WorldWritable((), ())


def test_the_folder_itself_counts(root):
    root.chmod(0o1777)
    assert find_world_writable(str(root)) == WorldWritable((str(root),), ())
