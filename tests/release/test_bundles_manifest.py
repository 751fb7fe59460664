"""A zip says what it was made of."""

from __future__ import annotations

from checksums import checksums

from autograder.files import pack, unpack
from autograder.kit import Kit
from autograder.release.bundles import MANIFEST_FILE, Manifest, with_manifest

FILES = {"a.txt": b"one", "folder/b.bin": bytes(range(256))}


def test_what_was_written_is_read_and_agrees(toy: Kit) -> None:
    """The manifest names the kit and its version, and the checksum of every file."""
    files = unpack(pack(with_manifest(toy, FILES)))
    manifest = Manifest.from_json(files[MANIFEST_FILE])
    assert (manifest.kit, manifest.kit_version) == ("sums", toy.version)
    assert manifest.files == checksums(files)
