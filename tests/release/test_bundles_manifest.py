"""A zip says what it was made of, and notices what is no longer so."""

from __future__ import annotations

import pytest

from autograder.files import pack, unpack
from autograder.kit import Kit
from autograder.release.bundles import NAME, Manifest, with_manifest

FILES = {"a.txt": b"one", "folder/b.bin": bytes(range(256))}


def test_what_was_written_is_read_and_agrees(toy: Kit) -> None:
    """The manifest names the kit and its version, and no file differs from it."""
    files = unpack(pack(with_manifest(toy, FILES)))
    manifest = Manifest.from_json(files[NAME])
    assert (manifest.kit, manifest.kit_version) == ("sums", toy.version)
    assert manifest.differences(files) == []


@pytest.mark.parametrize(
    ("change", "differs"),
    [({"a.txt": b"two"}, ["a.txt"]), ({"new": b""}, ["new"]), ({}, [])],
)
def test_changed_and_strange_files_are_named(toy: Kit, change: dict[str, bytes], differs: list[str]) -> None:
    """A checksum that is not the file's, and a file without one."""
    assert Manifest.of(toy, FILES).differences({**FILES, **change}) == differs


def test_a_missing_file_is_named(toy: Kit) -> None:
    assert Manifest.of(toy, FILES).differences({"a.txt": b"one"}) == ["folder/b.bin"]
